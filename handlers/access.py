"""Who is speaking: each update meets its person, team and language before any handler."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiogram import BaseMiddleware, Bot
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.types import Chat, Message, TelegramObject, Update, User

from crm.answers import Answer
from crm.errors import Outdated
from crm.grammar.letters import storable
from crm.groups import Groups
from crm.limits import INLINE_COST, UPDATE_COST, Limits, Pace
from crm.links import is_code
from crm.people import ChatKind, People, Visitor
from crm.presence import Presence
from crm.requests import Requests
from crm.updates import Arrival
from handlers.albums import belongs_to_question
from handlers.groups import has_no_person, is_addition
from handlers.requests import show_owner
from handlers.texts import gettext as _
from handlers.texts import speak
from handlers.words import asks_to_stop

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
        self,
        people: People,
        presence: Presence,
        groups: Groups,
        requests: Requests,
        defaults: Defaults,
        limits: Limits,
        clock: Callable[[], datetime],
    ) -> None:
        self._people = people
        self._presence = presence
        self._groups = groups
        self._requests = requests
        self._defaults = defaults
        self._limits = limits
        self._clock = clock

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        if not isinstance(event, Update):
            return UNHANDLED
        bot: Bot = data["bot"]
        user, chat, message = _where(event)
        if chat is not None and not await self._concerns_us(event, chat, message, bot):
            return None
        if chat is not None and has_no_person(event):
            speak(await self._language(chat))
            data["arrival"] = self._arrival(event, bot.id, chat.id, message)
            return await handler(event, data)
        if chat is not None and event.message is not None and event.message.sender_chat is not None:
            speak(await self._language(chat))
            return faceless()
        if user is None or user.is_bot:
            return None
        return await self._meet(handler, event, data, user, chat, message)

    async def _meet(
        self,
        handler: Handler,
        event: Update,
        data: dict[str, Any],
        user: User,
        chat: Chat | None,
        message: Message | None,
    ) -> Any:
        """Somebody speaks or presses."""
        language = "ru" if reads_russian(user.language_code or self._defaults.language) else "en"
        speak(language)
        cost = INLINE_COST if event.inline_query is not None else UPDATE_COST
        group_id = chat.id if chat is not None and chat.type != "private" else None
        if stops(event):  # whoever was too fast must be able to stop what they set going
            cost, group_id = 0.0, None
        pace = self._limits.spend(user.id, cost, self._clock(), group_id=group_id)
        if pace is not Pace.FINE:
            return too_fast(event) if pace is Pace.TOO_FAST else None
        visitor = self._visitor(user, chat, message, language, wrote=event.message is not None)
        try:
            return await self._act(handler, event, data, visitor, message)
        except Outdated:  # nothing was done, and by now whoever they were is forgotten
            return await self._act(handler, event, data, visitor, message)

    async def _act(
        self, handler: Handler, event: Update, data: dict[str, Any], visitor: Visitor, message: Message | None
    ) -> Any:
        """As the actor that the visitor is here."""
        actor = await self._presence.confirmed(await self._people.arrive(visitor), visitor)
        speak(actor.language)
        data["actor"] = actor
        bot: Bot = data["bot"]
        data["arrival"] = self._arrival(event, bot.id, actor.telegram_chat_id, message)
        result = await handler(event, data)
        if actor.is_asking:
            await show_owner(bot, self._requests, actor.chat_id)
        return result

    async def _concerns_us(self, update: Update, chat: Chat, message: Message | None, bot: Bot) -> bool:
        """Nothing in channels does, nor what a group says to others, nor a channel's post copied to its group."""
        if chat.type == "channel" or await self._is_echo(update, chat):
            return False
        if message is not None and message.via_bot is not None and message.via_bot.id == bot.id:
            return False  # a result of ours that somebody posted; its button says what is to become of it
        if chat.type == "private" or message is None or update.callback_query is not None:
            return True
        if message.is_automatic_forward:
            return False
        if has_no_person(update) or is_addressed(message, await bot.me()):
            return True
        return update.message is not None and await belongs_to_question(message, self._groups.doors)

    async def _is_echo(self, update: Update, chat: Chat) -> bool:
        """«Added to a supergroup» that only repeats a group's upgrade: nobody is greeted and nothing is left."""
        changed = update.my_chat_member
        if changed is None or chat.type != "supergroup" or not is_addition(changed):
            return False
        user_id = None if changed.from_user.is_bot else changed.from_user.id
        return await self._groups.doors.may_be_upgrade(chat.id, chat.title or "", user_id)

    async def _language(self, chat: Chat) -> str:
        return await self._groups.doors.language(chat.id) or self._defaults.language

    def _visitor(
        self, user: User, chat: Chat | None, message: Message | None, language: str, *, wrote: bool
    ) -> Visitor:
        private = chat is None or chat.type == "private"
        first, _, payload = ((message.text if message else None) or "").partition(" ")
        code = payload.strip()
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
            link_code=code if is_start and code and is_code(code) else None,
            is_operator=user.id in self._defaults.admin_ids,
            started=wrote or (private and message is not None),
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
            # what only the bot and one person see has no number (0); as a source it is none
            message_id=(said.message_id or None) if said is not None else None,
        )


def reads_russian(language_code: str | None) -> bool:
    return (language_code or "").startswith(_READS_RUSSIAN)


def stops(update: Update) -> bool:
    """Whether somebody wants an answer to stop."""
    if update.stopped_message_generation is not None:
        return True
    if update.callback_query is not None:
        return (update.callback_query.data or "").startswith("turn:stop:")
    return update.message is not None and asks_to_stop(update.message.text)


def too_fast(update: Update) -> Answer:
    """Said once; what follows is passed in silence until it gets slower."""
    sentence = _("That is faster than I can follow. Wait a minute, please; what you send until then is lost.")
    return Answer(toast=sentence) if update.callback_query is not None else Answer(sentence, aside=True)


def faceless() -> Answer:
    """To an anonymous admin or a channel, who may be anybody."""
    return Answer(_("You write on behalf of a chat, so I can't know who you are. Write as yourself, please."))


def is_addressed(message: Message, me: User) -> bool:
    """Whether a group message is for the bot: a command, a mention, or a reply to it."""
    if message.ephemeral_message_id is not None:  # seen by the bot and by nobody else
        return True
    text = message.text or message.caption or ""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    if first.startswith("/"):
        return "@" not in first or first.lower().endswith(f"@{(me.username or '').lower()}")
    replied = message.reply_to_message
    if replied is not None and replied.from_user is not None and replied.from_user.id == me.id:
        return True
    return re.search(rf"@{re.escape(me.username or '')}(?!\w)", text, re.IGNORECASE) is not None


def _where(update: Update) -> tuple[User | None, Chat | None, Message | None]:
    """Who did it, where, and the message it is about."""
    said = update.message or update.edited_message
    done = said or update.my_chat_member or update.chat_member
    if done is not None:
        return done.from_user, done.chat, said
    if update.callback_query is not None:
        about = update.callback_query.message
        if about is None:
            return update.callback_query.from_user, None, None
        return update.callback_query.from_user, about.chat, about if isinstance(about, Message) else None
    asked = update.inline_query or update.chosen_inline_result
    if asked is not None:
        return asked.from_user, None, None
    stopped = update.stopped_message_generation
    if stopped is not None:  # names no user; drafts live in private chats, whose id is the user's
        chat = stopped.chat
        return (
            User(id=chat.id, is_bot=False, first_name=chat.first_name or "—", username=chat.username),
            chat,
            None,
        )
    return None, None, None
