"""Groups: no phone, note or e-mail of the team's is said there, whatever is asked and pressed."""

import re
from dataclasses import replace
from typing import Any

from crm.deliveries import Delivery
from crm.limits import Limits
from crm.people import ChatKind
from handlers.reminder_messages import reminder_message
from tests.fakes import MONDAY, an_actor
from tests.handlers.desk import ME, Desk

PHONES = ("+7 999 314-15-92", "+7 999 765-43-21", "8 999 222-33-44")
NOTES = "wantsadiscount"
SECRETS = (*(re.sub(r"\D", "", phone)[-7:] for phone in PHONES), NOTES)
GROUP = -5
ASKED = (
    "/tasks", "/calls", "/history", "/history 1", "/history 2", "/history 3", "/history Anna", "/undo", "/contact Anna",
    "/contacts", "/call Anna no answer", "/call {phone} no answer", "/task call Anna {phone} tomorrow", "/team",
    "/agenda", "/agenda today", "/find call", "/find ring", "/stats", "/done 3", "/done 3 4 99", "/tasks done",
    "/tasks today", "/tasks Anna", "/settings", "/requests", "/help", "/remind in 5 minutes call Anna", "/start",
    "/start task_101_1", "/nothing",
)  # fmt: skip
ENDS = ("back", "undo", "yes")


async def filled(desk: Desk) -> None:
    """What a member wrote in private, with a secret in each place that one can be in."""
    desk.dispatcher["limits"] = Limits()
    await desk.says(f"/contact Anna Petrova {PHONES[0]}")
    await desk.says(f"/call Anna {PHONES[0]} out 5m: {NOTES}")
    await desk.says(f"/call {PHONES[1]} no answer: {NOTES}, call back tomorrow 10:00")
    await desk.says(f"/task call Anna {PHONES[0]} tomorrow 10:00")
    literal = await desk.says(f"/task ring {PHONES[2]} tomorrow 11:00")
    more = await desk.presses(next(b.data for row in literal.buttons for b in row if b.text == "More"))
    card = await desk.presses(next(b.data for row in more.buttons for b in row if b.text == "As text"))
    for what, words in (("steps", f"first ring {PHONES[1]}"), ("about", NOTES), ("say", NOTES)):
        task_id = card.buttons[0][0].data.split(":")[1].partition(".")[0]
        await desk.presses(f"t:{task_id}:{what}")
        await desk.says(words)
    await desk.says(f"/remind in 30 minutes call {PHONES[0]}")
    assert any("222-33-44" in title for title in desk.titles)


def said(answer: Any) -> str:
    """All of an answer that a group could read."""
    if answer is None:
        return ""
    labels = " ".join(button.text for row in answer.buttons for button in row)
    return f"{answer.text} {answer.toast or ''} {labels}"


def leaks(answer: Any) -> list[str]:
    """Secrets in an answer; the examples of the help are nobody's numbers."""
    text = said(answer)
    for example in ("Anna Petrova +7 999 123-45-67", "Anna +7 999 123-45-67", "example: +7 999 123-45-67"):
        text = text.replace(example, "")
    digits = re.sub(r"[\s().-]", "", text)
    return [secret for secret in SECRETS if secret in digits or secret in text]


async def in_group(desk: Desk, data: str) -> Any:
    """A button of ours pressed in the group."""
    where = {"id": GROUP, "type": "group"}
    message = {"message_id": 1, "date": 1, "chat": where, "from": ME.model_dump(exclude_none=True)}
    return await desk.presses(data, message=message)


async def test_nothing_that_is_asked_in_a_group_tells_a_secret(desk: Desk) -> None:
    await filled(desk)
    for text in ASKED:
        desk.clock.move(minutes=1)
        answer = await desk.says(text.format(phone=PHONES[0]), chat=GROUP)
        assert leaks(answer) == [], text


async def test_no_button_pressed_in_a_group_tells_a_secret(desk: Desk) -> None:
    """Every button of every card, and every button of what it opens."""
    await filled(desk)
    pressed: set[str] = set()
    waiting = [
        button.data
        for text in ("/tasks", "/calls", "/history", "/task call Anna {phone} tomorrow")
        for row in (await desk.says(text.format(phone=PHONES[0]), chat=GROUP)).buttons
        for button in row
    ]
    waiting += [f"t:{task_id}:open" for task_id in desk.storage.state.tasks]
    waiting += [f"t:{task_id}:chips" for task_id in desk.storage.state.tasks]
    ending: list[str] = []
    while waiting or ending:
        data = waiting.pop() if waiting else ending.pop()
        if data is None or (kind := re.sub(r"\d+", "1", data)) in pressed:
            continue  # one button of a kind: the days of a calendar are all alike
        pressed.add(kind)
        desk.clock.move(minutes=1)
        answer = await in_group(desk, data)
        assert leaks(answer) == [], data
        found = [button.data for row in (answer.buttons if answer else ()) for button in row]
        for one in found:
            (ending if (one and one.startswith("done")) or str(one).endswith(ENDS) else waiting).append(one)
    assert len(pressed) > 30


async def test_a_phone_in_a_title_or_a_step_stays_out_of_all_that_a_card_opens(desk: Desk) -> None:
    await filled(desk)
    row = next(row for row in desk.storage.state.tasks.values() if "222-33-44" in row.task.title)
    for what in (
        "list",
        "watch",
        "when",
        "say",
        "steps",
        "title",
        "about",
        "result",
        "who",
        "rep",
        "prio",
        "status",
    ):
        desk.clock.move(minutes=1)
        answer = await in_group(desk, f"t:{row.task.id}.{row.task.version}:{what}")
        assert f"#{row.task.number}" in answer.text or "ring …" in answer.text, what
        assert leaks(answer) == [], what


def test_a_task_whose_title_became_a_secret_is_reminded_of_in_a_group_without_it() -> None:
    there = an_actor(telegram_chat_id=GROUP, chat_kind=ChatKind.GROUP)
    owed = Delivery(1, "x", 1, MONDAY, f"ring {PHONES[2]}", there, None, 7, 55)
    assert reminder_message(owed, MONDAY).text == "⏰ #7 ring …"
    assert PHONES[2] in reminder_message(replace(owed, actor=an_actor()), MONDAY).text
    own = replace(owed, task_number=None, task_id=None)  # a reminder's words were written there
    assert PHONES[2] in reminder_message(own, MONDAY).text
