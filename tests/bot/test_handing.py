"""Handing over: the line that says to whom is the answer, whatever the model goes on to say."""

from dataclasses import replace

import pytest

from bot.handing import Handing
from crm.conversations import Conversations
from crm.errors import BadInput
from crm.handoffs import Handoffs
from crm.turns import Listener, ModelAnswer, Progress, Turn, Unwatched
from tests.fakes import FakeDirectory, FakeStorage, FakeTurnDoors, an_actor, an_agent, an_arrival

ANNA = an_actor(language="en")


class Passes:
    """An assistant that passes every message on, and talks on."""

    def __init__(self, handing: Handing, to: str) -> None:
        self._handing = handing
        self._to = to

    async def answer(self, turn: Turn, listener: Listener) -> ModelAnswer:
        if self._to:
            await self._handing.hand_over(turn, self._to, "It is about a text.")
        return ModelAnswer("And by the way", [], "stub")


async def _asked(to: str) -> tuple[FakeStorage, str]:
    storage = FakeStorage()
    coach, writer = an_agent("coach", is_default=True), an_agent("writer")
    storage.state.agents += [coach, writer]
    directory = FakeDirectory(storage)
    conversations = Conversations(
        storage, FakeTurnDoors(storage), directory, wake=lambda: None, cancel=lambda _turn: None
    )
    handing = Handing(Handoffs(storage, directory, wake=lambda: None))
    await conversations.ask(ANNA, an_arrival(1), "@coach a headline")
    (row,) = storage.state.turns.values()
    answer = await handing.over(Passes(handing, to)).answer(row.turn, Unwatched())
    return storage, answer.text


async def test_the_answer_is_the_line_that_says_to_whom() -> None:
    storage, text = await _asked("writer")
    assert text.startswith("→ passed to")
    assert text.endswith("It is about a text")
    assert [row.turn.text for row in storage.state.turns.values()] == ["a headline", "a headline"]


async def test_what_a_process_passed_on_before_it_died_is_still_said() -> None:
    storage, text = await _asked("writer")
    first = next(iter(storage.state.turns.values())).turn
    begun = replace(first, progress=Progress(messages=[{"kind": "request"}]))
    handing = Handing(Handoffs(storage, FakeDirectory(storage), wake=lambda: None))
    answer = await handing.over(Passes(handing, "")).answer(begun, Unwatched())
    assert answer.text == text


async def test_without_a_handoff_the_answer_stays() -> None:
    assert (await _asked(""))[1] == "And by the way"


async def test_a_trial_passes_nothing_on() -> None:
    storage = FakeStorage()
    handing = Handing(Handoffs(storage, FakeDirectory(storage), wake=lambda: None))
    turn = Turn(
        id=0, conversation_id=0, lease="", attempts=1, agent_id=1, actor=ANNA, thread_id=None, message_id=None,
        text="a headline", asked_at=an_arrival(1).sent_at,
    )  # fmt: skip
    with pytest.raises(BadInput, match="trial"):
        await handing.hand_over(turn, "writer", "")
