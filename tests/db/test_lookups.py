"""Lookups over real rows: one query each, only what the member may see, and no further than it need look."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.answers import Answer
from crm.inline import Inline, Typed
from crm.links import Link, Links
from crm.tasks import Status
from crm.visibility import Sight
from tests.acting import NOW, an_arrival
from tests.db.team import Team, said


@asynccontextmanager
async def counted(engine: AsyncEngine) -> AsyncIterator[list[str]]:
    """The statements that are run inside, but for `enter`."""
    statements: list[str] = []

    def note(_link: object, _cursor: object, statement: str, *_more: object) -> None:
        if "enter(" not in statement:
            statements.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine.sync_engine, "before_cursor_execute", note)


async def seed(team: Team) -> None:
    for line in ("send the invoice tomorrow 10:00", "buy paper", "Отправить счёт today", "100% sure_thing"):
        await team.tasks.create(team.anna, an_arrival(), line, said)
    await team.tasks.create(team.boris, an_arrival(102), "water the plants", said)
    for line in ("Анна Петрова +7 999 123-45-67", "Пётр Семёнов", "Boris Stone +44 20 7946 0958"):
        await team.contacts.save(team.anna, an_arrival(), line, said)


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("INVOICE", ["send the invoice"]),
        ("счет", ["Отправить счёт"]),
        ("#2", ["buy paper"]),
        ("2", ["buy paper"]),
        ("%", ["100% sure_thing"]),
        ("e_t", ["100% sure_thing"]),
        ("\\", []),
        ("99999999999999999999", []),
        ("²", []),
    ],
)
async def test_open_tasks_are_found_by_a_piece_of_their_title_or_their_number(
    team: Team, words: str, titles: list[str]
) -> None:
    await seed(team)
    page = await Inline(team.storage).tasks(team.anna, words, 0)
    assert [task.title for task in page.found] == titles


@pytest.mark.parametrize(
    ("words", "titles"), [("paper", ["buy paper"]), ("СЧЕТА", ["Отправить счёт"]), ("зебра", [])]
)
async def test_words_are_found_in_all_tasks_in_any_form(
    team: Team, monkeypatch: pytest.MonkeyPatch, words: str, titles: list[str]
) -> None:
    await seed(team)
    monkeypatch.setattr("db.lookups.DEEP", 0)
    page = await Inline(team.storage).tasks(team.anna, words, 0)
    assert [task.title for task in page.found] == titles
    await team.database.fetch("UPDATE crm_tasks SET status = 'completed', completed_at = now()")
    assert (await Inline(team.storage).tasks(team.anna, words, 0)).found == []


async def test_without_words_they_are_ones_own_by_due(team: Team) -> None:
    await seed(team)
    page = await Inline(team.storage).tasks(team.anna, "", 0)
    assert [task.title for task in page.found] == [
        "Отправить счёт",
        "send the invoice",
        "buy paper",
        "100% sure_thing",
    ]
    assert page.found[1].due is not None
    assert page.found[1].status is Status.NOT_STARTED
    assert page.following is None


async def test_a_page_is_one_query(team: Team, engine: AsyncEngine) -> None:
    await seed(team)
    inline = Inline(team.storage)
    for look in (
        lambda: inline.tasks(team.anna, "", 0),
        lambda: inline.tasks(team.anna, "paper", 0),
        lambda: inline.contacts(team.anna, "", 0),
        lambda: inline.contacts(team.anna, "анна", 0),
    ):
        async with counted(engine) as statements:
            await look()
        assert len(statements) == 1


async def test_pages_follow_each_other_without_a_gap(team: Team) -> None:
    lines = "\n".join(f"job {number}" for number in range(45))
    await team.tasks.create(team.anna, an_arrival(), lines, said)
    found: list[int] = []
    start: int | None = 0
    while start is not None:
        page = await Inline(team.storage).tasks(team.anna, "job", start)
        found += [task.number for task in page.found]
        start = page.following
    assert found == list(range(1, 46))


async def test_contacts_are_found_by_a_piece_of_their_name(team: Team) -> None:
    await seed(team)
    inline = Inline(team.storage)
    assert [one.name for one in (await inline.contacts(team.anna, "етр", 0)).found] == [
        "Анна Петрова",
        "Пётр Семёнов",
    ]
    assert (await inline.contacts(team.anna, "%", 0)).found == []
    assert len((await inline.contacts(team.anna, "", 0)).found) == 3


async def test_whoever_sees_their_own_finds_their_own(team: Team) -> None:
    await seed(team)
    await team.visibility.choose(team.anna, an_arrival(), team.anna.workspace_id, Sight.OWN, said)
    inline, links = Inline(team.storage), Links(team.storage)
    assert [task.title for task in (await inline.tasks(team.boris, "t", 0)).found] == ["water the plants"]
    assert (await inline.contacts(team.boris, "", 0)).found == []
    assert (await inline.contacts(team.boris, "анна", 0)).found == []
    with pytest.raises(Exception, match="no longer here"):
        await links.task(team.boris, 1)
    (contact,) = (await inline.contacts(team.anna, "анна", 0)).found
    with pytest.raises(Exception, match="no longer here"):
        await team.contacts.show(team.boris, contact.id)


async def test_a_link_opens_what_is_there(team: Team) -> None:
    await seed(team)
    links = Links(team.storage)
    assert (await links.task(team.anna, 2)).title == "buy paper"
    assert await links.elsewhere(team.anna, Link("task", team.anna.workspace_id, 2)) is None


async def test_a_line_is_saved_once_by_either_way(team: Team, engine: AsyncEngine) -> None:
    inline = Inline(team.storage)
    typed = Typed("buy ink tomorrow 10:00", NOW, team.anna.workspace_id)
    for _way in range(3):
        answer = await inline.save(
            team.anna, an_arrival(), typed, 0, "AAAA-posted", lambda task: Answer(f"#{task.number}")
        )
        assert answer == Answer("#1")
    await inline.save(team.anna, an_arrival(), typed, 0, "BBBB-posted", said)
    assert len(await team.database.fetch("SELECT id FROM crm_tasks")) == 2
    assert len(await team.database.fetch("SELECT id FROM reminders")) == 2


async def test_an_offer_reads_contacts_and_settings_as_saving_does(team: Team) -> None:
    await seed(team)
    (offered,) = await Inline(team.storage).read(team.anna, an_arrival(), "позвонить Анне завтра")
    assert offered.task.contact_name == "Анна Петрова"
