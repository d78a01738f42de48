"""Conversations: a question is a row before anything answers it, and is answered in order, once."""

from datetime import timedelta

import pytest

from crm.agents import RECENT, AgentDirectory, Reason
from crm.answers import Answer
from crm.conversations import LEASE, QUESTION_LIMIT, Conversations, ModelAnswer, Turn, TurnDoors
from crm.errors import AlreadyHandled, BadInput, NotAllowed, NotFound
from crm.people import ChatKind, Role
from tests.fakes import (
    MONDAY,
    FakeClock,
    FakeDirectory,
    FakeStorage,
    FakeTurnDoors,
    TurnRow,
    an_actor,
    an_agent,
    an_arrival,
)

ANNA = an_actor()
ASSISTANT = an_agent("assistant", is_default=True)
WRITER = an_agent("writer")


class Bell:
    """Counts how often whoever runs turns was woken."""

    def __init__(self) -> None:
        self.rung = 0

    def __call__(self) -> None:
        self.rung += 1


@pytest.fixture
def storage() -> FakeStorage:
    storage = FakeStorage()
    storage.state.agents += [ASSISTANT, WRITER, an_agent("theirs", workspace_id=2)]
    return storage


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def conversations(storage: FakeStorage, bell: Bell) -> Conversations:
    doors: TurnDoors = FakeTurnDoors(storage)
    directory: AgentDirectory = FakeDirectory(storage)
    return Conversations(storage, doors, directory, wake=bell, cancel=lambda _turn_id: None)


def the_row(storage: FakeStorage) -> TurnRow:
    (row,) = storage.state.turns.values()
    return row


async def claimed(conversations: Conversations, clock: FakeClock) -> Turn:
    (turn,) = await conversations.claim(clock())
    return turn


def an_answer(text: str) -> ModelAnswer:
    return ModelAnswer(text=text, messages=[{"said": text}], model="offline")


async def test_a_question_is_committed_before_anyone_is_woken(
    conversations: Conversations, storage: FakeStorage, bell: Bell
) -> None:
    choice = await conversations.ask(ANNA, an_arrival(5), "how are sales?")
    assert (choice.agent, choice.reason) == (ASSISTANT, Reason.DEFAULT)
    assert the_row(storage).turn.text == "how are sales?"
    assert storage.state.handled == {(42, 5): None}
    assert bell.rung == 1


async def test_the_same_update_asks_once(
    conversations: Conversations, storage: FakeStorage, bell: Bell
) -> None:
    await conversations.ask(ANNA, an_arrival(5), "how are sales?")
    with pytest.raises(AlreadyHandled):
        await conversations.ask(ANNA, an_arrival(5), "how are sales?")
    assert len(storage.state.turns) == 1
    assert bell.rung == 1


async def test_a_turn_is_answered_kept_and_sent(conversations: Conversations, storage: FakeStorage) -> None:
    clock = FakeClock()
    await conversations.ask(ANNA, an_arrival(), "how are sales?")
    turn = await claimed(conversations, clock)
    assert await conversations.renew([turn], clock.move(seconds=10)) == {turn.id: False}
    assert await conversations.keep_answer(turn, an_answer("Fine."))
    assert await conversations.sent(turn, [555])
    assert (the_row(storage).state, the_row(storage).telegram_message_id) == ("sent", 555)
    assert not await conversations.claim(clock.move(days=1))


async def test_an_answer_kept_before_a_crash_is_sent_without_asking_the_model_again(
    conversations: Conversations,
) -> None:
    clock = FakeClock()
    await conversations.ask(ANNA, an_arrival(), "how are sales?")
    lost = await claimed(conversations, clock)
    await conversations.keep_answer(lost, an_answer("Fine."))
    clock.move(seconds=LEASE.total_seconds())

    again = await claimed(conversations, clock)
    assert (again.answer, again.attempts) == ("Fine.", 2)
    assert not await conversations.sent(lost, [555])
    assert await conversations.sent(again, [556])


async def test_a_conversation_is_answered_in_order_and_others_beside_it(
    conversations: Conversations,
) -> None:
    clock = FakeClock()
    await conversations.ask(ANNA, an_arrival(1), "first")
    await conversations.ask(ANNA, an_arrival(3, thread_id=7), "in a topic")
    turns = await conversations.claim(clock())
    assert [turn.text for turn in turns] == ["first", "in a topic"]
    await conversations.ask(ANNA, an_arrival(2), "second")
    assert not await conversations.claim(clock())

    await conversations.keep_answer(turns[0], an_answer("1"))
    await conversations.sent(turns[0], [555])
    second = await claimed(conversations, clock)
    assert second.text == "second"


async def test_messages_that_came_while_it_was_busy_are_one_turn_with_their_speakers(
    conversations: Conversations, storage: FakeStorage
) -> None:
    boris = an_actor(member_id=2, display_name="Boris")
    guest = an_actor(member_id=3, role=Role.GUEST)
    for number, (who, text) in enumerate([(ANNA, "one"), (boris, "two"), (guest, "three"), (ANNA, "four")]):
        await conversations.ask(who, an_arrival(number), text)
    turn = await claimed(conversations, FakeClock())
    assert [(one.name, one.text) for one in turn.sayings] == [("Anna", "one"), ("Boris", "two")]
    assert turn.text == "one\ntwo"
    assert [row.state for row in storage.state.turns.values()] == ["queued", "joined", "queued", "queued"]
    assert len(storage.state.handled) == 4


