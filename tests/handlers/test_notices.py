"""Notices: sent at once, or from their row once they may be."""

from datetime import timedelta
from typing import Any, cast

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError, TelegramRetryAfter
from aiogram.methods import SendMessage

from bot.postponed import PostponedAnswers
from crm.answers import Answer
from crm.teams import Reach
from handlers.notices import LEASE, Notices
from tests.fakes import FakeClock, FakeJournal, FakeStorage

ANNA = Reach(101, "en")


class Telegram:
    id = 42

    def __init__(self) -> None:
        self.said: list[tuple[int, str]] = []
        self.fault: type[TelegramAPIError] | None = None

    async def send_message(self, chat_id: int, text: str, **_more: Any) -> Any:
        method: Any = SendMessage(chat_id=chat_id, text=text)
        if self.fault is TelegramRetryAfter:
            raise TelegramRetryAfter(method, "wait", 70)
        if self.fault is not None:
            raise self.fault(method, "no")
        self.said.append((chat_id, text))
        return type("Sent", (), {"message_id": 1})


async def told(telegram: Telegram, journal: FakeJournal, clock: FakeClock) -> bool:
    return await Notices(cast(Bot, telegram), journal, clock).tell(ANNA, lambda: Answer("news"))


async def test_what_was_said_leaves_nothing_owed() -> None:
    telegram, journal = Telegram(), FakeJournal(FakeStorage())
    assert await told(telegram, journal, FakeClock())
    assert telegram.said == [(101, "news")]
    assert not journal.postponed


async def test_what_the_gate_puts_off_is_said_from_its_row() -> None:
    telegram, journal, clock = Telegram(), FakeJournal(FakeStorage()), FakeClock()
    telegram.fault = TelegramRetryAfter
    assert await told(telegram, journal, clock)
    telegram.fault = None
    postponed = PostponedAnswers(cast(Bot, telegram), journal, clock)
    await postponed.send_due()
    assert telegram.said == []
    clock.move(seconds=LEASE.total_seconds())
    await postponed.send_due()
    await postponed.send_due()
    assert telegram.said == [(101, "news")]
    assert not journal.postponed


async def test_whoever_blocked_the_bot_is_not_told_and_nothing_is_owed() -> None:
    telegram, journal = Telegram(), FakeJournal(FakeStorage())
    telegram.fault = TelegramForbiddenError
    assert not await told(telegram, journal, FakeClock())
    assert not journal.postponed


async def test_while_postgresql_is_away_it_is_said_all_the_same() -> None:
    storage, telegram = FakeStorage(), Telegram()
    storage.away = True
    assert await told(telegram, FakeJournal(storage), FakeClock())
    assert telegram.said == [(101, "news")]


def test_a_row_waits_longer_than_the_gate_holds_a_call() -> None:
    from bot.gate import PATIENCE

    assert timedelta(seconds=PATIENCE) < LEASE
