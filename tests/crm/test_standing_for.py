"""A team's own assistant in place of the bot's: whatever named the one means the other, and back once it is deleted."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from crm.agents import Agent, Choice, Reason
from crm.answers import Answer
from crm.conversations import Conversations
from crm.errors import BadInput
from crm.handoffs import Handoffs
from crm.picking import Circle, Picking
from crm.turns import Turn
from tests.fakes import (
    MONDAY,
    FakeDirectory,
    FakeStorage,
    FakeTurnDoors,
    an_actor,
    an_agent,
    an_arrival,
)

Way = Callable[[Picking, Agent, int], Awaitable[None]]  # how an assistant comes to be named, by which update
ANNA = an_actor()
ASSISTANT, COACH = an_agent("assistant", is_default=True), an_agent("coach")
OWN = replace(an_agent("own"), slug="coach", workspace_id=ANNA.workspace_id)


@pytest.fixture
def storage() -> FakeStorage:
    storage = FakeStorage()
    storage.state.agents += [ASSISTANT, COACH]
    return storage


@pytest.fixture
def picking(storage: FakeStorage) -> Picking:
    return Picking(storage, FakeDirectory(storage), wake=lambda: None)


@pytest.fixture
def conversations(storage: FakeStorage) -> Conversations:
    return Conversations(
        storage, FakeTurnDoors(storage), FakeDirectory(storage), wake=lambda: None, cancel=lambda _id: None
    )


def said(_result: object) -> Answer:
    return Answer("done")


async def asked(
    storage: FakeStorage, conversations: Conversations, minutes: int, replied_to: int | None = None
) -> tuple[int, str]:
    """Who answers a message that suits nobody, and why."""
    arrival = an_arrival(minutes + 100, sent_at=MONDAY + timedelta(minutes=minutes))
    await conversations.ask_or_hold(ANNA, arrival, "🙂", said, replied_to=replied_to)
    row = list(storage.state.turns.values())[-1]
    return row.turn.agent_id, row.reason


async def bound(picking: Picking, agent: Agent, update_id: int = 1) -> None:
    await picking.bind(ANNA, an_arrival(update_id), agent.id, said)


async def picked(picking: Picking, agent: Agent, update_id: int = 1) -> None:
    await picking.pick(ANNA, an_arrival(update_id), agent.id, said)


async def spoken_with(picking: Picking, agent: Agent, update_id: int = 1) -> None:
    async with picking._storage.transaction(ANNA) as unit:
        await unit.conversations.add_turn(
            ANNA, an_arrival(update_id), Choice(agent, Reason.CLASSIFIED, "hello")
        )


async def by_default(picking: Picking, agent: Agent, update_id: int = 1) -> None:
    await picking.bind(ANNA, an_arrival(update_id), agent.id, said, only_default=True)


@pytest.mark.parametrize(
    ("way", "reason", "minutes"),
    [
        (bound, Reason.BOUND, 1),
        (picked, Reason.PICKED, 1),
        (spoken_with, Reason.RECENT, 1),
        (by_default, Reason.DEFAULT, 20),  # else whoever answered lately would
    ],
)
async def test_it_takes_over_and_gives_back_what_named_the_other(
    storage: FakeStorage,
    picking: Picking,
    conversations: Conversations,
    way: Way,
    reason: Reason,
    minutes: int,
) -> None:
    await way(picking, COACH, 1)
    assert await asked(storage, conversations, minutes) == (COACH.id, reason)
    storage.state.agents.append(OWN)
    assert await asked(storage, conversations, 2 * minutes) == (OWN.id, reason)
    await way(picking, OWN, 2)
    storage.state.deleted = {OWN.id}
    assert await asked(storage, conversations, 3 * minutes) == (COACH.id, reason)
    storage.state.deleted = set()  # the deletion is undone
    assert await asked(storage, conversations, 4 * minutes) == (OWN.id, reason)


async def test_a_reply_to_the_others_message_goes_to_it(
    storage: FakeStorage, conversations: Conversations
) -> None:
    await conversations.ask(ANNA, an_arrival(1), "@coach hello")
    ((key, row),) = storage.state.turns.items()
    storage.state.turns[key] = replace(row, turn=replace(row.turn, pieces=(77,)), state="sent")
    storage.state.agents.append(OWN)
    assert await asked(storage, conversations, 30, replied_to=77) == (OWN.id, Reason.REPLIED)


async def test_the_cards_show_it_as_picked_and_bound(storage: FakeStorage, picking: Picking) -> None:
    await bound(picking, COACH, 1)
    await picked(picking, COACH, 2)
    storage.state.agents.append(OWN)
    circle: Circle = await picking.circle(ANNA, an_arrival(4))
    assert (circle.here.bound_agent_id, circle.here.picked_agent_id) == (OWN.id, OWN.id)
    await bound(picking, OWN, 3)
    assert len(storage.state.activity) == 1  # nothing has changed for anybody


async def test_a_button_of_an_older_card_picks_it(storage: FakeStorage, picking: Picking) -> None:
    storage.state.agents.append(OWN)
    await picking.pick(ANNA, an_arrival(1), COACH.id, said)
    assert [agent_id for agent_id, _ in storage.state.picks.values()] == [OWN.id]


async def test_the_others_turn_is_not_handed_over_to_itself(
    storage: FakeStorage, conversations: Conversations
) -> None:
    await conversations.ask(ANNA, an_arrival(1), "@coach hello")
    turn: Turn = next(iter(storage.state.turns.values())).turn
    storage.state.agents.append(OWN)
    with pytest.raises(BadInput, match="That is you"):
        await Handoffs(storage, FakeDirectory(storage), wake=lambda: None).hand_over(turn, "coach", "hm")
    assert await conversations.signature(turn) == "Own"