def said_whether(any_: bool) -> Answer:
    return Answer("stopped" if any_ else "nothing")


async def test_stop_tells_whoever_runs_the_turn(conversations: Conversations, storage: FakeStorage) -> None:
    clock = FakeClock()
    await conversations.ask(ANNA, an_arrival(1), "a long story")
    turn = await claimed(conversations, clock)
    assert await conversations.stop(ANNA, an_arrival(2), said_whether, turn_id=turn.id) == Answer("stopped")
    assert await conversations.renew([turn], clock()) == {turn.id: True}
    assert await conversations.keep_answer(turn, an_answer("Once…"))  # as far as it came
    assert await conversations.sent(turn, [5])
    assert the_row(storage).state == "stopped"
    assert await conversations.stop(ANNA, an_arrival(3), said_whether, turn_id=turn.id) == Answer("nothing")


async def test_what_nobody_has_begun_is_canceled(conversations: Conversations, storage: FakeStorage) -> None:
    await conversations.ask(ANNA, an_arrival(1), "a long story")
    assert await conversations.stop(ANNA, an_arrival(2), said_whether) == Answer("stopped")
    assert the_row(storage).state == "canceled"
    assert await conversations.stop(ANNA, an_arrival(3), said_whether) == Answer("nothing")


async def test_nobody_stops_a_turn_of_another_chat_or_topic(conversations: Conversations) -> None:
    in_group = an_actor(chat_kind=ChatKind.GROUP)
    await conversations.ask(in_group, an_arrival(1, thread_id=7), "a long story")
    turn = await claimed(conversations, FakeClock())
    elsewhere = an_actor(chat_id=9)
    assert await conversations.stop(elsewhere, an_arrival(2), said_whether, turn_id=turn.id) == Answer(
        "nothing"
    )
    assert await conversations.stop(in_group, an_arrival(3), said_whether) == Answer("nothing")
    assert await conversations.stop(in_group, an_arrival(4, thread_id=7), said_whether) == Answer("stopped")


async def test_in_a_group_whoever_asked_or_a_manager_stops(conversations: Conversations) -> None:
    anna, boris, clara = (
        an_actor(member_id=number, chat_kind=ChatKind.GROUP, role=role)
        for number, role in ((1, Role.MEMBER), (2, Role.MEMBER), (3, Role.MANAGER))
    )
    for number, who in enumerate((anna, clara)):
        await conversations.ask(anna, an_arrival(10 + number), "a long story")
        turn = await claimed(conversations, FakeClock())
        with pytest.raises(NotAllowed, match="whoever asked"):
            await conversations.stop(boris, an_arrival(20 + number), said_whether)
        assert await conversations.stop(who, an_arrival(30 + number), said_whether) == Answer("stopped")
        assert await conversations.canceled(turn)


async def test_a_turn_that_failed_is_over(conversations: Conversations, storage: FakeStorage) -> None:
    await conversations.ask(ANNA, an_arrival(), "how are sales?")
    turn = await claimed(conversations, FakeClock())
    assert await conversations.failed(turn, "K7QX")
    assert (the_row(storage).state, the_row(storage).reference) == ("failed", "K7QX")


async def test_the_agent_addressed_goes_on_answering_for_a_while(conversations: Conversations) -> None:
    await conversations.ask(ANNA, an_arrival(1), "@writer a headline")
    soon, late = MONDAY + RECENT, MONDAY + RECENT * 2 + timedelta(seconds=1)
    follow_up = await conversations.ask(ANNA, an_arrival(2, sent_at=soon), "shorter")
    assert (follow_up.agent, follow_up.reason) == (WRITER, Reason.RECENT)
    assert (await conversations.ask(ANNA, an_arrival(3, sent_at=late), "shorter")).agent == ASSISTANT


async def test_a_chat_bound_to_an_agent_is_answered_by_it(
    conversations: Conversations, storage: FakeStorage
) -> None:
    storage.state.bound[ANNA.chat_id, None] = WRITER.id
    choice = await conversations.ask(ANNA, an_arrival(thread_id=7), "hello")
    assert (choice.agent, choice.reason) == (WRITER, Reason.BOUND)


async def test_another_teams_agent_is_not_to_be_had(conversations: Conversations) -> None:
    assert (await conversations.ask(ANNA, an_arrival(), "@theirs hello")).agent == ASSISTANT


async def test_too_long_a_question_makes_no_turn(conversations: Conversations, storage: FakeStorage) -> None:
    with pytest.raises(BadInput, match=f"Ask in up to {QUESTION_LIMIT}"):
        await conversations.ask(ANNA, an_arrival(), "x" * (QUESTION_LIMIT + 1))
    assert not storage.state.turns


async def test_with_no_agents_nothing_is_left_behind(
    conversations: Conversations, storage: FakeStorage, bell: Bell
) -> None:
    storage.state.agents.clear()
    with pytest.raises(NotFound):
        await conversations.ask(ANNA, an_arrival(), "hello")
    assert not storage.state.handled
    assert bell.rung == 0


async def test_nothing_that_postgresql_cannot_hold_reaches_it(
    conversations: Conversations, storage: FakeStorage
) -> None:
    await conversations.ask(ANNA, an_arrival(), "one\0two\nthree")
    assert the_row(storage).turn.text == "one two\nthree"
