"""A room: what stands between a turn and its model, with ears and a Telegram that do as they are told."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from aiogram import Bot

from bot.attending import Attending
from bot.disclosing import Disclosing
from bot.hearing import Hearing
from crm.answers import Answer, Button
from crm.attachments import Attachment
from crm.conversations import Conversations
from crm.errors import BadInput
from crm.memory import Memory
from crm.preparing import Preparing
from crm.privacy import Privacy
from crm.quick_adds import QuickAdds
from crm.turns import ModelAnswer, Turn
from crm.usage import Usage
from handlers.notices import Notices
from handlers.usage import warn_operators
from llm.transcripts import Transcripts
from tests.fakes import (
    FakeClock,
    FakeDirectory,
    FakeJournal,
    FakeListener,
    FakeStorage,
    FakeTurnDoors,
    an_actor,
    an_agent,
    an_arrival,
)

VOICE = Attachment("voice", "v", "audio/ogg", "voice.ogg", 1000, 3)
PHOTO = Attachment("photo", "p", "image/jpeg")


@dataclass
class Telegram:
    id: int = 42
    said: list[tuple[int, str, bool]] = field(default_factory=list)  # chat, text, whether it has buttons
    topics: set[int | None] = field(default_factory=set)

    async def send_message(self, chat_id: int, text: str, **more: Any) -> Any:
        self.said.append((chat_id, text, more.get("reply_markup") is not None))
        self.topics.add(more["message_thread_id"])
        return type("Sent", (), {"message_id": 77})()


@dataclass
class Models:
    """Answers with an echo; `leaves_for` are its providers, `fault` is raised once."""

    leaves_for: Sequence[str] = ()
    fault: Exception | None = None
    sees: bool = False
    made: str | None = None
    asked: list[tuple[str, Sequence[Sequence[Any]]]] = field(default_factory=list)
    summed: list[str] = field(default_factory=list)

    async def answer(self, turn: Turn, history: Sequence[Sequence[Any]], _listener: Any) -> ModelAnswer:
        self.asked.append((turn.text, history))
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        return ModelAnswer(f"echo {turn.text}", [], "m")

    async def providers(self, _turn: Turn) -> Sequence[str]:
        return self.leaves_for

    async def summary(self, _turn: Turn, text: str) -> str | None:
        self.summed.append(text)
        return self.made

    async def reads(self, _turn: Turn) -> bool:
        return self.sees


@dataclass
class Ears:
    """llm.transcripts.Transcripts, hearing what it is told."""

    words: str = "what is due"
    provider: str | None = None
    fault: Exception | None = None
    heard: list[bytes] = field(default_factory=list)

    async def hear(self, content: bytes, _name: str, _seconds: int, _meter: Any) -> str:
        self.heard.append(content)
        if self.fault is not None:
            raise self.fault
        return self.words


class Room:
    def __init__(self) -> None:
        self.storage, self.clock, self.telegram = FakeStorage(), FakeClock(), Telegram()
        self.models, self.ears = Models(), Ears()
        self.storage.state.agents.append(an_agent("assistant", is_default=True))
        directory, bot = FakeDirectory(self.storage), cast(Bot, self.telegram)
        self.memory, self.privacy = Memory(self.storage, directory), Privacy(self.storage)
        self.conversations = Conversations(
            self.storage, FakeTurnDoors(self.storage), directory, wake=lambda: None, cancel=lambda _turn: None
        )
        notices = Notices(bot, FakeJournal(self.storage), self.clock)
        self.usage = usage = Usage(
            self.storage, self.clock, bot_micros=5_000_000, warn=notices.about(warn_operators)
        )
        hearing = Hearing(
            bot, cast(Transcripts, self.ears), self._download, self.conversations, QuickAdds(self.storage), usage,
            self.models.reads, self.memory, self._offer,
        )  # fmt: skip
        self.attending = Attending(
            self.models, Preparing(self.storage), self.memory, Disclosing(bot, self.privacy), notices, hearing
        )
        self._updates = 0

    async def _offer(self, turn: Turn) -> Answer:
        return Answer(f"offer of {turn.text}", buttons=((Button("Make a task", data="x"),),))

    async def _download(self, file_id: str) -> bytes:
        if file_id == "gone":
            raise BadInput("Telegram no longer has this file. Send it again.")
        return file_id.encode()

    async def turn(self, text: str = "hello", *attachments: Attachment, **who: Any) -> Turn:
        self._updates += 1
        await self.conversations.ask(
            an_actor(**who), an_arrival(self._updates), text, attachments=attachments
        )
        claimed = await self.conversations.claim(self.clock())
        return claimed[-1]

    async def answer(self, text: str = "hello", *attachments: Attachment, **who: Any) -> str:
        turn = await self.turn(text, *attachments, **who)
        answer = await self.attending.answer(turn, FakeListener())
        await self.attending.settle()
        self.storage.state.turns[turn.id] = replace(self.storage.state.turns[turn.id], state="sent")
        return answer.text

    @property
    def said(self) -> list[str]:
        return [text for _chat, text, _buttons in self.telegram.said]
