"""Telegram's limits, switched on: many people at once, a group and a quick finger earn no 429, and all are answered."""

import asyncio

from tests.flows.stage import Person, Stage


async def test_a_busy_moment_earns_no_refusal_and_everybody_is_answered(stage: Stage) -> None:
    people = [await stage.person(f"Busy {number}") for number in range(12)]
    for person in people:
        await person.asks("/start", "language")
    group = await stage.group("Busy", people[:3])
    await asyncio.sleep(2)  # what was sent without limits is no longer counted by either side
    before = (await stage.calls("sendMessage"))[-1]["id"]
    await stage.post("/sim/settings", {"rate_limits": True})
    try:
        await asyncio.gather(*(busy(person) for person in people), busy_in(group, people[0]))
    finally:
        await stage.post("/sim/settings", {"rate_limits": False})
    calls = [call for method in METHODS for call in await stage.calls(method, after=before)]
    assert len(calls) > 12 * 7
    assert [call for call in calls if call["answer"].get("error_code") == 429] == []


METHODS = ("sendMessage", "editMessageText", "answerCallbackQuery")


async def busy(person: Person) -> None:
    """More at once than the burst of a chat."""
    for number in range(6):
        await person.say(f"/task busy {number}")
    for number in range(6):
        card = await person.hears(f"busy {number}", patience=60)
    await person.press(card, "Done")
    await person.say("/tasks")
    await person.hears("open tasks", patience=60)


async def busy_in(group: int, person: Person) -> None:
    for number in range(8):
        await person.say(f"/task crowded {number}", chat_id=group)
    for number in range(8):
        await person.hears(f"crowded {number}", chat_id=group, patience=60)
