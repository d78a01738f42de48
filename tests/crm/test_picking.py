"""Picking: whom a person, a chat or another assistant chose; a message in doubt waits for its author's word."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crm.agents import Reason
from crm.answers import Answer
from crm.conversations import Conversations, Turn
from crm.errors import BadInput, CrmError, NotAllowed, NotFound
from crm.handoffs import REASON_LIMIT, Handoffs, on_one_line
from crm.people import ChatKind, Role
from crm.picking import HELD, Circle, Held, Picking
from crm.routing import Ranker, Score
from tests.fakes import (
    MONDAY,
    FakeDirectory,
    FakeStorage,
    FakeTurnDoors,
    TurnRow,
    an_actor,
    an_agent,
    an_arrival,
)

ANNA = an_actor()
IN_GROUP = an_actor(chat_id=7, telegram_chat_id=-7, chat_kind=ChatKind.GROUP)
BORIS = an_actor(
    person_id=2, telegram_user_id=1002, member_id=2, role=Role.MEMBER, chat_id=7, chat_kind=ChatKind.GROUP
)
ASSISTANT, COACH, WRITER = an_agent("assistant", is_default=True), an_agent("coach"), an_agent("writer")


class Undecided:
    """A classifier that can't tell a coach's message from a writer's."""

    async def ranker(self, roster: object) -> Ranker:
        return lambda _text: [Score(COACH, 0.5), Score(WRITER, 0.4), Score(ASSISTANT, 0.1)]


@pytest.fixture
def storage() -> FakeStorage:
    storage = FakeStorage()
    storage.state.agents += [ASSISTANT, COACH, WRITER]
    return storage


@pytest.fixture
def woken() -> list[bool]:
    return []


@pytest.fixture
def picking(storage: FakeStorage, woken: list[bool]) -> Picking:
    return Picking(storage, FakeDirectory(storage), wake=lambda: woken.append(True))


@pytest.fixture
def handoffs(storage: FakeStorage, woken: list[bool]) -> Handoffs:
    return Handoffs(storage, FakeDirectory(storage), wake=lambda: woken.append(True))


@pytest.fixture
def conversations(storage: FakeStorage) -> Conversations:
    return Conversations(
        storage,
        FakeTurnDoors(storage),
        FakeDirectory(storage),
        wake=lambda: None,
        cancel=lambda _turn_id: None,
        classifier=Undecided(),
    )


def said(_result: object) -> Answer:
    return Answer("done")


def last_row(storage: FakeStorage) -> TurnRow:
    return list(storage.state.turns.values())[-1]


async def test_a_pick_holds_here_until_it_is_dropped(
    storage: FakeStorage, picking: Picking, conversations: Conversations
) -> None:
    await picking.pick(ANNA, an_arrival(1), WRITER.id, said)
    assert (await conversations.ask(ANNA, an_arrival(2), "hello")).reason is Reason.PICKED
    elsewhere = await conversations.ask(ANNA, an_arrival(3, thread_id=5), "hello")
    assert elsewhere.reason is Reason.CLASSIFIED
    other = await conversations.ask(replace(BORIS, chat_id=ANNA.chat_id), an_arrival(4), "hello")
    assert other.reason is Reason.CLASSIFIED
    await picking.pick(ANNA, an_arrival(5), None, said)
    later = an_arrival(6, sent_at=MONDAY + timedelta(hours=1))
    assert (await conversations.ask(ANNA, later, "hello")).reason is Reason.CLASSIFIED


async def test_a_pick_of_who_is_gone_is_refused_and_changes_nothing(
    storage: FakeStorage, picking: Picking
) -> None:
    with pytest.raises(NotFound, match="not here any more"):
        await picking.pick(ANNA, an_arrival(), 12345, said)
    assert storage.state.picks == {}


