"""Proposals: nothing is written before the person's own press, and then once, by the command's own use case."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crm.agents import Reason
from crm.answers import Answer
from crm.calls import Call
from crm.contacts import SavedContact
from crm.errors import BadInput, CrmError, NotAllowed, NotFound, ToConfirm
from crm.proposals import LIFETIME, Asked, Kind, State
from crm.proposals.use_cases import CANCELED, OPEN
from crm.reminders import Reminder
from crm.tasks import Completed, Priority, Task, Tasks
from crm.turns import Turn
from crm.undo import Undo
from crm.undo_ways import UNDOABLE
from tests.crm.proposing import AGENT, LATER, NOW, House
from tests.fakes import MONDAY, TurnRow, an_actor, an_arrival


@pytest.fixture
def house() -> House:
    return House()


async def test_nothing_is_written_before_the_press(house: House) -> None:
    (proposal,) = await house.asks((Kind.TASK, "send the invoice tomorrow 15:00"))
    card = await house.proposals.card(house.actor, proposal, NOW, None)
    assert isinstance(card.effect, Task)
    assert card.effect.title == "send the invoice"  # what would be saved, to the letter
    assert house.titles == []
    assert house.storage.state.activity == []


async def test_confirming_saves_by_the_commands_own_use_case_and_signs_it(house: House) -> None:
    (proposal,) = await house.asks((Kind.TASK, "send the invoice tomorrow 15:00"))
    card = await house.confirms(proposal)
    assert isinstance(card.effect, Task)
    assert house.titles == ["send the invoice"]
    assert card.effect.due is not None
    assert card.effect.due.date == (MONDAY + timedelta(days=1)).date()
    (line,) = house.storage.state.activity
    assert (line.actor_kind, line.agent_id, line.actor_member_id) == (
        "agent",
        AGENT.id,
        house.actor.member_id,
    )
    assert card.proposal.state is State.CONFIRMED


@pytest.mark.parametrize(
    ("kind", "line", "made"),
    [
        (Kind.REMINDER, "in 20 minutes tea", Reminder),
        (Kind.CALL, "Petrov busy", Call),
        (Kind.CONTACT, "Anna Petrova +7 999 123-45-67", SavedContact),
    ],
)
async def test_each_kind_of_write(house: House, kind: Kind, line: str, made: type) -> None:
    (proposal,) = await house.asks((kind, line))
    assert isinstance((await house.confirms(proposal)).effect, made)
    assert {one.actor_kind for one in house.storage.state.activity} == {"agent"}


async def test_a_task_is_changed_and_done(house: House) -> None:
    await Tasks(house.storage).create(house.actor, an_arrival(1), "call Anna", lambda _saved: Answer())
    (moved,) = await house.asks((Kind.CHANGE, "tomorrow 12:00"), task_number=1)
    changed = await house.confirms(moved)
    assert isinstance(changed.effect, Task)
    assert changed.effect.due is not None


async def test_several_fields_of_a_task_change_at_once(house: House) -> None:
    await Tasks(house.storage).create(house.actor, an_arrival(1), "call Anna", lambda _saved: Answer())
    said = {"title": "call Boris", "priority": "high", "when": "tomorrow"}
    rehearsal = await house.proposals.rehearse(house.actor, Asked(Kind.CHANGE, said, NOW, 1), NOW, None)
    assert isinstance(rehearsal.effect, Task)
    assert (rehearsal.effect.title, rehearsal.effect.priority) == ("call Boris", Priority.HIGH)
    done = await house.proposals.rehearse(house.actor, Asked(Kind.DONE, {}, NOW, 1), NOW, None)
    assert isinstance(done.effect, Completed)
    assert not house.storage.state.tasks[house.storage.task_id(1)].task.is_closed


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (Asked(Kind.TASK, {"line": "tomorrow"}, NOW), BadInput),
        (Asked(Kind.TASK, {"line": ""}, NOW), BadInput),
        (Asked(Kind.REMINDER, {"line": "tea"}, NOW), BadInput),
        (Asked(Kind.CHANGE, {}, NOW, 1), BadInput),
        (Asked(Kind.CHANGE, {"priority": "huge"}, NOW, 1), BadInput),
        (Asked(Kind.CHANGE, {"when": "blue"}, NOW, 1), BadInput),
        (Asked(Kind.DONE, {}, NOW, 99), NotFound),
    ],
)
async def test_what_the_command_would_refuse_is_refused_before_there_is_a_card(
    house: House, asked: Asked, why: type[CrmError]
) -> None:
    await Tasks(house.storage).create(house.actor, an_arrival(1), "call Anna", lambda _saved: Answer())
    with pytest.raises(why):
        await house.proposals.rehearse(house.actor, asked, NOW, None)


async def test_a_moment_that_has_passed_is_said_on_the_card_and_confirmed_with_it(house: House) -> None:
    (proposal,) = await house.asks((Kind.TASK, "tea yesterday 10:00"))
    card = await house.proposals.card(house.actor, proposal, NOW, None)
    assert isinstance(card.doubt, ToConfirm)
    await house.confirms(proposal)
    assert house.titles == ["tea"]


async def test_a_second_press_writes_nothing_more(house: House) -> None:
    (proposal,) = await house.asks((Kind.TASK, "tea tomorrow"))
    await house.confirms(proposal)
    again = await house.confirms(proposal)
    assert again.proposal.state is State.CONFIRMED
    assert house.titles == ["tea"]


async def test_anybody_else_reads_a_sentence(house: House) -> None:
    (proposal,) = await house.asks((Kind.TASK, "tea tomorrow"))
    other = an_actor(member_id=99, person_id=99, telegram_user_id=1099)
    for act in (house.proposals.cancel, house.proposals.again):
        with pytest.raises(NotAllowed, match="whoever asked"):
            await act(other, house.arrival(), proposal.id, NOW, house.reply)
    with pytest.raises(NotAllowed):
        await house.confirms(proposal, by=other)
    with pytest.raises(NotAllowed):
        await house.proposals.edit(other, house.arrival(), proposal.id, "coffee", NOW, house.reply)
    assert house.titles == []


async def test_an_expired_card_writes_nothing_and_can_be_made_again(house: House) -> None:
    (proposal,) = await house.asks((Kind.TASK, "tea tomorrow"))
    late = NOW + LIFETIME
    card = await house.confirms(proposal, at=late)
    assert card.has_expired
    assert house.titles == []
    await house.proposals.again(house.actor, house.arrival(), proposal.id, late, house.reply)
    renewed = house.cards[-1].proposal
    assert not renewed.has_expired(late)
    assert (await house.confirms(renewed, at=late)).proposal.state is State.CONFIRMED
    assert house.titles == ["tea"]


async def test_what_was_asked_for_tomorrow_means_that_day_however_late_it_is_confirmed(house: House) -> None:
    (proposal,) = await house.asks((Kind.TASK, "tea tomorrow"))
    late = NOW + timedelta(days=2)
    await house.proposals.again(house.actor, house.arrival(), proposal.id, late, house.reply)
    card = await house.confirms(house.cards[-1].proposal, at=late)
    assert isinstance(card.effect, Task)
    assert card.effect.due is not None
    assert card.effect.due.date == (MONDAY + timedelta(days=1)).date()


@pytest.mark.parametrize(
    ("typed", "title", "day", "hour"),
    [
        ("16:00", "call Anna", 1, 16),
        ("on Wednesday", "call Anna", 2, None),
        ("call Boris on Wednesday", "call Boris", 2, None),
    ],
)
async def test_an_edit_reads_a_field_or_the_whole_line(
    house: House, typed: str, title: str, day: int, hour: int | None
) -> None:
    (proposal,) = await house.asks((Kind.TASK, "call Anna tomorrow 15:00"))
    await house.proposals.edit(house.actor, house.arrival(), proposal.id, typed, LATER, house.reply)
    effect = house.cards[-1].effect
    assert isinstance(effect, Task)
    assert effect.title == title
    assert effect.due is not None
    assert effect.due.date == (MONDAY + timedelta(days=day)).date()
    assert (effect.due.time.hour if effect.due.time else None) == hour


async def test_a_field_that_says_no_time_leaves_the_time(house: House) -> None:
    (proposal,) = await house.asks((Kind.TASK, "call Anna tomorrow 15:00"))
    await house.proposals.edit(house.actor, house.arrival(), proposal.id, "p2", LATER, house.reply)
    effect = house.cards[-1].effect
    assert isinstance(effect, Task)
    assert (effect.title, effect.priority) == ("call Anna", Priority.HIGH)
    assert effect.due is not None


async def test_after_an_edit_the_older_card_confirms_nothing(house: House) -> None:
    (proposal,) = await house.asks((Kind.TASK, "call Anna tomorrow"))
    await house.proposals.edit(
        house.actor, house.arrival(), proposal.id, "call Boris tomorrow", LATER, house.reply
    )
    card = await house.confirms(proposal)
    assert card.proposal.state is State.OPEN
    assert house.titles == []
    await house.confirms(card.proposal)
    assert house.titles == ["call Boris"]


async def test_an_edit_that_can_not_be_read_changes_nothing(house: House) -> None:
    (proposal,) = await house.asks((Kind.REMINDER, "in 20 minutes tea"))
    with pytest.raises(BadInput):
        await house.proposals.edit(house.actor, house.arrival(), proposal.id, "coffee", LATER, house.reply)
    async with house.storage.transaction(house.actor) as unit:
        kept = await unit.proposals.by_id(proposal.id)
    assert kept is not None
    assert kept.asked == proposal.asked


async def test_a_canceled_one_stays_unwritten_and_the_model_hears_of_it(house: House) -> None:
    first, second = await house.asks((Kind.TASK, "tea tomorrow"), (Kind.TASK, "coffee tomorrow"))
    await house.proposals.cancel(house.actor, house.arrival(), first.id, NOW, house.reply)
    await house.confirms(first)
    assert house.titles == []
    assert await house.proposals.outcomes(house.actor, 3) == {first.key: CANCELED, second.key: OPEN}


async def test_what_waits_is_the_members_own_and_goes_when_it_is_decided(house: House) -> None:
    first, second = await house.asks((Kind.TASK, "tea tomorrow"), (Kind.TASK, "coffee tomorrow"))
    assert [one.id for one in await house.proposals.waiting(house.actor, LATER)] == [second.id, first.id]
    await house.confirms(first)
    assert [one.id for one in await house.proposals.waiting(house.actor, LATER)] == [second.id]
    assert await house.proposals.waiting(an_actor(member_id=99), LATER) == []
    assert await house.proposals.waiting(house.actor, NOW + timedelta(days=8)) == []


async def test_undo_takes_back_what_an_assistant_wrote_as_ones_own(house: House) -> None:
    (proposal,) = await house.asks((Kind.TASK, "tea tomorrow"))
    await house.confirms(proposal)
    undo = Undo(house.storage, UNDOABLE)
    await undo.last(house.actor, house.arrival(), LATER, lambda _line: Answer())
    assert house.storage.state.deleted == {house.storage.task_id(1)}


async def test_a_write_that_fails_leaves_the_card_open(house: House) -> None:
    await Tasks(house.storage).create(house.actor, an_arrival(1), "tea", lambda _saved: Answer())
    (proposal,) = await house.asks((Kind.DONE, ""), task_number=1)
    await Tasks(house.storage).take_back(
        house.actor, an_arrival(2), house.storage.task_id(1), NOW, lambda _gone: Answer()
    )
    with pytest.raises(NotFound):
        await house.confirms(proposal)
    card = await house.proposals.card(house.actor, proposal, NOW, None)
    assert isinstance(card.doubt, NotFound)
    assert card.effect is None


async def test_a_model_goes_on_once_all_it_asked_for_is_decided(house: House) -> None:

    first, second = await house.asks((Kind.TASK, "tea tomorrow"), (Kind.TASK, "coffee tomorrow"))
    turn = Turn(7, 3, "lease", 1, AGENT.id, house.actor, None, 5, "…", MONDAY)

    house.storage.state.turns[7] = TurnRow(turn, next(iter(Reason)), state="sent")
    await house.confirms(first)
    assert house.woken == 0
    await house.confirms(second)
    assert house.woken == 1
    (resumed,) = [row.turn for row in house.storage.state.turns.values() if row.turn.id != 7]
    assert (resumed.resumes_turn_id, resumed.text) == (7, "")
    assert replace(resumed, id=7).conversation_id == 3
