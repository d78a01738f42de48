"""Turns: each is answered once, an error has one form, and the worker outlives what goes wrong around it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramForbiddenError, TelegramNetworkError
from aiogram.methods import SendMessage

from bot.turns import TurnWorker
from crm.conversations import ATTEMPTS, Conversations, ModelAnswer, Turn
from crm.errors import BadInput, StorageAway
from crm.people import People
from tests.fakes import (
    FakeClock,
    FakeDirectory,
    FakePeopleDoors,
    FakeStorage,
    FakeTurnDoors,
    TurnRow,
    an_actor,
    an_agent,
    an_arrival,
    everybody_stays,
)


@dataclass
class Sent:
    message_id: int = 77


@dataclass
class Telegram:
    said: list[str] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    async def send_message(self, _chat_id: int, text: str, **_more: Any) -> Sent:
        if self.faults:
            raise self.faults.pop(0)
        self.said.append(text)
        return Sent()


class Model:
    """Answers each question with its echo, unless told otherwise; `hold` keeps it thinking."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.faults: list[Exception] = []
        self.hold: asyncio.Event | None = None

    async def answer(
        self, turn: Turn, _history: Sequence[Sequence[Any]], _on_text: Callable[[str], Awaitable[None]] | None
    ) -> ModelAnswer:
        self.asked.append(turn.text)
        if self.hold is not None:
            await self.hold.wait()
        if self.faults:
            raise self.faults.pop(0)
        return ModelAnswer(f"echo {turn.text}", [], "stub")


class House:
    """A worker over fakes; `run` lets it work until it is idle."""

    def __init__(self) -> None:
        self.storage, self.clock, self.model, self.telegram = FakeStorage(), FakeClock(), Model(), Telegram()
        self.storage.state.agents.append(an_agent("assistant", is_default=True))
        self.reported: list[tuple[str, str]] = []
        self.doors = FakeTurnDoors(self.storage)
        self.conversations = Conversations(
            self.storage, self.doors, FakeDirectory(self.storage), wake=self.wake, cancel=self.cancel
        )
        people = People(self.storage, FakePeopleDoors(self.storage), open_to_all=True)
        self.worker = TurnWorker(
            cast(Bot, self.telegram), self.conversations, self.model, everybody_stays(people, self.clock), self.clock,
            lambda: "REF00001", lambda fault, reference: self.reported.append((type(fault).__name__, reference)),
        )  # fmt: skip
        self._updates = 0

    def wake(self) -> None:
        self.worker.wake()

    def cancel(self, turn_id: int) -> None:
        self.worker.cancel(turn_id)

    async def ask(self, text: str, **who: Any) -> int:
        self._updates += 1
        await self.conversations.ask(an_actor(**who), an_arrival(self._updates), text)
        return max(self.storage.state.turns)

    def row(self, turn_id: int) -> TurnRow:
        return self.storage.state.turns[turn_id]

    async def run(self, done: Callable[[], bool]) -> None:
        working = asyncio.create_task(self.worker.run())
        try:
            async with asyncio.timeout(5):
                while not done():  # noqa: ASYNC110 - what is looked at has no event of its own
                    await asyncio.sleep(0)
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


@pytest.fixture
def house() -> House:
    return House()


async def test_a_question_is_answered_and_the_row_says_with_which_message(house: House) -> None:
    turn = await house.ask("how are you")
    await house.run(lambda: house.row(turn).state == "sent")
    assert house.telegram.said == ["echo how are you"]
    assert house.row(turn).telegram_message_id == 77


async def test_questions_of_a_conversation_are_answered_in_order(house: House) -> None:
    for number in range(4):
        last = await house.ask(f"question {number}")
    await house.run(lambda: house.row(last).state == "sent")
    assert house.telegram.said == [f"echo question {number}" for number in range(4)]


async def test_a_fault_of_the_model_is_a_sentence_with_the_reference_that_is_reported(house: House) -> None:
    house.model.faults = [ValueError("the prompt was +7 999 123-45-67")]
    turn = await house.ask("привет", language="ru")
    await house.run(lambda: house.row(turn).state == "failed" and bool(house.telegram.said))
    assert house.row(turn).reference == "REF00001"
    assert house.reported == [("ValueError", "REF00001")]
    [sentence] = house.telegram.said
    assert "REF00001" in sentence
    assert "02.03 12:00" in sentence
    assert "999" not in sentence
    assert "Помощник" in sentence


async def test_a_rule_met_on_the_way_is_no_fault_to_report(house: House) -> None:
    house.model.faults = [BadInput("Too long.")]
    turn = await house.ask("x")
    await house.run(lambda: house.row(turn).state == "failed")
    assert house.reported == []


