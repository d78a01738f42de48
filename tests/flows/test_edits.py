"""Edits: a message that made tasks is read again when it is edited."""

from tests.databases import Database
from tests.flows.cards import count, edits, lines, shows, started
from tests.flows.stage import Stage


async def test_an_edit_reads_the_same_task_again(stage: Stage, stage_rows: Database) -> None:
    anna = await started(stage)
    for source in ("/task buy paper", "tomorrow at 10:00 send the invoice"):
        said = await anna.say(source)
        card = await anna.hears("#")
        number = lines(card)[0].split()[0]
        await edits(stage, anna, said, source.replace("paper", "pens").replace("10:00", "11:00") + " !!")
        again = await anna.hears("urgent")
        assert lines(again)[0].split()[0] == number
    rows = await stage_rows.fetch(
        "SELECT t.title, t.version FROM crm_tasks t JOIN members m ON m.id = t.created_by JOIN people p "
        "ON p.id = m.person_id WHERE p.telegram_user_id = $1 ORDER BY t.number", anna.id,
    )  # fmt: skip
    assert [tuple(row) for row in rows] == [("buy pens", 2), ("send the invoice", 2)]


async def test_an_edit_that_adds_a_line_adds_a_task(stage: Stage, stage_rows: Database) -> None:
    boris = await started(stage, "Борис", "ru")
    said = await boris.say("/task купить бумагу")
    await boris.hears("#1 купить бумагу")
    await edits(stage, boris, said, "/task купить бумагу\nкупить ручки")
    await boris.hears("#1 купить бумагу.*#2 купить ручки")
    await edits(stage, boris, said, "/task купить бумагу\nзавтра")
    await boris.hears("2.*завтра")
    assert await count(stage_rows, "crm_tasks", boris) == 2


async def test_an_edit_to_a_past_moment_is_asked_about(stage: Stage) -> None:
    anna = await started(stage)
    said = await anna.say("/task tomorrow at 10:00 call Peter")
    await anna.hears("#1 call Peter")
    await edits(stage, anna, said, "/task today at 00:00 call Peter")
    question = await anna.hears("already passed")
    await anna.press(question, "Yes, save")
    await shows(anna, question, "#1 call Peter\n.*00:00")
    await anna.asks("/tasks", "open tasks")
