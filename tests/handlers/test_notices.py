"""Notices: written with what they tell of, sent at once, or from their row once they may be."""

from datetime import timedelta
from typing import Any, cast

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError, TelegramRetryAfter
from aiogram.methods import SendMessage

from bot.postponed import PostponedAnswers
from crm.answers import Answer
from crm.errors import AlreadyHandled
from crm.teams import Reach
from crm.updates import NOTICE_LEASE, Arrival
from handlers.notices import News, Notices
from tests.fakes import FakeClock, FakeJournal, FakeStorage, an_actor, an_arrival

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


class House:
    """A storage, a Telegram, and something done that Anna is to hear of."""

    def __init__(self) -> None:
        self.storage, self.telegram, self.clock = FakeStorage(), Telegram(), FakeClock()
        self.journal = FakeJournal(self.storage)
        self.notices = Notices(cast(Bot, self.telegram), self.journal, self.clock)
        self.postponed = PostponedAnswers(cast(Bot, self.telegram), self.journal, self.clock)

    async def done(self, arrival: Arrival | None = None) -> "News[[str]]":
        news = self.notices.about(lambda what: [(ANNA, lambda: Answer(what)), (None, lambda: Answer("x"))])
        async with self.storage.transaction(an_actor()) as unit:
            await unit.updates.finish(arrival or an_arrival(), Answer("done"), news("news"))
        return news


async def test_what_was_said_leaves_nothing_owed() -> None:
    house = House()
    await (await house.done()).send()
    assert house.telegram.said == [(101, "news")]
    assert not house.journal.postponed


async def test_what_the_end_of_the_process_cut_off_is_said_from_its_row_once() -> None:
    house = House()
    await house.done()  # and the process ends before it says so
    await house.postponed.send_due()
    assert house.telegram.said == []  # whoever did it may be about to
    house.clock.move(seconds=NOTICE_LEASE.total_seconds())
    await house.postponed.send_due()
    await house.postponed.send_due()
    assert house.telegram.said == [(101, "news")]


async def test_what_was_not_done_is_not_told() -> None:
    house = House()
    await house.done(an_arrival(7))
    house.journal.postponed.clear()
    with pytest.raises(AlreadyHandled):
        await house.done(an_arrival(7))  # has had its effect
    assert not house.journal.postponed


async def test_what_the_gate_puts_off_is_said_from_its_row() -> None:
    house = House()
    house.telegram.fault = TelegramRetryAfter
    await (await house.done()).send()
    house.telegram.fault = None
    house.clock.move(seconds=NOTICE_LEASE.total_seconds())
    await house.postponed.send_due()
    assert house.telegram.said == [(101, "news")]
    assert not house.journal.postponed


async def test_whoever_blocked_the_bot_is_not_told_and_nothing_is_owed() -> None:
    house = House()
    house.telegram.fault = TelegramForbiddenError
    await (await house.done()).send()
    assert not house.journal.postponed


async def test_a_postgresql_that_goes_away_after_the_commit_is_no_fault() -> None:
    house = House()
    news = await house.done()
    house.storage.away = True
    await news.send()
    assert house.telegram.said == [(101, "news")]


def test_a_row_waits_longer_than_the_gate_holds_a_call() -> None:
    from bot.gate import PATIENCE

    assert timedelta(seconds=PATIENCE) < NOTICE_LEASE
