"""A call's card: each press once and as of one version, next steps, offers and typed answers."""

from datetime import timedelta

import pytest

from crm.calls import NOTES_LIMIT, Ask, Direction, Field, Outcome, Unclear
from crm.calls.cards import skip
from crm.calls.changes import set_direction, set_duration, set_moment, set_outcome
from crm.calls.next_steps import due_at, due_in
from crm.errors import BadInput, NotAllowed, NotFound, Stale
from crm.people import Role
from tests.crm.calls.desk import ANNA, CallDesk
from tests.fakes import MONDAY, an_actor


async def test_what_is_answered_is_asked_no_longer_and_each_press_counts_the_version_up(
    desk: CallDesk,
) -> None:
    call = await desk.log("Bob")
    assert (call.version, call.asks) == (1, tuple(Ask))
    call = await desk.change(call, set_direction(Direction.INBOUND))
    call = await desk.change(call, set_outcome(Outcome.CONNECTED))
    assert (call.version, call.asks) == (3, (Ask.DURATION, Ask.NEXT))
    call = await desk.change(call, set_duration(300))
    assert (call.direction, call.duration_seconds, call.asks) == (Direction.INBOUND, 300, (Ask.NEXT,))


async def test_nobody_is_asked_how_long_it_was_when_nobody_answered(desk: CallDesk) -> None:
    call = await desk.change(await desk.log("Bob"), set_outcome(Outcome.NO_ANSWER))
    assert call.asks == (Ask.NEXT,)


async def test_a_question_may_be_skipped(desk: CallDesk) -> None:
    call = await desk.change(await desk.log("Bob"), skip)
    assert call.asks == (Ask.OUTCOME, Ask.DURATION, Ask.NEXT)
    assert ("call", "changed") not in desk.history  # what a card asks is no history


async def test_a_press_on_an_older_card_changes_nothing(desk: CallDesk) -> None:
    old = await desk.log("Bob")
    new = await desk.change(old, set_outcome(Outcome.BUSY))
    for press in (
        desk.change(old, set_outcome(Outcome.OTHER)),
        desk.move(old, old.contact.id),
        desk.plan(old, due_in(1, MONDAY, ANNA)),
        desk.make_task(old),
        desk.choose_moment(old),
        desk.take_back(old),
    ):
        with pytest.raises(Stale):
            await press
    assert await desk.calls.show(ANNA, old.id) == new


async def test_a_press_on_a_call_that_was_taken_back_finds_nothing(desk: CallDesk) -> None:
    call = await desk.log("Bob")
    await desk.take_back(call)
    with pytest.raises(NotFound, match="no longer here"):
        await desk.change(call, set_outcome(Outcome.BUSY))
    with pytest.raises(NotFound):
        await desk.type(call, Field.NOTES, "late")


async def test_a_guest_may_look_and_change_nothing(desk: CallDesk) -> None:
    call = await desk.log("Bob")
    guest = an_actor(member_id=9, telegram_user_id=9, role=Role.GUEST)
    assert (await desk.calls.show(guest, call.id)).id == call.id
    for press in (desk.change(call, skip, guest), desk.take_back(call, guest)):
        with pytest.raises(NotAllowed):
            await press


async def test_a_dated_clause_becomes_a_task_about_the_contact_once(desk: CallDesk) -> None:
    call = await desk.log("Bob out 12m connected: wants pricing by Friday, demo on Tuesday")
    assert [offer["title"] for offer in call.offers] == ["wants pricing", "demo"]
    after = await desk.make_task(call)
    (task,) = desk.tasks
    assert (task.title, task.contact_id, task.raw_input) == (
        "wants pricing", call.contact.id, "wants pricing by Friday",
    )  # fmt: skip
    assert task.due is not None
    assert task.due.date.isoformat() == "2026-03-06"
    assert [offer["title"] for offer in after.offers] == ["demo"]
    assert (after.follow_up, after.asks) == (task, ())  # it is what comes next
    with pytest.raises(Stale):
        await desk.make_task(call)
    with pytest.raises(BadInput, match="too old"):
        await desk.make_task(after, 1)
    assert (await desk.make_task(after)).follow_up == task  # the first one stays the next step
    assert len(desk.tasks) == 2


