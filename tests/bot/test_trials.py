"""Trials: answered beside all else and marked as such, nothing is kept, and an end is said."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from aiogram import Bot

from bot import trials
from bot.departures import Announcing
from bot.disclosing import Disclosing
from bot.trials import ModelTrials
from crm.agents import Agent
from crm.agents.departures import Departures
from crm.conversations import Conversations, ModelAnswer, Turn
from crm.errors import BadInput
from crm.preparing import Preparing
from crm.privacy import Privacy
from crm.turns import Listener, Unwatched
from llm.assistants import TIME_LIMIT, Assistants
from tests.fakes import (
    MONDAY,
    FakeClock,
    FakeDirectory,
    FakeJournal,
    FakeStorage,
    FakeTurnDoors,
    an_actor,
    an_agent,
    an_arrival,
)


class Telegram:
    id = 1

    def __init__(self) -> None:
        self.said: list[str] = []
        self.keys: list[Any] = []

    async def send_message(self, _chat_id: int, text: str, **more: Any) -> Any:
        self.said.append(text)
        self.keys.append(more["reply_markup"])

        class Sent:
            message_id = 1

        return Sent()


class Model:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.fault: Exception | None = None
        self.hold: asyncio.Event | None = None

    async def providers(self, _turn: Turn, trial: Agent) -> list[str]:
        return [trial.model] if trial.model else []

    async def answer(
        self, turn: Turn, _history: Any, on_text: Any, trial: Agent | None = None
    ) -> ModelAnswer:
        self.asked.append((trial.slug if trial else "", turn.text))
        if self.hold is not None:
            await self.hold.wait()
        if self.fault is not None:
            raise self.fault
        return ModelAnswer("**Yes**, it is.", [], "stub")


class Attended:
    """The model as the turns' worker asks it."""

    def __init__(self, model: Model) -> None:
        self._model = model

    async def answer(self, turn: Turn, listener: Listener) -> ModelAnswer:
        return await self._model.answer(turn, (), listener)


class House:
    def __init__(self) -> None:
        self.telegram, self.model = Telegram(), Model()
        self.storage = storage = FakeStorage()
        bot, privacy = cast(Bot, self.telegram), Privacy(storage)
        self.journal = FakeJournal(storage)
        self.reported: list[BaseException] = []
        self.trials = ModelTrials(
            bot,
            cast(Assistants, self.model),
            privacy,
            Disclosing(bot, privacy),
            FakeClock(),
            lambda: "REF",
            lambda fault, _reference: self.reported.append(fault),
            self.journal,
            storage,
        )

    async def tries(self, *, model: str | None = None, **actor: Any) -> None:
        agent = replace(an_agent("lawyer"), model=model)
        await self.trials.start(an_actor(**actor), an_arrival(), agent, "Is it a risk?")
        for _ in range(20):
            await asyncio.sleep(0)


async def test_the_answer_comes_by_itself_and_says_it_was_a_trial() -> None:
    house = House()
    await house.tries()
    assert house.model.asked == [("lawyer", "Is it a risk?")]
    assert house.telegram.said == ["Yes, it is.\n\n— A trial of “Lawyer”: nothing of it is saved."]
    assert "as:" in str(house.telegram.keys[0])


async def test_a_trial_leaves_for_no_provider_that_was_not_told_of() -> None:
    house = House()
    for _ in range(2):
        await house.tries(model="OpenAI")
    notice, first, second = house.telegram.said
    assert "goes to OpenAI" in notice
    assert first == second


async def test_a_team_without_assistants_tries_none() -> None:
    house, anna = House(), an_actor()
    async with house.storage.transaction(anna) as unit:
        await unit.privacy.set_off(off=True)
    await house.tries(model="OpenAI")
    [said] = house.telegram.said
    assert said.startswith("Assistants are switched off in this team.")
    assert house.model.asked == []


async def test_it_speaks_the_persons_language() -> None:
    house = House()
    await house.tries(language="ru")
    assert "Проба помощника «Lawyer»" in house.telegram.said[0]


async def test_a_slow_model_holds_nobody_up_and_a_stop_says_so() -> None:
    house = House()
    house.model.hold = asyncio.Event()
    await house.tries()
    assert house.telegram.said == []
    await house.trials.stop()
    assert house.telegram.said[0].startswith("The trial was interrupted.")


async def test_one_that_a_kill_ends_is_said_to_have_been_interrupted() -> None:
    house = House()
    house.model.hold = asyncio.Event()
    await house.tries(language="ru")
    ((owed, until),) = house.journal.postponed.values()  # what is left once the process is dead
    assert owed.answer.text.startswith("Проба прервалась.")
    assert "as:" in str(owed.answer.buttons)
    assert until > MONDAY + timedelta(seconds=TIME_LIMIT)
    house.model.hold.set()
    await house.trials.stop()


@pytest.mark.parametrize("ends", [True, False])
async def test_one_that_came_to_an_end_owes_nothing(ends: bool) -> None:
    house = House()
    if not ends:
        house.model.fault = RuntimeError("x")
    await house.tries()
    assert len(house.telegram.said) == 1
    assert house.journal.postponed == {}


async def test_one_that_waits_too_long_for_its_turn_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House()
    house.model.hold = asyncio.Event()
    monkeypatch.setattr(trials, "WAITING", 0.0)
    for _ in range(trials.AT_ONCE + 1):
        await house.tries()
    assert "more questions than I can answer" in house.telegram.said[0]
    assert house.reported == []
    await house.trials.stop()


@pytest.mark.parametrize(
    ("fault", "said", "reported"),
    [(RuntimeError("x"), "Reference REF", 1), (BadInput("Too much."), "Too much.", 0)],
)
async def test_a_fault_is_one_sentence(fault: Exception, said: str, reported: int) -> None:
    house = House()
    house.model.fault = fault
    await house.tries()
    assert said in house.telegram.said[0]
    assert len(house.reported) == reported


async def test_the_next_answer_says_in_a_line_who_is_no_longer_here() -> None:
    storage, model, anna = FakeStorage(), Model(), an_actor()
    lawyer = an_agent("lawyer")
    storage.state.agents += [an_agent("assistant", is_default=True), lawyer]
    directory, doors = FakeDirectory(storage), FakeTurnDoors(storage)
    conversations = Conversations(storage, doors, directory, wake=lambda: None, cancel=lambda _turn: None)
    announcing = Announcing(Attended(model), Preparing(storage), Departures(storage, directory), directory)

    async def answered(update_id: int, text: str) -> str:
        await conversations.ask(anna, an_arrival(update_id), text)
        turn = max((row.turn for row in storage.state.turns.values()), key=lambda one: one.id)
        return (await announcing.answer(turn, Unwatched())).text

    assert await answered(1, "@lawyer a risk?") == "**Yes**, it is."
    storage.state.deleted.add(lawyer.id)
    assert await answered(2, "and this?") == "Lawyer is no longer here; Assistant answers.\n\n**Yes**, it is."
    assert await answered(3, "and that?") == "**Yes**, it is."