async def test_a_binding_holds_for_everybody_in_its_topic(
    picking: Picking, conversations: Conversations, storage: FakeStorage
) -> None:
    await picking.bind(IN_GROUP, an_arrival(1, thread_id=3), WRITER.id, said)
    bound = await conversations.ask(BORIS, an_arrival(2, thread_id=3), "hello")
    assert (bound.agent, bound.reason) == (WRITER, Reason.BOUND)
    assert (await conversations.ask(BORIS, an_arrival(3), "hello")).reason is Reason.CLASSIFIED
    (line,) = storage.state.activity
    assert line.changes == {"agent": [None, "writer"], "thread_id": 3}


async def test_binding_again_to_the_same_writes_no_history(picking: Picking, storage: FakeStorage) -> None:
    for number in (1, 2):
        await picking.bind(ANNA, an_arrival(number), WRITER.id, said)
    assert len(storage.state.activity) == 1


async def test_in_a_group_only_managers_bind(picking: Picking, storage: FakeStorage) -> None:
    with pytest.raises(NotAllowed, match="only the owner and managers"):
        await picking.bind(BORIS, an_arrival(), WRITER.id, said)
    assert storage.state.bound == {}
    await picking.bind(replace(BORIS, role=Role.MANAGER), an_arrival(), WRITER.id, said)
    assert storage.state.bound == {(7, None): WRITER.id}


async def test_the_chats_default_answers_what_nothing_else_decides(
    picking: Picking, storage: FakeStorage
) -> None:
    seen: list[Circle] = []

    def keep(circle: Circle) -> Answer:
        seen.append(circle)
        return Answer("done")

    await picking.bind(ANNA, an_arrival(1), COACH.id, keep, only_default=True)
    assert seen[0].here.default_agent_id == COACH.id
    assert seen[0].here.bound_agent_id is None
    plain = Conversations(
        storage, FakeTurnDoors(storage), FakeDirectory(storage), wake=lambda: None, cancel=lambda _id: None
    )
    assert (await plain.ask(ANNA, an_arrival(2), "🙂")).agent == COACH


async def test_a_message_in_doubt_waits_for_a_button_and_is_asked_once(
    storage: FakeStorage, picking: Picking, conversations: Conversations, woken: list[bool]
) -> None:
    held: list[Held] = []

    def which(one: Held) -> Answer:
        held.append(one)
        return Answer("whom?")

    arrival = an_arrival(1, thread_id=5)
    assert await conversations.ask_or_hold(ANNA, arrival, "say it", which) == Answer("whom?")
    assert storage.state.turns == {}
    assert held[0].doubt.options == (COACH, WRITER, ASSISTANT)
    pressed = an_arrival(2, sent_at=MONDAY + timedelta(minutes=3))
    await picking.ask_held(ANNA, pressed, held[0].id, WRITER.id, said)
    row = last_row(storage)
    assert (row.turn.text, row.turn.message_id, row.turn.thread_id) == ("say it", 1, 5)
    assert (row.turn.agent_id, row.reason, row.detail) == (
        WRITER.id,
        Reason.CHOSEN,
        "coach 0.50, writer 0.40, assistant 0.10",
    )
    assert woken == [True]
    with pytest.raises(NotFound, match="answered by now"):
        await picking.ask_held(ANNA, an_arrival(3), held[0].id, COACH.id, said)
    follow_up = an_arrival(4, thread_id=5, sent_at=MONDAY + timedelta(minutes=10))
    assert (await conversations.ask(ANNA, follow_up, "shorter")).agent == WRITER


async def test_a_held_message_is_its_authors_and_expires(
    storage: FakeStorage, picking: Picking, conversations: Conversations
) -> None:
    held: list[Held] = []

    def which(one: Held) -> Answer:
        held.append(one)
        return Answer("whom?")

    await conversations.ask_or_hold(IN_GROUP, an_arrival(1), "say it", which)
    with pytest.raises(NotFound):
        await picking.ask_held(BORIS, an_arrival(2), held[0].id, WRITER.id, said)
    late = an_arrival(3, sent_at=MONDAY + HELD)
    with pytest.raises(NotFound):
        await picking.ask_held(IN_GROUP, late, held[0].id, WRITER.id, said)
    assert storage.state.turns == {}


