"""Delivering: an answer's pieces become messages, each written down before the next, in the topic of the question."""

from collections.abc import Awaitable, Callable, Sequence

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MessageEntity,
    ReplyParameters,
)

from crm.people import ChatKind
from crm.turns import Turn
from handlers.answers import telegram_entities
from handlers.rendering import Piece

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
log = structlog.get_logger()


class Delivery:
    """Of one turn. `shown_as` is the message that grew with the answer: the first piece takes its place."""

    def __init__(self, bot: Bot, turn: Turn, shown_as: int | None = None) -> None:
        self._bot = bot
        self._turn = turn
        self._shown_as = shown_as

    async def send(
        self,
        pieces: Sequence[Piece],
        keep: Callable[[Sequence[int]], Awaitable[object]],
        keys: InlineKeyboardMarkup | None = None,
    ) -> tuple[int, ...]:
        """Those pieces that the turn does not say are sent; `keep` writes down which are, after each but the last.
        `keys` stand under the last text. All messages' ids. Raises aiogram's errors."""
        sent = list(self._turn.pieces)
        last_text = max((number for number, piece in enumerate(pieces) if piece.file is None), default=-1)
        for number, piece in enumerate(pieces):
            if number < len(sent):
                continue
            if number > len(self._turn.pieces):
                await keep(sent)
            sent.append(await self._send(piece, number, keys if number == last_text else None))
        if self._shown_as is not None and self._shown_as not in sent:
            await leave(self._bot, self._turn, self._shown_as)
        return tuple(sent)

    async def _send(self, piece: Piece, number: int, keys: InlineKeyboardMarkup | None) -> int:
        if piece.file is not None:
            file = BufferedInputFile(piece.file.content or b"", piece.file.name)
            message = await self._bot.send_document(
                self._chat,
                file,
                message_thread_id=self._turn.thread_id,
                reply_parameters=self._reply(number),
            )
            return message.message_id
        entities = telegram_entities(piece.entities)
        try:
            return await self._say(piece.text, entities, number, keys)
        except TelegramBadRequest as refused:
            if not entities or "entit" not in refused.message.lower():
                raise
            log.warning("entities_refused", turn=self._turn.id)
            return await self._say(piece.text, None, number, keys)

    async def _say(
        self, text: str, entities: list[MessageEntity] | None, number: int, keys: InlineKeyboardMarkup | None
    ) -> int:
        if number == 0 and self._shown_as is not None and await self._replace(text, entities, keys):
            return self._shown_as
        message = await self._bot.send_message(
            self._chat,
            text,
            message_thread_id=self._turn.thread_id,
            entities=entities,
            reply_parameters=self._reply(number),
            reply_markup=keys,
            link_preview_options=_NO_PREVIEW,
            parse_mode=None,
        )
        return message.message_id

    async def _replace(
        self, text: str, entities: list[MessageEntity] | None, keys: InlineKeyboardMarkup | None
    ) -> bool:
        """False when the message that grew is no longer there."""
        try:
            await self._bot.edit_message_text(
                text,
                chat_id=self._chat,
                message_id=self._shown_as,
                entities=entities,
                reply_markup=keys,
                link_preview_options=_NO_PREVIEW,
                parse_mode=None,
            )
        except TelegramBadRequest as refused:
            if "message is not modified" in refused.message:
                return True
            if "message to edit not found" in refused.message or "can't be edited" in refused.message:
                return False
            raise
        return True

    def _reply(self, number: int) -> ReplyParameters | None:
        """In groups the first message says whom it answers."""
        about = self._turn.message_id
        if number > 0 or about is None or self._turn.actor.chat_kind is ChatKind.PRIVATE:
            return None
        return ReplyParameters(message_id=about, allow_sending_without_reply=True)

    @property
    def _chat(self) -> int:
        return self._turn.actor.telegram_chat_id


async def leave(bot: Bot, turn: Turn, message_id: int) -> None:
    """Take the Stop off a message that grew and has become no part of an answer."""
    try:
        await bot.edit_message_reply_markup(
            chat_id=turn.actor.telegram_chat_id, message_id=message_id, reply_markup=None
        )
    except TelegramAPIError as refused:  # it is gone, or keeps a button that says there is nothing to stop
        log.info("stop_left", turn=turn.id, reason=type(refused).__name__)
