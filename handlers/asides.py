"""Asides: what one person of a group asked for, seen by them and by nobody else (Bot API 10.2, ephemeral messages).

Telegram lets a bot send one to a member at any time where the bot is an admin, elsewhere only in answer to a pressed
button or to a message that was one itself. Whether it arrives is not promised, so nothing that must be read goes here.
"""

import time
from collections.abc import Sequence

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    CallbackQuery,
    EphemeralMessageParameters,
    InlineKeyboardMarkup,
    Message,
    MessageEntity,
    ReplyParameters,
)

log = structlog.get_logger()
REFUSAL = 3600.0  # seconds in which a group that refused one is not asked again: each refusal costs a call
KEPT_REFUSALS = 5000
Piece = tuple[str, list[MessageEntity] | None]
_refused: dict[tuple[int, int], float] = {}  # (bot, group): until when, in this process; a restart asks again


def ask_again(bot_id: int, chat_id: int) -> None:
    """The bot is an admin of the group now: what it refused before it may take."""
    _refused.pop((bot_id, chat_id), None)


async def answer_aside(
    bot: Bot, message: Message, pieces: Sequence[Piece], keys: InlineKeyboardMarkup | None
) -> bool:
    """Answer a message so that only its author sees it. False where that can't be."""
    group, who = (bot.id, message.chat.id), message.from_user
    if message.chat.type == "private" or who is None or message.sender_chat is not None:
        return False
    hidden = message.ephemeral_message_id
    if hidden is None and _refused.get(group, 0.0) > time.monotonic():
        return False
    to_one = EphemeralMessageParameters(receiver_user_id=who.id)
    reply = ReplyParameters(ephemeral_message_id=hidden) if hidden is not None else None
    sent = await _send(bot, message, to_one, pieces, keys, reply)
    if not sent and hidden is None:
        if len(_refused) >= KEPT_REFUSALS:
            _refused.clear()
        _refused[group] = time.monotonic() + REFUSAL
    return sent


async def press_aside(
    bot: Bot,
    press: CallbackQuery,
    where: Message,
    pieces: Sequence[Piece],
    keys: InlineKeyboardMarkup | None,
    *,
    edit: bool,
) -> bool:
    """Answer a press so that only its author sees it, in place of the message pressed when that is one already."""
    if edit and where.ephemeral_message_id is not None:
        text, entities = pieces[0]
        try:
            await bot.edit_ephemeral_message_text(
                chat_id=where.chat.id,
                receiver_user_id=press.from_user.id,
                ephemeral_message_id=where.ephemeral_message_id,
                text=text,
                entities=entities,
                reply_markup=keys,
                parse_mode=None,
            )
        except TelegramBadRequest as refused:
            if "message is not modified" in refused.message:
                return True
            log.info("aside_not_edited", reason=refused.message[:100])
        else:
            return True
    to_one = EphemeralMessageParameters(receiver_user_id=press.from_user.id, callback_query_id=press.id)
    return await _send(bot, where, to_one, pieces, keys, None)


async def _send(
    bot: Bot,
    where: Message,
    to_one: EphemeralMessageParameters,
    pieces: Sequence[Piece],
    keys: InlineKeyboardMarkup | None,
    reply: ReplyParameters | None,
) -> bool:
    thread = where.message_thread_id if where.is_topic_message else None
    for number, (text, entities) in enumerate(pieces, 1):
        try:
            await bot.send_message(
                where.chat.id,
                text,
                message_thread_id=thread,
                entities=entities,
                reply_parameters=reply,
                reply_markup=keys if number == len(pieces) else None,
                ephemeral_message_parameters=to_one,
                parse_mode=None,
            )
        except TelegramBadRequest as refused:
            log.info("aside_refused", reason=refused.message[:100])
            return number > 1
    return True
