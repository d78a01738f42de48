"""The gate and chats: a group's new id is followed, and a chat that is gone is told, once and not tried again."""

from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
)
from aiogram.methods import EditMessageText, GetChatMember, SendMessage, TelegramMethod
from aiogram.types import ReplyParameters

from bot.gate import Gate
from crm.errors import StorageAway
from playground.server import PLAYGROUND_TOKEN

OLD, NEW = -5, -1000000000005


class Chats:
    def __init__(self, *, away: bool = False) -> None:
        self.told: list[tuple[object, ...]] = []
        self.away = away

    async def moved(self, old_id: int, new_id: int) -> None:
        self._tell("moved", old_id, new_id)

    async def unreachable(self, chat_id: int) -> None:
        self._tell("unreachable", chat_id)

    def _tell(self, *what: object) -> None:
        if self.away:
            raise StorageAway
        self.told.append(what)


class Telegram:
    """Answers True, but for the old id of the group that has moved, and for chats with a refusal."""

    def __init__(self, **refusals: str) -> None:
        self.calls: list[TelegramMethod[Any]] = []
        self.refusals = refusals

    async def __call__(self, _bot: Bot, method: TelegramMethod[Any]) -> Any:
        self.calls.append(method)
        chat_id = getattr(method, "chat_id", None)
        if chat_id == OLD:
            raise TelegramMigrateToChat(method, "group chat was upgraded to a supergroup chat", NEW)
        if "forbidden" in self.refusals:
            raise TelegramForbiddenError(method, self.refusals["forbidden"])
        if "bad" in self.refusals:
            raise TelegramBadRequest(method, self.refusals["bad"])
        return True


def a_gate(chats: Chats) -> Gate:
    gate = Gate()
    gate.chats = chats
    return gate


def a_bot() -> Bot:
    return Bot(PLAYGROUND_TOKEN)


@pytest.mark.parametrize("away", [False, True])
async def test_a_send_follows_a_group_to_its_new_id_and_the_next_goes_there_at_once(away: bool) -> None:
    chats, telegram = Chats(away=away), Telegram()
    gate = a_gate(chats)
    send = SendMessage(chat_id=OLD, text="x", reply_parameters=ReplyParameters(message_id=7))
    for _ in range(2):
        assert await gate(telegram, a_bot(), send) is True
    assert [call.chat_id for call in telegram.calls if isinstance(call, SendMessage)] == [OLD, NEW, NEW]
    last = telegram.calls[-1]
    assert isinstance(last, SendMessage)
    assert (last.text, last.reply_parameters) == ("x", None)
    assert chats.told == ([] if away else [("moved", OLD, NEW)])


async def test_a_question_about_a_group_follows_it_too() -> None:
    telegram = Telegram()
    await a_gate(Chats())(telegram, a_bot(), GetChatMember(chat_id=OLD, user_id=1))
    assert [getattr(call, "chat_id", None) for call in telegram.calls] == [OLD, NEW]


async def test_an_edit_is_not_repeated_on_another_message_of_that_number() -> None:
    chats, telegram = Chats(), Telegram()
    with pytest.raises(TelegramMigrateToChat):
        await a_gate(chats)(telegram, a_bot(), EditMessageText(chat_id=OLD, message_id=3, text="x"))
    assert len(telegram.calls) == 1
    assert chats.told == [("moved", OLD, NEW)]


@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        ({"forbidden": "Forbidden: bot was blocked by the user"}, True),
        ({"forbidden": "Forbidden: bot was kicked from the group chat"}, True),
        ({"bad": "Bad Request: chat not found"}, True),
        ({"bad": "Bad Request: message is too long"}, False),
    ],
)
async def test_a_chat_that_is_gone_is_told_and_not_tried_again(refusal: dict[str, str], told: bool) -> None:
    chats, telegram = Chats(), Telegram(**refusal)
    with pytest.raises((TelegramForbiddenError, TelegramBadRequest)):
        await a_gate(chats)(telegram, a_bot(), SendMessage(chat_id=42, text="x"))
    assert len(telegram.calls) == 1
    assert chats.told == ([("unreachable", 42)] if told else [])


async def test_a_refused_question_says_nothing_of_the_chat() -> None:
    chats = Chats()
    with pytest.raises(TelegramForbiddenError):
        await a_gate(chats)(Telegram(forbidden="x"), a_bot(), GetChatMember(chat_id=42, user_id=1))
    assert chats.told == []