async def test_a_next_step_is_a_task_to_call_and_is_asked_for_no_longer(desk: CallDesk) -> None:
    call = await desk.log("Bob out 12m connected")
    assert call.asks == (Ask.NEXT,)
    after = await desk.plan(call, due_in(3, MONDAY, ANNA))
    (task,) = desk.tasks
    assert after.follow_up == task
    assert (task.task_type, task.contact_id) == ("call", call.contact.id)
    assert after.asks == ()
    with pytest.raises(BadInput, match="has passed"):
        await desk.plan(after, due_at(MONDAY - timedelta(hours=1), ANNA))


async def test_undoing_the_next_task_lets_the_card_ask_for_nothing_wrong(desk: CallDesk) -> None:
    call = await desk.plan(await desk.log("Bob busy"), due_in(1, MONDAY, ANNA))
    await desk.undo()
    assert not desk.tasks
    assert (await desk.calls.show(ANNA, call.id)).follow_up is None


async def test_another_time_that_was_meant_is_one_press_away(desk: CallDesk) -> None:
    call = await desk.log("Bob at 9:00")
    call = await desk.log("Bob at 5")
    assert call.started_at.astimezone(ANNA.zone).hour == 5
    (offer,) = call.offers
    after = await desk.choose_moment(call)
    assert (after.started_at.isoformat(), after.offers) == (offer["at"], ())
    with pytest.raises(BadInput, match="too old"):
        await desk.choose_moment(after)


@pytest.mark.parametrize(
    ("field", "text", "name", "value"),
    [
        (Field.DURATION, "1 h 5 min", "duration_seconds", 3900),
        (Field.MOMENT, "20 minutes ago", "started_at", MONDAY - timedelta(minutes=20)),
        (Field.NOTES, "likes it", "notes", "likes it"),
    ],
)
async def test_what_is_typed_is_read_and_can_be_undone(
    desk: CallDesk, field: Field, text: str, name: str, value: object
) -> None:
    before = await desk.log("Bob out 5m busy: at first")
    after = await desk.type(before, field, text)
    assert getattr(after, name) == value
    await desk.undo()
    undone = await desk.calls.show(ANNA, before.id)
    assert getattr(undone, name) == getattr(before, name)


async def test_a_next_step_may_be_typed(desk: CallDesk) -> None:
    call = await desk.type(await desk.log("Bob busy"), Field.NEXT, "Friday 10:00 send the offer")
    assert call.follow_up is not None
    assert (call.follow_up.title, call.follow_up.contact_id) == ("send the offer", call.contact.id)


@pytest.mark.parametrize(
    ("field", "text", "refusal"),
    [
        (Field.DURATION, "-5", "can't last"),
        (Field.DURATION, "30 h", "can't last"),
        (Field.DURATION, "long", "can't read a length"),
        (Field.MOMENT, "tomorrow 10:00", "still ahead"),
        (Field.MOMENT, "some day", "can't read a time"),
        (Field.NOTES, "x" * (NOTES_LIMIT + 1), "fit in"),
        (Field.CONTACT, "+7 999 123", "phone number"),
        (Field.NEXT, "tomorrow", "What is to be done"),
        (Field.NEXT, "yesterday send the offer", "has passed"),
    ],
)
async def test_what_can_not_be_meant_is_refused_and_changes_nothing(
    desk: CallDesk, field: Field, text: str, refusal: str
) -> None:
    call = await desk.log("Bob busy")
    with pytest.raises(BadInput, match=refusal):
        await desk.type(call, field, text)
    assert await desk.calls.show(ANNA, call.id) == call


async def test_a_typed_name_that_several_have_is_asked_about(desk: CallDesk) -> None:
    await desk.log("Anna Petrova busy")
    await desk.log("Anna Ivanova busy")
    call = await desk.log("Bob busy")
    with pytest.raises(Unclear) as unclear:
        await desk.type(call, Field.CONTACT, "Anna")
    assert {one.name for one in unclear.value.choices} == {"Anna Petrova", "Anna Ivanova"}


async def test_changes_are_taken_back_one_by_one(desk: CallDesk) -> None:
    first = await desk.log("Bob out 5m connected")
    second = await desk.change(first, set_outcome(Outcome.CALLBACK_REQUESTED))
    await desk.change(second, set_moment(MONDAY - timedelta(hours=2)))
    await desk.undo()
    assert (await desk.calls.show(ANNA, first.id)).started_at == first.started_at
    await desk.undo()
    assert (await desk.calls.show(ANNA, first.id)).outcome is Outcome.CONNECTED
