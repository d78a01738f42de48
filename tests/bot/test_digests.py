"""The rounds of digests: all that is due is sent, and one that can't be made keeps nobody else from theirs."""

from datetime import date
from typing import Any

from aiogram import Bot
from aiogram.methods import SendMessage
from aiogram.types import Chat, Message

from bot.digests import DigestRounds
from crm.digests import Digest, Digests, Kind
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


async def test_a_stop_claims_nothing_more() -> None:
    doors = FakeDigestDoors(a_digest(1, 11))
    rounds = rounds_of(doors, [])
    rounds.stop()
    await rounds.look()
    assert not doors.outcomes
    assert len(doors.due) == 1
