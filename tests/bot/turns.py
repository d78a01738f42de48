"""Turns: a worker over fakes, with a model and a Telegram that do as they are told."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from aiogram import Bot

from bot.turns import TurnWorker
from crm.conversations import Conversations, ModelAnswer, Turn
from crm.people import People
from crm.turns import Listener
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
    drafts: list[str] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    async def send_message(self, _chat_id: int, text: str, **_more: Any) -> Sent:
        if self.faults:
            raise self.faults.pop(0)
        self.said.append(text)
        return Sent()

    async def send_message_draft(self, _chat_id: int, text: str, **_more: Any) -> bool:
        self.drafts.append(text)
        return True

    async def send_chat_action(self, _chat_id: int, _action: str, **_more: Any) -> bool:
        return True


class Model:
    """Answers each question with its echo, unless told otherwise; `hold` keeps it thinking."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.turns: list[Turn] = []
        self.name = "stub"
        self.says = ""  # until it is held or stopped
        self.faults: list[Exception] = []
        self.hold: asyncio.Event | None = None

    async def answer(self, turn: Turn, listener: Listener) -> ModelAnswer:
        self.asked.append(turn.text)
        self.turns.append(turn)
        listener.follow(lambda: self.says)
        listener.heard()
        if self.hold is not None:
            try:
                await self.hold.wait()
            except asyncio.CancelledError:
                if not listener.is_stopped:
                    raise
                return ModelAnswer(self.says, [], "stub", 3, 4, cost_micros=5, is_partial=True)
        if self.faults:
            raise self.faults.pop(0)
        return ModelAnswer(f"echo {turn.text}", [], self.name)


class House:
    """A worker over fakes; `run` lets it work until it is idle."""

    def __init__(self, *, at_once: bool = False) -> None:
        """`at_once`: turns begin as they are committed; else each is claimed."""
        self.storage, self.clock, self.model, self.telegram = FakeStorage(), FakeClock(), Model(), Telegram()
        self.storage.state.agents.append(an_agent("assistant", is_default=True))
        self.reported: list[tuple[str, str]] = []
        self.slept: list[float] = []
        self.doors = FakeTurnDoors(self.storage)
        self.conversations = Conversations(
            self.storage, self.doors, FakeDirectory(self.storage), wake=self.wake, cancel=self.cancel,
            lease=lambda: self.worker.lease() if at_once else None, take=self.take,
        )  # fmt: skip
        people = People(self.storage, FakePeopleDoors(self.storage), open_to_all=True)
        self.worker = TurnWorker(
            cast(Bot, self.telegram), self.conversations, self.model, everybody_stays(people, self.clock), self.clock,
            lambda: "REF00001", lambda fault, reference: self.reported.append((type(fault).__name__, reference)),
            sleep=self.sleep,
        )  # fmt: skip
        self._updates = 0

    def wake(self) -> None:
        self.worker.wake()

    def take(self, turn: Turn) -> None:
        self.worker.take(turn)

    def cancel(self, turn_id: int) -> None:
        self.worker.cancel(turn_id)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

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
