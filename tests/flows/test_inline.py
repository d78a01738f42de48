"""Inline and links as dialogues: what is posted is saved once and says so, and its button opens the card."""

from typing import Any

from tests.databases import Database
from tests.flows.cards import count, labels, shows, started
from tests.flows.stage import Person, Stage


async def posts(person: Person, query: str, chat_id: int, choose: int = 0) -> dict[str, Any]:
    """The message that a result became."""
    asked = {"user_id": person.id, "query": query, "chat_id": chat_id, "choose": choose}
    said = await person.stage.post("/sim/inline", asked)
    everything = await person.stage.messages(chat_id)
    return next(one for one in everything if one["message_id"] == said["message_id"])


async def test_a_posted_line_is_saved_by_its_button_for_its_author(
    stage: Stage, stage_rows: Database
) -> None:
    anna, boris = await started(stage), await started(stage, "Boris")
    group = await stage.group("Anybody's", [anna, boris], with_bot=False)
    line = await posts(anna, "task tomorrow 10:00 call Ivan +7 999 123-45-67", group)
    assert await boris.press(line, "Save", chat_id=group) == "Only whoever wrote it can save it."
    assert await anna.press(line, "Save", chat_id=group) == "Saved, task 1"
    saved = await shows(anna, line, "call Ivan.*Saved, task 1", button="Open", chat_id=group)
    assert "4567" not in saved["text"]
    assert "45-67" not in saved["text"]
    assert await count(stage_rows, "crm_tasks", anna) == 1


async def test_with_feedback_it_is_saved_at_once_and_once(stage: Stage, stage_rows: Database) -> None:
    anna = await started(stage)
    await stage.post("/sim/settings", {"inline_feedback": True})
    try:
        line = await posts(anna, "задача завтра 10:00 отправить счёт", anna.id)
        await anna.press(line, "Save")
        await shows(anna, line, "отправить счёт.*Saved, task 1", button="Open")
    finally:
        await stage.post("/sim/settings", {"inline_feedback": False})
    assert await count(stage_rows, "crm_tasks", anna) == 1


async def test_what_is_found_is_posted_and_its_link_opens_the_card(stage: Stage) -> None:
    anna, boris = await started(stage), await started(stage, "Boris")
    await anna.asks("/task tomorrow 10:00 send the invoice", "#1 send the invoice")
    group = await stage.group("Friends", [anna, boris])
    line = await posts(anna, "tasks invoice", group)
    assert line["text"].endswith("10:00 · not started")
    assert labels(line) == ["Open"]
    payload = line["buttons"][0][0]["url"].split("?start=")[1]
    await anna.asks(f"/start {payload}", "#1 send the invoice")
    await boris.asks(f"/start {payload}", "no longer here, or it is of another team")


async def test_errors_and_lists_in_a_group_are_for_the_one_who_asked(stage: Stage) -> None:
    anna, boris = await started(stage), await started(stage, "Boris")
    group = await stage.group("Team", [anna, boris])
    await anna.hears("Hello", chat_id=group)
    assert "only_for" not in await anna.asks("/tasks", "no open tasks", chat_id=group)  # no admin: all see it
    path = f"/sim/chats/{group}/members"
    await stage.post(path, {"user_id": stage.bot_id, "action": "promote", "by": anna.id})
    await anna.hears("told who leaves", chat_id=group)
    listed = await anna.asks("/tasks", "no open tasks", chat_id=group)
    assert listed["only_for"] == anna.id
    assert (await anna.asks("/history 99", "", chat_id=group))["only_for"] == anna.id
