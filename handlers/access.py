"""Who is speaking: each update meets its person, team and language before any handler."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiogram import BaseMiddleware, Bot
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.types import Chat, Message, TelegramObject, Update, User

from crm.answers import Answer
from crm.grammar.letters import storable
from crm.limits import INLINE_COST, UPDATE_COST, Limits, Pace
from crm.people import ChatKind, People, Visitor
from crm.updates import Arrival
from handlers.texts import gettext as _
from handlers.texts import speak

_READS_RUSSIAN = ("ru", "be", "kk", "uk")
Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds until a person chooses; `admin_ids` are operators (ADMIN_IDS)."""

    language: str
    timezone: str
    admin_ids: frozenset[int] = frozenset()


class Access(BaseMiddleware):
    """Provides `actor` and `arrival`, sets the language; drops what is not said to the bot."""

    def __init__(
        self, people: People, defaults: Defaults, limits: Limits, clock: Callable[[], datetime]
    ) -> None:
        self._people = people
        self._defaults = defaults
        self._limits = limits
        self._clock = clock

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        if not isinstance(event, Update):
            return UNHANDLED
        bot: Bot = data["bot"]
        user, chat, message = _where(event)
        if user is None or user.is_bot:
            return None
        language = (
            "ru" if (user.language_code or self._defaults.language).startswith(_READS_RUSSIAN) else "en"
        )
        speak(language)
        if message is not None and chat is not None and chat.type != "private":
            me = await bot.me()
            if event.callback_query is None and not is_addressed(message, me):
                return None
        cost = INLINE_COST if event.inline_query is not None else UPDATE_COST
        group_id = chat.id if chat is not None and chat.type != "private" else None
        pace = self._limits.spend(user.id, cost, self._clock(), group_id=group_id)
        if pace is not Pace.FINE:
            return too_fast(event) if pace is Pace.TOO_FAST else None
        actor = await self._people.arrive(self._visitor(user, chat, message, language))
        speak(actor.language)
        data["actor"] = actor
        data["arrival"] = self._arrival(event, bot.id, actor.telegram_chat_id, message)
        return await handler(event, data)

    def _visitor(self, user: User, chat: Chat | None, message: Message | None, language: str) -> Visitor:
        private = chat is None or chat.type == "private"
        first, _, code = ((message.text if message else None) or "").partition(" ")
        is_start = private and message is not None and first == "/start"
        moscow = language == "ru" and self._defaults.timezone == "UTC"
        return Visitor(
            telegram_user_id=user.id,
            display_name=storable(user.full_name),
            username=storable(user.username) if user.username else None,
            language=language,
            timezone="Europe/Moscow" if moscow else self._defaults.timezone,
            telegram_chat_id=user.id if private or chat is None else chat.id,
            chat_kind=ChatKind.PRIVATE if private else ChatKind.GROUP,
            chat_title=storable(chat.title) if chat is not None and chat.title else None,
            link_code=code.strip() or None if is_start else None,
            is_operator=user.id in self._defaults.admin_ids,
            started=private and message is not None,
        )

    def _arrival(self, update: Update, bot_id: int, chat_id: int, message: Message | None) -> Arrival:
        said = update.message or update.edited_message
        topic = message is not None and bool(message.is_topic_message)
        return Arrival(
            bot_id=bot_id,
            update_id=update.update_id,
            telegram_chat_id=chat_id,
            sent_at=said.date if said is not None else self._clock(),
            thread_id=message.message_thread_id if message is not None and topic else None,
            message_id=said.message_id if said is not None else None,
        )


def too_fast(update: Update) -> Answer:
    """Said once; what follows is passed in silence until it gets slower."""
    sentence = _("That is faster than I can follow. Wait a minute, please; what you send until then is lost.")
    return Answer(toast=sentence) if update.callback_query is not None else Answer(sentence)


def is_addressed(message: Message, me: User) -> bool:
    """Whether a group message is for the bot: a command, a mention, or a reply to it."""
    text = message.text or message.caption or ""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    if first.startswith("/"):
        return "@" not in first or first.lower().endswith(f"@{(me.username or '').lower()}")
    replied = message.reply_to_message
    if replied is not None and replied.from_user is not None and replied.from_user.id == me.id:
        return True
    return f"@{(me.username or '').lower()}" in text.lower()


def _where(update: Update) -> tuple[User | None, Chat | None, Message | None]:
    """Who did it, where, and the message it is about."""
    message = update.message or update.edited_message
    if message is not None:
        return message.from_user, message.chat, message
    if update.callback_query is not None:
        about = update.callback_query.message
        if about is None:
            return update.callback_query.from_user, None, None
        return update.callback_query.from_user, about.chat, about if isinstance(about, Message) else None
    if update.inline_query is not None:
        return update.inline_query.from_user, None, None
    stopped = update.stopped_message_generation
    if stopped is not None:  # names no user; drafts live in private chats, whose id is the user's
        chat = stopped.chat
        return (
            User(id=chat.id, is_bot=False, first_name=chat.first_name or "—", username=chat.username),
            chat,
            None,
        )
    return None, None, None
