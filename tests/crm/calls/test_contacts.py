"""Whose call it was: made on the spot, taken back, merged, chosen among several, and logged by a button."""

import pytest

from crm.answers import Answer
from crm.calls import Ask, Field, Outcome, Unclear
from crm.calls.changes import set_outcome
from crm.calls.people import by_likeness, likeness, nearest_contacts
from crm.contacts import Contact
from crm.errors import NotFound
from crm.tasks import Tasks
from tests.crm.calls.desk import ANNA, CallDesk
from tests.fakes import MONDAY


async def test_a_name_nobody_knew_is_taken_back_with_the_call_and_its_task(desk: CallDesk) -> None:
    call = await desk.log("Maria +7 999 123-45-67 out 5m connected, send the offer on Friday")
    assert call.made_contact
    assert len(desk.tasks) == 1
    await desk.take_back(call)
    assert (desk.contacts, desk.tasks) == ({}, [])
    back = await desk.bring_back(call)
    assert back.contact.full_name == "Maria"
    assert back.contact.phones == ("+79991234567",)
    assert [task.title for task in desk.tasks] == ["send the offer"]
    assert back.follow_up == desk.tasks[0]


async def test_undo_brings_it_all_back_too(desk: CallDesk) -> None:
    call = await desk.log("Maria out 5m connected, send the offer on Friday")
    await desk.take_back(call)
    await desk.undo()
    assert list(desk.contacts) == ["Maria"]
    await desk.undo()
    assert len(desk.tasks) == 1


async def test_a_contact_that_was_there_before_stays(desk: CallDesk) -> None:
    await desk.log("Maria busy")
    again = await desk.log("Maria busy")
    assert not again.made_contact
    await desk.take_back(again)
    assert list(desk.contacts) == ["Maria"]


async def test_a_made_contact_that_something_else_hangs_on_stays(desk: CallDesk) -> None:
    first = await desk.log("Maria busy")
    await desk.log("Maria talked")
    await desk.take_back(first)
    assert list(desk.contacts) == ["Maria"]


async def test_a_task_that_was_dealt_with_stays_and_one_taken_back_before_does_not_return(
    desk: CallDesk,
) -> None:
    call = await desk.log("Bob busy, send the offer on Friday")
    tasks = Tasks(desk.storage)
    done = desk.tasks[0].id
    await tasks.complete(ANNA, desk.press(), done, MONDAY, lambda _done: Answer("ok"))
    await desk.take_back(call)
    assert [task.id for task in desk.tasks] == [done]
    back = await desk.bring_back(call)
    assert back.follow_up is not None
    call = await desk.log("Zoe busy, send the offer on Friday")
    gone = desk.tasks[-1].id
    await tasks.take_back(ANNA, desk.press(), gone, MONDAY, lambda _tasks: Answer("ok"))
    await desk.take_back(call)
    assert (await desk.bring_back(call)).follow_up is None
    assert gone not in {task.id for task in desk.tasks}


async def test_merging_moves_the_call_its_task_and_its_number(desk: CallDesk) -> None:
    known = (await desk.log("Maria Orlova busy")).contact
    call = await desk.log("Mariya +7 999 123-45-67 out 5m connected, send the offer on Friday")
    merged = await desk.move(call, known.id)
    assert list(desk.contacts) == ["Maria Orlova"]
    assert (merged.contact.id, merged.made_contact) == (known.id, False)
    assert merged.follow_up is not None
    assert merged.follow_up.contact_id == known.id
    assert desk.storage.state.contacts[known.id].contact.phones == ("+79991234567",)
    await desk.undo()
    assert set(desk.contacts) == {"Maria Orlova", "Mariya"}
    undone = await desk.calls.show(ANNA, call.id)
    assert (undone.contact.full_name, undone.contact.phones) == ("Mariya", ("+79991234567",))
    assert desk.storage.state.contacts[known.id].contact.phones == ()


async def test_merging_offers_the_nearest_and_never_the_contact_itself(desk: CallDesk) -> None:
    for name in ("Boris", "Maria Orlova", "Zoe", "Mario"):
        await desk.log(f"{name} busy")
    call = await desk.log("Mariya busy")
    offered = (await desk.cards.choices(ANNA, call.id, to_merge=True)).contacts
    assert [contact.full_name for contact in offered][:2] == ["Maria Orlova", "Mario"]
    assert call.contact.id not in {contact.id for contact in offered}


async def test_another_contact_that_was_there_is_chosen_without_a_merge(desk: CallDesk) -> None:
    bob, zoe = (await desk.log("Bob busy")).contact, (await desk.log("Zoe busy")).contact
    call = await desk.log("Bob talked")
    assert (await desk.move(call, zoe.id)).contact.full_name == "Zoe"
    assert {bob.id, zoe.id} == set(desk.contacts.values())
    with pytest.raises(NotFound):
        await desk.move(await desk.calls.show(ANNA, call.id), 999)


async def test_a_typed_name_nobody_knew_makes_a_contact_and_the_one_before_goes(desk: CallDesk) -> None:
    call = await desk.type(await desk.log("Mrya busy"), Field.CONTACT, "Maria")
    assert (call.contact.full_name, call.made_contact) == ("Maria", True)
    assert list(desk.contacts) == ["Maria"]


async def test_a_name_that_several_have_saves_nothing_until_one_is_chosen(desk: CallDesk) -> None:
    petrova = (await desk.log("Anna Petrova busy")).contact
    await desk.log("Anna Ivanova busy")
    before = dict(desk.storage.state.calls)
    line = "Anna out 12m connected, call back on Friday: wants pricing"
    with pytest.raises(Unclear, match="Several") as unclear:
        await desk.log(line)
    assert {one.name for one in unclear.value.choices} == {"Anna Petrova", "Anna Ivanova"}
    assert desk.storage.state.calls == before
    call = await desk.log(line, contact_id=petrova.id)
    assert (call.contact.full_name, call.notes) == ("Anna Petrova", "wants pricing")
    assert call.follow_up is not None
    assert call.follow_up.contact_id == petrova.id


async def test_a_button_logs_a_call_once_however_often_it_is_pressed(desk: CallDesk) -> None:
    bob = (await desk.log("Bob busy")).contact
    call = await desk.start(bob.id)
    assert (call.contact.full_name, call.outcome, call.asks) == ("Bob", Outcome.CONNECTED, tuple(Ask))
    assert (await desk.start(bob.id)).id == call.id
    await desk.change(call, set_outcome(Outcome.BUSY))
    assert (await desk.start(bob.id)).id != call.id  # another call, once this one was told of
    with pytest.raises(NotFound):
        await desk.start(999)


async def test_the_nearest_begin_with_whom_a_short_name_stands_for(desk: CallDesk) -> None:
    for name in ("Борис", "Анна Петрова", "Аня Иванова", "Зоя"):
        await desk.log(f"{name} занято")
    async with desk.storage.transaction(ANNA) as unit:
        near = await nearest_contacts(unit, "Аня")
        assert [one.full_name for one in near][:2] == ["Аня Иванова", "Анна Петрова"]
        assert len(near) == 3


def test_likeness_compares_word_by_word() -> None:
    contacts = [Contact(1, "Boris"), Contact(2, "Petrova Anna"), Contact(3, "Ana")]
    assert [one.id for one in by_likeness("Anna", contacts)] == [2, 3, 1]
    assert likeness("Пётр", "петр") == 1.0
    assert likeness("", "x") == 0.0
