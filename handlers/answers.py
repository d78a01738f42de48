"""Answers on their way out: one place turns them into messages."""

from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramMigrateToChat
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InputTextMessageContent,
    KeyboardButton,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyParameters,
    Update,
)

from crm.answers import Answer, Button, Entity, File
from handlers.asides import Piece, answer_aside, press_aside
from handlers.splitting import LIMIT, split

__all__ = ["LIMIT", "edit_text", "markup", "send_answer", "send_text", "split", "telegram_entities"]
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ForceReply


async def send_answer(bot: Bot, update: Update, answer: Answer) -> None:
    """Answer an update in the chat it came from. Raises aiogram's errors when Telegram won't take it."""
    if update.callback_query is not None:
        await _answer_press(bot, update.callback_query, answer)
        return
    if update.inline_query is not None:
        await _answer_inline(bot, update.inline_query, answer)
        return
    chosen = update.chosen_inline_result
    if chosen is not None:
        if chosen.inline_message_id is not None and answer.text:
            await _edit(bot, answer, inline_message_id=chosen.inline_message_id)
        return
    if update.my_chat_member is not None:
        await send_text(bot, update.my_chat_member.chat.id, None, answer)
        return
    message = update.message or update.edited_message
    if message is None or not (answer.text or answer.file):
        return
    thread = message.message_thread_id if message.is_topic_message else None
    hidden = message.ephemeral_message_id is not None  # what nobody else saw is answered so too
    aside = (answer.aside or hidden) and answer.file is None
    if aside and await answer_aside(bot, message, _pieces(answer), await _inline_keys(bot, answer)):
        return
    reply_to = message.message_id if message.chat.type != "private" and not hidden else None
    await send_text(bot, message.chat.id, thread, answer, reply_to=reply_to)


async def _answer_inline(bot: Bot, query: InlineQuery, answer: Answer) -> None:
    """A sentence in place of results: what went wrong, or why there are none."""
    if not answer.text:
        return
    said = InputTextMessageContent(message_text=answer.text, parse_mode=None)
    result = InlineQueryResultArticle(id="sentence", title=answer.text, input_message_content=said)
    await bot.answer_inline_query(query.id, [result], cache_time=0, is_personal=True)


async def send_text(
    bot: Bot, chat_id: int, thread_id: int | None, answer: Answer, *, reply_to: int | None = None
) -> int:
    """Send an answer as one message or more; the last message's id."""
    if answer.file is not None:
        return await _send_file(bot, chat_id, thread_id, answer, answer.file, reply_to)
    pieces = split(answer.text, answer.entities)
    keys = markup(answer, await _username(bot, answer), in_private=chat_id > 0)
    last = 0
    for number, (text, entities) in enumerate(pieces):
        sent = await bot.send_message(
            chat_id,
            text,
            message_thread_id=thread_id,
            entities=telegram_entities(entities),
            reply_parameters=_reply(reply_to) if number == 0 else None,
            reply_markup=keys if number == len(pieces) - 1 else None,
            link_preview_options=_NO_PREVIEW,
            parse_mode=None,
        )
        last = sent.message_id
    return last


async def _send_file(
    bot: Bot, chat_id: int, thread_id: int | None, answer: Answer, file: File, reply_to: int | None
) -> int:
    """One message with the file; its text is the caption."""
    send: Any = {
        "document": bot.send_document, "photo": bot.send_photo, "voice": bot.send_voice,
        "audio": bot.send_audio, "video": bot.send_video,
    }[file.kind]  # fmt: skip
    sent: Message = await send(
        chat_id,
        file.file_id or BufferedInputFile(file.content or b"", file.name),
        message_thread_id=thread_id,
        caption=answer.text or None,
        caption_entities=telegram_entities(answer.entities),
        reply_parameters=_reply(reply_to),
        reply_markup=markup(answer, await _username(bot, answer)),
        parse_mode=None,
    )
    return sent.message_id


def _reply(message_id: int | None) -> ReplyParameters | None:
    return ReplyParameters(message_id=message_id, allow_sending_without_reply=True) if message_id else None


async def edit_text(bot: Bot, chat_id: int, message_id: int, answer: Answer) -> bool:
    """Replace a message of ours. False when it is no longer there."""
    return await _edit(bot, answer, chat_id=chat_id, message_id=message_id)


