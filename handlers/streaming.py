"""Streaming: what a chat sees of an answer while it is being written. The answer itself never waits for it.

In private a draft that only grows, with Telegram's own Stop button; where drafts fail, a message that is edited; in
groups, by the chat's setting, a message that is edited slowly, or only «typing» (docs/adr/0029-turns.md).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from enum import Enum

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramRetryAfter
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)

from crm.people import ChatKind
from crm.turns import Turn
from handlers.splitting import LIMIT, split
from handlers.texts import gettext as _
from handlers.texts import speaking

DRAFT_EVERY = 1.0  # seconds between drafts at least; Telegram takes about 20 in 5 s and 40 in 30 s a chat
DRAFT_LIFE = 20.0  # seconds until one is sent again: Telegram shows it for 30
EDIT_EVERY = 3.0  # seconds between edits in private
GROUP_EDIT_EVERY = 6.0  # a group takes 20 messages and edits a minute, of all its bot says
TYPING_EVERY = 5.0  # Telegram shows «typing» for about so long
THINKING = 1.0  # seconds of silence until a draft without words says that somebody is at work
CLOSING = 1.0  # seconds the final message waits for a draft that is on its way
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
log = structlog.get_logger()


class Way(Enum):
    """How an answer is shown before it is there."""

    DRAFTS = "drafts"
    EDITS = "edits"
    TYPING = "typing"
    NOTHING = "nothing"


class Stream:
    """One turn's. `keep` writes down the message that grows; `clock` counts seconds, monotonic."""

    def __init__(
        self,
        bot: Bot,
        turn: Turn,
        keep: Callable[[int], Awaitable[object]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bot = bot
        self._turn = turn
        self._keep = keep
        self._clock = clock
        self._private = turn.actor.chat_kind is ChatKind.PRIVATE
        self.way = Way.DRAFTS if self._private else Way.EDITS if turn.is_live else Way.TYPING
        if turn.shown_as is not None:  # begun by a process that died: its message goes on growing
            self.way = Way.EDITS
        self.message_id = turn.shown_as  # the message that grows
        self._said: Callable[[], str] = str
        self._news = asyncio.Event()
        self._began = clock()
        self._last: float | None = None  # when something was shown last
        self._quiet_until = 0.0
        self._shown = ""
        self._page = 0  # where in what is said the page that is shown begins
        self._closing = asyncio.Event()

    @property
    def wants_text(self) -> bool:
        return self.way in (Way.DRAFTS, Way.EDITS)

    def follow(self, said: Callable[[], str]) -> None:
        self._said = said

    def heard(self) -> None:
        self._news.set()

    async def run(self) -> None:
        """Show what there is until closed or canceled."""
        while not self._closed():
            self._news.clear()
            pause, at_news = await self.look()
            if self._closed():
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await (self._news if at_news else self._closing).wait()

    def close(self) -> None:
        """Show nothing more; what is on its way arrives, and nothing else is waited for."""
        self._closing.set()
        self._news.set()

    def _closed(self) -> bool:
        return self._closing.is_set()

    async def look(self) -> tuple[float, bool]:
        """Show what is due. Seconds until the next look, and whether news are a reason to look sooner."""
        now = self._clock()
        if now < self._quiet_until:
            return self._quiet_until - now, False
        if self.way is Way.DRAFTS:
            return await self._draft(now)
        if self.way is Way.EDITS:
            return await self._edit(now)
        if self.way is Way.TYPING:
            await self._try(self._bot.send_chat_action(self._chat, "typing", message_thread_id=self._thread))
            return TYPING_EVERY, False
        return DRAFT_LIFE, False

    async def _draft(self, now: float) -> tuple[float, bool]:
        page = self._growing()
        since = now - self._last if self._last is not None else None
        if not page and self._last is None:
            if (left := self._began + THINKING - now) > 0:
                return left, True
        elif page == self._shown and since is not None and since < DRAFT_LIFE:
            return DRAFT_LIFE - since, True
        elif page != self._shown and since is not None and since < DRAFT_EVERY:
            return DRAFT_EVERY - since, False
        self._shown, self._last = page, now
        if not await self._try(
            self._bot.send_message_draft(
                self._chat,
                draft_id=self._turn.id,
                text=page,
                message_thread_id=self._thread,
                can_stop=True,
                keep_on_stop=True,
                parse_mode=None,
            )
        ):
            self._shown, self.way = "", Way.EDITS
            return EDIT_EVERY, False
        return DRAFT_EVERY, False

    async def _edit(self, now: float) -> tuple[float, bool]:
        every = EDIT_EVERY if self._private else GROUP_EDIT_EVERY
        page = self._growing()
        since = now - (self._last if self._last is not None else self._began)
        if not page.strip() or page == self._shown:
            return every, True
        if since < DRAFT_EVERY or (self._last is not None and since < every):
            return max(every if self._last is not None else DRAFT_EVERY, DRAFT_EVERY) - since, False
        self._shown, self._last = page, now
        shown = self._first_message(page) if self.message_id is None else self._changed_message(page)
        if not await self._try(shown):
            self.way = Way.NOTHING
        return every, False

    async def _first_message(self, page: str) -> None:
        reply = None if self._private or self._turn.message_id is None else ReplyParameters(
            message_id=self._turn.message_id, allow_sending_without_reply=True
        )  # fmt: skip
        sent: object = await self._bot.send_message(
            self._chat,
            page,
            message_thread_id=self._thread,
            reply_parameters=reply,
            reply_markup=stop_button(self._turn),
            link_preview_options=_NO_PREVIEW,
            parse_mode=None,
        )
        if isinstance(sent, Message):  # the gate drops what there is no room for
            self.message_id = sent.message_id
            await self._keep(sent.message_id)
        else:
            self._shown = ""

    async def _changed_message(self, page: str) -> None:
        try:
            await self._bot.edit_message_text(
                page,
                chat_id=self._chat,
                message_id=self.message_id,
                reply_markup=stop_button(self._turn),
                link_preview_options=_NO_PREVIEW,
                parse_mode=None,
            )
        except TelegramBadRequest as refused:
            if "message is not modified" not in refused.message:
                raise

    def _growing(self) -> str:
        """What to show: never less than before, nor other words. A page that is full makes room for the next."""
        said = self._said()
        page = said[self._page :]
        if self._shown and not page.startswith(self._shown):
            return self._shown  # another try says it otherwise; its whole answer will come
        if len(page) * 2 > LIMIT:  # only then may it be too long in UTF-16 units
            *full, page = [text for text, _own in split(page, ())]
            if full:
                self._page += sum(map(len, full))
                self._shown = ""
        return page

    async def _try(self, call: Awaitable[object]) -> bool:
        """False when this way of showing doesn't work. Told to wait, nothing is shown meanwhile."""
        try:
            await call
        except TelegramRetryAfter as told:
            self._quiet_until = self._clock() + told.retry_after
        except TelegramAPIError as fault:
            log.info("not_shown", turn=self._turn.id, way=self.way.value, reason=type(fault).__name__)
            return False
        return True

    @property
    def _chat(self) -> int:
        return self._turn.actor.telegram_chat_id

    @property
    def _thread(self) -> int | None:
        return self._turn.thread_id


def stop_button(turn: Turn) -> InlineKeyboardMarkup:
    with speaking(turn.actor.language):
        button = InlineKeyboardButton(text=_("Stop"), callback_data=f"turn:stop:{turn.id}")
    return InlineKeyboardMarkup(inline_keyboard=[[button]])
