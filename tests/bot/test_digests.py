"""The rounds of digests: all that is due is sent, and one that can't be made keeps nobody else from theirs."""

import asyncio
from datetime import date, datetime
from typing import Any, cast

from aiogram import Bot
from aiogram.methods import SendMessage
from aiogram.types import Chat, Message

from bot.digests import DigestRounds
from bot.scheduler import ReminderClock
from crm.deliveries import Deliveries
from crm.digests import Digest, Digests, Kind
from crm.errors import StorageAway
from crm.presence import Presence
from tests.fakes import MONDAY, FakeClock, FakeDigestDoors, FakeStorage
from tests.handlers.desk import TOKEN, Recorder


class Telegram(Recorder):
    """Takes messages, each with a number; breaks on those to chat 666."""

    async def make_request(self, bot: Bot, method: Any, timeout: int | None = None) -> Any:
        answer = await super().make_request(bot, method, timeout)
        if not isinstance(method, SendMessage):
            return answer
        if method.chat_id == 666:
            raise RuntimeError("broken")
        return Message(message_id=int(method.chat_id), date=MONDAY, chat=Chat(id=1, type="private"))


def a_digest(number: int, chat: int) -> Digest:
    return Digest(number, "", 1, Kind.BACK, date(2026, 3, 2), MONDAY, "en", chat, [], since=MONDAY)


def rounds_of(doors: FakeDigestDoors, faults: list[Exception]) -> DigestRounds:
    storage = FakeStorage()
    return DigestRounds(Bot(TOKEN, session=Telegram()), Digests(storage, doors), FakeClock(), faults.append)


async def test_all_that_is_due_is_sent_and_a_broken_one_keeps_nobody_from_theirs() -> None:
    doors, faults = FakeDigestDoors(a_digest(1, 11), a_digest(2, 666), a_digest(3, 33)), list[Exception]()
    await rounds_of(doors, faults).look()
    assert doors.outcomes == {1: ("sent", 11), 3: ("sent", 33)}
    assert [str(fault) for fault in faults] == ["broken"]


async def test_what_is_on_its_way_is_sent_and_written_down_when_the_look_is_canceled() -> None:
    doors, telegram = FakeDigestDoors(a_digest(1, 11)), Slow()
    rounds = DigestRounds(
        Bot(TOKEN, session=telegram), Digests(FakeStorage(), doors), FakeClock(), list[Exception]().append
    )
    clock = ReminderClock(
        cast(Bot, None),
        cast(Deliveries, None),
        cast(Presence, None),
        FakeClock(),
        digests=Digests(FakeStorage(), doors),
    )
    clock._rounds = rounds
    looking = asyncio.create_task(rounds.look())
    await telegram.asked.wait()
    looking.cancel()  # as the shutdown of APScheduler does
    stopping = asyncio.create_task(clock.stop())
    await asyncio.sleep(0.01)
    telegram.go.set()
    await stopping
    assert doors.outcomes == {1: ("sent", 11)}


async def test_what_telegram_took_while_postgresql_goes_away_is_written_down() -> None:
    doors, tries = FakeDigestDoors(a_digest(1, 11)), list[int]()
    digests = Digests(FakeStorage(), doors)
    mark = digests.sent

    async def marked(digest: Digest, telegram_message_id: int, now: datetime) -> bool:
        tries.append(digest.id)
        if len(tries) < 2:
            raise StorageAway("gone for a moment")
        return await mark(digest, telegram_message_id, now)

    digests.sent = marked  # type: ignore[method-assign]  # what fails
    rounds = DigestRounds(Bot(TOKEN, session=Telegram()), digests, FakeClock(), list[Exception]().append)
    await rounds.look()
    assert doors.outcomes == {1: ("sent", 11)}


class Slow(Telegram):
    """Answers once it may `go`."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.go = asyncio.Event(), asyncio.Event()

    async def make_request(self, bot: Bot, method: Any, timeout: int | None = None) -> Any:
        self.asked.set()
        await self.go.wait()
        return await super().make_request(bot, method, timeout)


async def test_a_stop_claims_nothing_more() -> None:
    doors = FakeDigestDoors(a_digest(1, 11))
    rounds = rounds_of(doors, [])
    rounds.stop()
    await rounds.look()
    assert not doors.outcomes
    assert len(doors.due) == 1