async def _answer_press(bot: Bot, press: CallbackQuery, answer: Answer) -> None:
    try:
        await bot.answer_callback_query(press.id, text=answer.toast)
    except TelegramBadRequest as refused:
        if "query is too old" not in refused.message:
            raise
    if not (answer.text or answer.file):
        return
    where = press.message
    if press.inline_message_id is not None:
        await _edit(bot, answer, inline_message_id=press.inline_message_id)
    elif where is not None and not (
        isinstance(where, Message) and await _answered_there(bot, press, where, answer)
    ):
        thread = where.message_thread_id if isinstance(where, Message) and where.is_topic_message else None
        await send_text(bot, where.chat.id, thread, answer)


async def _answered_there(bot: Bot, press: CallbackQuery, where: Message, answer: Answer) -> bool:
    """Whether the answer took the place of the message that was pressed, or was shown to whoever pressed it alone."""
    hidden = where.ephemeral_message_id is not None
    if where.chat.type != "private" and (answer.aside or hidden) and answer.file is None:
        keys = await _inline_keys(bot, answer)
        if await press_aside(bot, press, where, _pieces(answer), keys, edit=answer.edit):
            return True
    if not answer.edit or hidden:
        return False
    return await _edit(bot, answer, chat_id=where.chat.id, message_id=where.message_id)


async def _edit(
    bot: Bot,
    answer: Answer,
    *,
    chat_id: int | None = None,
    message_id: int | None = None,
    inline_message_id: str | None = None,
) -> bool:
    """False when there is nothing to edit any more."""
    keys = await _inline_keys(bot, answer)
    try:
        await bot.edit_message_text(
            text=split(answer.text, answer.entities)[0][0],
            chat_id=chat_id,
            message_id=message_id,
            inline_message_id=inline_message_id,
            entities=telegram_entities(answer.entities),
            reply_markup=keys,
            link_preview_options=_NO_PREVIEW,
            parse_mode=None,
        )
    except TelegramMigrateToChat:  # what was written before the upgrade can't be edited any more
        return False
    except TelegramBadRequest as refused:
        if "message is not modified" in refused.message:
            return True
        if "message to edit not found" in refused.message or "can't be edited" in refused.message:
            return False
        raise
    return True


def _pieces(answer: Answer) -> list[Piece]:
    return [(text, telegram_entities(entities)) for text, entities in split(answer.text, answer.entities)]


async def _inline_keys(bot: Bot, answer: Answer) -> InlineKeyboardMarkup | None:
    """What an edit or an aside may carry."""
    keys = markup(answer, await _username(bot, answer))
    return keys if isinstance(keys, InlineKeyboardMarkup) else None


async def _username(bot: Bot, answer: Answer) -> str:
    """The bot's own, asked of Telegram only for an answer that links to the bot."""
    links = any(button.start is not None for row in answer.buttons for button in row)
    return (await bot.me()).username or "" if links else ""


def markup(answer: Answer, bot_username: str = "", *, in_private: bool = False) -> Markup | None:
    """A question opens a reply field in groups only: in private any text answers it, and the field would take the
    keyboard away for good."""
    if answer.buttons:
        return InlineKeyboardMarkup(
            inline_keyboard=[[_button(button, bot_username) for button in row] for row in answer.buttons]
        )
    if answer.keyboard:
        rows = [[KeyboardButton(text=text) for text in row] for row in answer.keyboard]
        return ReplyKeyboardMarkup(keyboard=rows, resize_keyboard=True, is_persistent=True)
    return ForceReply(selective=True) if answer.question and not in_private else None


def _button(button: Button, bot_username: str) -> InlineKeyboardButton:
    url = button.url if button.start is None else f"https://t.me/{bot_username}?start={button.start}"
    return InlineKeyboardButton(
        text=button.text, callback_data=button.data, url=url, switch_inline_query=button.inline_query
    )


def telegram_entities(entities: tuple[Entity, ...]) -> list[MessageEntity] | None:
    return [
        MessageEntity(type=one.type, offset=one.offset, length=one.length, url=one.url, language=one.language)
        for one in entities
    ] or None