async def test_an_answer_that_is_ready_is_sent_without_asking_again(house: House) -> None:
    turn = await house.ask("how are you")
    [claimed] = await house.conversations.claim(house.clock())
    assert await house.conversations.keep_answer(claimed, ModelAnswer("kept", [], "stub"))
    house.clock.move(minutes=1)  # the process ended, its lease ran out
    await house.run(lambda: house.row(turn).state == "sent")
    assert (house.model.asked, house.telegram.said) == ([], ["kept"])


async def test_an_answer_that_could_not_be_sent_is_left_to_its_lease(house: House) -> None:
    house.telegram.faults = [TelegramNetworkError(SendMessage(chat_id=1, text="x"), "refused")]
    turn = await house.ask("how are you")
    await house.run(lambda: house.row(turn).state == "answered" and not house.telegram.faults)
    house.clock.move(minutes=1)
    await house.run(lambda: house.row(turn).state == "sent")
    assert (house.model.asked, house.telegram.said) == (["how are you"], ["echo how are you"])


async def test_a_chat_that_blocked_the_bot_ends_the_turn(house: House) -> None:
    house.telegram.faults = [TelegramForbiddenError(SendMessage(chat_id=1, text="x"), "blocked")]
    turn = await house.ask("how are you")
    await house.run(lambda: house.row(turn).state == "failed")
    assert house.row(turn).reference == "refused"


async def test_a_stopped_turn_says_nothing_and_the_next_goes_on(house: House) -> None:
    house.model.hold = asyncio.Event()
    turn = await house.ask("a long story")

    async def stop() -> None:
        while not house.model.asked:  # noqa: ASYNC110 - until the model thinks
            await asyncio.sleep(0)
        await house.conversations.stop(an_actor(), an_arrival(99), turn)
        assert house.model.hold is not None
        house.model.hold.set()

    stopping = asyncio.create_task(stop())
    await house.run(lambda: stopping.done() and house.row(turn).state == "canceled")
    after = await house.ask("a short one")
    await house.run(lambda: house.row(after).state == "sent")
    assert house.telegram.said == ["echo a short one"]


async def test_a_turn_that_ended_its_process_too_often_gets_an_apology(house: House) -> None:
    turn = await house.ask("how are you")
    for _ in range(ATTEMPTS):
        await house.conversations.claim(house.clock())
        house.clock.move(minutes=1)
    await house.run(lambda: house.row(turn).state == "failed" and bool(house.telegram.said))
    assert house.model.asked == []
    assert "REF00001" in house.telegram.said[0]


@pytest.mark.parametrize("fault", [StorageAway(), LookupError("no such column")])
async def test_the_worker_outlives_what_goes_wrong_with_a_claim(house: House, fault: Exception) -> None:
    claim, faults = house.doors.claim, [fault]

    async def flaky(*given: Any, **more: Any) -> Any:
        if faults:
            raise faults.pop()
        return await claim(*given, **more)

    house.doors.claim = flaky  # type: ignore[method-assign]  # a database that fails once
    turn = await house.ask("how are you")

    def answered() -> bool:
        house.wake()  # as the next second would
        return house.row(turn).state == "sent"

    await house.run(answered)
    assert len(house.reported) == (0 if isinstance(fault, StorageAway) else 1)


async def test_a_stop_gives_a_turn_back_so_that_another_process_takes_it_at_once(house: House) -> None:
    house.model.hold = asyncio.Event()
    turn = await house.ask("how are you")
    working = asyncio.create_task(house.worker.run())
    async with asyncio.timeout(5):
        while not house.model.asked:  # noqa: ASYNC110 - until the model thinks
            await asyncio.sleep(0)
        await house.worker.stop()
        await working
    row = house.row(turn)
    assert (row.state, row.held_until, row.turn.attempts) == ("queued", None, 0)
    [claimed] = await house.conversations.claim(house.clock())
    assert claimed.id == turn


async def test_a_stop_lets_an_answer_on_its_way_arrive(house: House) -> None:
    sending, go = asyncio.Event(), asyncio.Event()

    async def send_message(_chat_id: int, text: str, **_more: Any) -> Sent:
        sending.set()
        await go.wait()
        house.telegram.said.append(text)
        return Sent()

    house.telegram.send_message = send_message  # type: ignore[method-assign]  # a slow one
    turn = await house.ask("how are you")
    working = asyncio.create_task(house.worker.run())
    async with asyncio.timeout(5):
        await sending.wait()
        stopping = asyncio.create_task(house.worker.stop())
        await asyncio.sleep(0)
        go.set()
        await stopping
        await working
    assert (house.row(turn).state, house.telegram.said) == ("sent", ["echo how are you"])