async def test_ask_asks_once_and_a_reply_goes_on_with_who_wrote(
    storage: FakeStorage, conversations: Conversations
) -> None:
    await conversations.ask_or_hold(ANNA, an_arrival(1), "a headline", said, asked=WRITER)
    row = last_row(storage)
    assert (row.turn.agent_id, row.reason) == (WRITER.id, Reason.ASKED)
    storage.state.turns[row.turn.id] = replace(row, turn=replace(row.turn, pieces=(77,)), state="sent")
    soon = MONDAY + timedelta(minutes=1)
    assert (await conversations.ask(ANNA, an_arrival(2, sent_at=soon), "shorter")).reason is Reason.CLASSIFIED
    reply = an_arrival(3, sent_at=soon)
    assert await conversations.ask_or_hold(ANNA, reply, "shorter", said, replied_to=77) is None
    assert (last_row(storage).turn.agent_id, last_row(storage).reason) == (WRITER.id, Reason.REPLIED)


async def test_why_tells_of_the_last_message_here(picking: Picking, conversations: Conversations) -> None:
    with pytest.raises(BadInput, match="haven't asked"):
        await picking.why(ANNA, an_arrival())
    await conversations.ask(ANNA, an_arrival(1), "@coach hello")
    await conversations.ask(ANNA, an_arrival(2, thread_id=9), "@writer hello")
    explained = await picking.why(ANNA, an_arrival(3))
    assert (explained.agent, explained.last.reason) == (COACH, Reason.ADDRESSED)


async def a_turn(storage: FakeStorage, conversations: Conversations) -> Turn:
    await conversations.ask(ANNA, an_arrival(1), "@coach write to the client")
    return last_row(storage).turn


async def test_a_handoff_asks_the_other_agent_the_same_and_stays(
    storage: FakeStorage, conversations: Conversations, handoffs: Handoffs, woken: list[bool]
) -> None:
    turn = await a_turn(storage, conversations)
    handoff = await handoffs.hand_over(turn, "@Writer", "it is about\n a text.")
    assert (handoff.agent, handoff.why) == (WRITER, "it is about a text")
    row = last_row(storage)
    assert (row.turn.text, row.turn.agent_id, row.reason) == ("write to the client", WRITER.id, Reason.HANDED)
    assert woken == [True]
    later = await conversations.ask(ANNA, an_arrival(2, sent_at=MONDAY + timedelta(hours=2)), "and now?")
    assert (later.agent, later.reason) == (WRITER, Reason.HANDED)


async def test_a_handoff_told_twice_is_done_once(
    storage: FakeStorage, conversations: Conversations, handoffs: Handoffs
) -> None:
    turn = await a_turn(storage, conversations)
    for _ in range(2):
        await handoffs.hand_over(turn, "writer", "a text")
    assert len(storage.state.turns) == 2


@pytest.mark.parametrize(
    ("slug", "reason"), [("coach", "That is you"), ("nobody", "There are: assistant, coach, writer")]
)
async def test_a_handoff_to_oneself_or_to_nobody_is_refused(
    storage: FakeStorage, conversations: Conversations, handoffs: Handoffs, slug: str, reason: str
) -> None:
    turn = await a_turn(storage, conversations)
    with pytest.raises(CrmError, match=reason):
        await handoffs.hand_over(turn, slug, "because")
    assert len(storage.state.turns) == 1


async def test_a_message_does_not_go_round(
    storage: FakeStorage, conversations: Conversations, handoffs: Handoffs
) -> None:
    first = await a_turn(storage, conversations)
    await handoffs.hand_over(first, "writer", "a text")
    second = last_row(storage).turn
    await handoffs.hand_over(second, "assistant", "no text")
    with pytest.raises(BadInput, match="passed on already"):
        await handoffs.hand_over(last_row(storage).turn, "writer", "a text after all")


def test_a_reason_is_one_short_line() -> None:
    assert on_one_line("  two\n lines. ") == "two lines"
    assert len(on_one_line("x" * 500)) == REASON_LIMIT
