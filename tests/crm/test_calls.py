"""Calls: who was called, how it ended, and the contact made on the spot."""

from datetime import timedelta

import pytest

from crm.answers import Answer
from crm.calls import LIST_LENGTH, NOTES_LIMIT, Call, Calls, Direction, Outcome
from crm.errors import AlreadyHandled, BadInput
from crm.people import Role
from tests.fakes import MONDAY, FakeStorage, an_actor, an_arrival

ANNA = an_actor()


def say(call: Call) -> Answer:
    return Answer(f"{call.contact.full_name}: {call.outcome}")


@pytest.fixture
def calls(storage: FakeStorage) -> Calls:
    return Calls(storage)


async def test_an_unknown_contact_is_made_in_the_same_transaction(calls: Calls, storage: FakeStorage) -> None:
    answer = await calls.log(ANNA, an_arrival(3), "Анна +7 999 123-45-67: хочет новую цену", say)

    (row,) = storage.state.calls.values()
    assert row.call.contact.full_name == "Анна"
    assert row.call.contact.phones == ("+79991234567",)
    assert (row.call.direction, row.call.outcome) == (Direction.OUTBOUND, Outcome.CONNECTED)
    assert (row.call.started_at, row.call.notes) == (MONDAY, "хочет новую цену")
    assert [(line.action, line.entity) for line in storage.state.activity] == [
        ("created", "contact"),
        ("created", "call"),
    ]
    assert storage.state.handled == {(42, 3): answer}


async def test_a_known_contact_is_not_made_again(calls: Calls, storage: FakeStorage) -> None:
    await calls.log(ANNA, an_arrival(1), "Anna no answer", say)
    await calls.log(ANNA, an_arrival(2), "anna 5 min", say)
    assert len(storage.state.contacts) == 1
    assert [line.entity for line in storage.state.activity] == ["contact", "call", "call"]


async def test_a_call_from_a_bare_number_is_named_later(calls: Calls, storage: FakeStorage) -> None:
    assert await calls.log(ANNA, an_arrival(1), "+79991234567 busy", say) == Answer("+79991234567: busy")
    assert await calls.log(ANNA, an_arrival(2), "Anna +79991234567", say) == Answer("Anna: connected")
    assert len(storage.state.contacts) == 1


async def test_how_long_it_took_tells_when_it_began(calls: Calls, storage: FakeStorage) -> None:
    await calls.log(ANNA, an_arrival(), "incoming call from Anna 1 h 5 min", say)
    (row,) = storage.state.calls.values()
    assert row.call.direction is Direction.INBOUND
    assert row.call.duration_seconds == 3900
    assert row.call.started_at == MONDAY - timedelta(minutes=65)


@pytest.mark.parametrize("line", ["", "no answer", "10 min", ": wants the new price", "\0"])
async def test_a_call_with_nobody_is_refused_politely(calls: Calls, storage: FakeStorage, line: str) -> None:
    with pytest.raises(BadInput, match="Who was it with"):
        await calls.log(ANNA, an_arrival(), line, say)
    assert not storage.state.contacts


async def test_a_phone_that_is_none_saves_neither_call_nor_contact(
    calls: Calls, storage: FakeStorage
) -> None:
    with pytest.raises(BadInput) as refused:
        await calls.log(ANNA, an_arrival(), "Anna +7 999 123: hello", say)
    assert refused.value.fields == {"phone": "+7 999 123"}
    assert not storage.state.contacts


@pytest.mark.parametrize("line", ["x" * 10_000, "Anna: " + "x" * (NOTES_LIMIT + 1)])
async def test_what_is_too_long_is_refused(calls: Calls, storage: FakeStorage, line: str) -> None:
    with pytest.raises(BadInput, match="too long"):
        await calls.log(ANNA, an_arrival(), line, say)
    assert not storage.state.contacts


async def test_a_failure_in_the_middle_leaves_not_even_the_contact(
    calls: Calls, storage: FakeStorage
) -> None:
    await calls.log(ANNA, an_arrival(1), "Anna", say)
    with pytest.raises(AlreadyHandled):
        await calls.log(ANNA, an_arrival(1, message_id=2), "Boris", say)
    assert [row.contact.full_name for row in storage.state.contacts.values()] == ["Anna"]
    assert len(storage.state.calls) == 1


async def test_the_latest_come_first_and_only_so_many(calls: Calls) -> None:
    for number in range(1, LIST_LENGTH + 3):
        sent_at = MONDAY + timedelta(minutes=number)
        await calls.log(ANNA, an_arrival(number, sent_at=sent_at), f"Contact{chr(64 + number)}", say)
    latest = await calls.latest(ANNA)
    assert len(latest) == LIST_LENGTH
    assert latest[0].contact.full_name == f"Contact{chr(64 + LIST_LENGTH + 2)}"


async def test_a_guest_sees_no_calls_of_other_chats(calls: Calls) -> None:
    await calls.log(ANNA, an_arrival(), "Anna", say)
    assert not await calls.latest(an_actor(role=Role.GUEST, chat_id=5))
