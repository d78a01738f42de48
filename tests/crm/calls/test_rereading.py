"""Edited lines: the call, its contact and the task that follows become what the line says now."""

from dataclasses import replace

import pytest

from crm.answers import Answer
from crm.calls import Outcome
from crm.calls.changes import set_outcome
from crm.calls.next_steps import due_in
from crm.errors import BadInput
from tests.crm.calls.desk import ANNA, CallDesk
from tests.fakes import MONDAY, an_arrival

LINE = "Bob out 12m connected, send the offer on Friday: wants pricing"


async def test_an_edit_changes_the_call_and_its_task(desk: CallDesk) -> None:
    call = await desk.log(LINE)
    after = await desk.edit(1, "Bob in 5m busy, send the contract on Thursday: no money")
    assert (after.id, after.outcome, after.duration_seconds, after.notes) == (
        call.id, Outcome.BUSY, 300, "no money",
    )  # fmt: skip
    (task,) = desk.tasks
    assert (task.title, after.follow_up) == ("send the contract", task)
    assert task.due is not None
    assert task.due.date.isoformat() == "2026-03-05"
    assert ("call", "changed") in desk.history
    assert ("task", "changed") in desk.history


async def test_a_task_no_longer_said_is_taken_back_and_one_said_now_is_made(desk: CallDesk) -> None:
    await desk.log(LINE)
    after = await desk.edit(1, "Bob out 12m connected: wants pricing")
    assert (after.follow_up, desk.tasks) == (None, [])
    await desk.log("Zoe busy")
    after = await desk.edit(3, "Zoe busy, call back on Friday")
    assert after.follow_up == desk.tasks[0]


async def test_a_task_that_a_button_made_outlives_an_edit(desk: CallDesk) -> None:
    call = await desk.log("Bob out 12m connected")
    await desk.plan(call, due_in(1, MONDAY, ANNA))
    after = await desk.edit(1, "Bob out 13m connected: wants pricing")
    assert (after.duration_seconds, after.follow_up) == (780, desk.tasks[0])


async def test_what_a_press_said_stays_where_the_line_says_nothing(desk: CallDesk) -> None:
    call = await desk.log("Bob 5m")
    await desk.change(call, set_outcome(Outcome.LEFT_LIVE_MESSAGE))
    after = await desk.edit(1, "Bob 5m: likes it")
    assert (after.outcome, after.notes) == (Outcome.LEFT_LIVE_MESSAGE, "likes it")


async def test_a_misspelt_name_that_the_call_made_known_is_mended(desk: CallDesk) -> None:
    await desk.log("Mrya out 5m busy, send the offer on Friday")
    after = await desk.edit(1, "Maria out 5m busy, send the offer on Friday")
    assert list(desk.contacts) == ["Maria"]
    assert after.made_contact
    assert desk.tasks[0].contact_id == after.contact.id


async def test_the_same_new_name_stays_new(desk: CallDesk) -> None:
    await desk.log("Maria +7 999 123-45-67 busy")
    after = await desk.edit(1, "Maria talked")
    assert (after.made_contact, after.phone) == (True, "+79991234567")


async def test_a_clause_whose_task_was_made_is_not_offered_again(desk: CallDesk) -> None:
    call = await desk.log("Bob busy: wants pricing by Friday")
    await desk.make_task(call)
    after = await desk.edit(1, "Bob busy: wants pricing by Friday, demo on Tuesday")
    assert [offer["title"] for offer in after.offers] == ["demo"]


async def test_an_edit_that_can_not_be_read_changes_nothing(desk: CallDesk) -> None:
    call = await desk.log(LINE)
    for text in ("Bob -5 min", "Bob tomorrow 10:00", "", "Bob +7 999 123 busy"):
        with pytest.raises(BadInput):
            await desk.edit(1, text)
    assert await desk.calls.show(ANNA, call.id) == call


async def test_a_message_that_made_no_call_or_whose_call_was_taken_back_is_left_alone(desk: CallDesk) -> None:
    call = await desk.log("Bob busy")
    await desk.take_back(call)
    for message_id in (1, 77):
        arrival = replace(an_arrival(50 + message_id), message_id=message_id)
        assert await desk.calls.reread(ANNA, arrival, "Bob talked", lambda _call: Answer("x")) is None
