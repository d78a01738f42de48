"""Calls: a line and its one-tap task, a bare command and its buttons, merging, edits, lists, and what a group reads."""

from tests.databases import Database
from tests.flows.cards import chooses, count, edits, labels, lines, shows, started
from tests.flows.stage import Stage


async def test_a_line_is_a_call_a_next_task_and_a_task_of_its_notes(
    stage: Stage, stage_rows: Database
) -> None:
    anna = await started(stage)
    await anna.asks("/contact Anna Petrova +7 912 111-00-01", "Anna Petrova")
    said = await anna.say("/call Anna out 12m connected, call back Thu 10:00: wants pricing by Friday")
    card = await anna.hears("☎ Anna Petrova")
    assert lines(card)[2] == "wants pricing by Friday"
    offer = next(label for label in labels(card) if label.startswith("Make a task: wants pricing"))
    await chooses(anna, card, offer, then="☎ Anna Petrova")
    await anna.press(card, "Notes")
    await anna.hears("What was said")
    await anna.asks("likes it", "☎ Anna Petrova.*likes it")
    assert await count(stage_rows, "crm_tasks", anna) == 2
    await edits(stage, anna, said, "/call Anna in 5m busy, call back Thu 11:00: no money")
    card = await anna.hears("incoming · busy")
    assert "11:00" in card["text"]
    assert await count(stage_rows, "crm_tasks", anna) == 2
    await chooses(anna, card, "Take back", then="Taken back")
    assert await count(stage_rows, "crm_calls", anna) == 0
    await chooses(anna, card, "Keep it after all", then="no money")
    assert await count(stage_rows, "crm_calls", anna) == 1


async def test_a_bare_command_is_answered_by_buttons_alone(stage: Stage, stage_rows: Database) -> None:
    boris = await started(stage, "Борис", "ru")
    await boris.asks("/звонок Мария Орлова занято", "Новый контакт: Мария Орлова")
    asked = await boris.asks("/звонок", "С кем")
    await boris.press(asked, "Мария Орлова")
    card = await boris.hears("Какой это звонок")
    await chooses(boris, card, "Исходящий", "Не дозвонились", then="Когда позвонить ещё раз")
    shown = await shows(boris, card, "Когда позвонить ещё раз")
    retry = next(label for label in labels(shown) if label.startswith("Повторить"))
    await chooses(boris, card, retry, then="→ #1 Позвонить: Мария Орлова")
    listed = await boris.asks("/звонки не дозвонились", "Звонки · не дозвонились")
    assert "1. Мария Орлова · исходящий · не дозвонились" in listed["text"]
    await boris.press(listed, "1")
    await boris.hears("☎ Мария Орлова")
    assert await count(stage_rows, "crm_calls", boris) == 2


async def test_a_new_name_is_merged_and_a_doubtful_one_is_asked_about(
    stage: Stage, stage_rows: Database
) -> None:
    anna = await started(stage)
    await anna.asks("/contact Maria Orlova +7 912 111-00-02", "Maria Orlova")
    card = await anna.asks("/call Mariya busy", "New contact: Mariya")
    await chooses(anna, card, "Merge", "Maria Orlova", then="☎ Maria Orlova")
    await anna.asks("/contact Maria Belova +7 912 111-00-03", "Maria Belova")
    asked = await anna.asks("/call Maria out 5m talked: likes it", "Who is meant")
    await chooses(anna, asked, "Maria Belova", then="☎ Maria Belova.*likes it")
    assert await count(stage_rows, "crm_calls", anna) == 2


async def test_a_group_is_shown_a_way_to_the_private_chat(stage: Stage) -> None:
    anna = await started(stage)
    group = await stage.group("Sales", [anna])
    card = await anna.asks("/call Petrov +7 999 123-45-67 5m: secret", "☎ Petrov", chat_id=group)
    assert "secret" not in card["text"]
    assert "4567" not in card["text"]
    urls = [button.get("url", "") for row in card["buttons"] for button in row]
    assert any("?start=call_" in url for url in urls)
