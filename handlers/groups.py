"""Groups in Telegram: the bot is added, made an admin, moved or sent away, and people come and go."""

import asyncio

import structlog
from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramAPIError
from aiogram.filters.chat_member_updated import (
    ADMINISTRATOR,
    JOIN_TRANSITION,
    LEAVE_TRANSITION,
    MEMBER,
    RESTRICTED,
    ChatMemberUpdatedFilter,
)
from aiogram.types import CallbackQuery, Chat, ChatMemberUpdated, Message, Update, User

from crm.answers import Answer, Button
from crm.groups import Groups, Place
from crm.people import Actor, Role
from crm.presence import Presence
from crm.updates import Arrival
from handlers.asides import ask_again
from handlers.help import hearing
from handlers.texts import gettext as _
from handlers.texts import speaking

log = structlog.get_logger()
PATIENCE = 5.0  # seconds for Telegram to say whether somebody is in a group; then the last known holds
_GROUP, _PRIVATE = F.chat.type.in_({"group", "supergroup"}), F.chat.type == "private"
_PLAIN = MEMBER | +RESTRICTED
_JOIN, _LEAVE = ChatMemberUpdatedFilter(JOIN_TRANSITION), ChatMemberUpdatedFilter(LEAVE_TRANSITION)


def router() -> Router:
    own = Router(name="groups")
    own.my_chat_member.register(greet_unknown, _GROUP, _JOIN, F.from_user.is_bot)
    own.my_chat_member.register(greet, _GROUP, _JOIN)
    own.my_chat_member.register(thank, _GROUP, ChatMemberUpdatedFilter(_PLAIN >> ADMINISTRATOR))
    own.my_chat_member.register(lose_sight, _GROUP, ChatMemberUpdatedFilter(ADMINISTRATOR >> _PLAIN))
    own.my_chat_member.register(lose_chat, _LEAVE)
    own.my_chat_member.register(find_chat, _PRIVATE, _JOIN)
    own.chat_member.register(see_off, _LEAVE)
    own.chat_member.register(see_back, _JOIN)
    own.message.register(read_departure, F.left_chat_member)
    own.message.register(read_arrivals, F.new_chat_members)
    own.message.register(follow, F.migrate_to_chat_id | F.migrate_from_chat_id)
    own.callback_query.register(separate, F.data.regexp(r"^group:own:\d{1,18}$"))
    return own


async def greet(event: ChatMemberUpdated, bot: Bot, actor: Actor, arrival: Arrival, groups: Groups) -> Answer:
    is_admin, me = event.new_chat_member.status == "administrator", await bot.get_me()
    return await groups.greet(
        actor, arrival, lambda place: greeting(me, place, actor.role, is_admin=is_admin), is_admin=is_admin
    )


async def greet_unknown(event: ChatMemberUpdated, bot: Bot) -> Answer:
    """Added by an anonymous admin: the first to speak decides whose group it is."""
    is_admin = event.new_chat_member.status == "administrator"
    return greeting(await bot.get_me(), None, Role.GUEST, is_admin=is_admin)


async def thank(event: ChatMemberUpdated, arrival: Arrival, groups: Groups) -> Answer | None:
    ask_again(arrival.bot_id, event.chat.id)
    return await groups.doors.watched(event.chat.id, arrival, is_admin=True, reply=thanks)


async def lose_sight(event: ChatMemberUpdated, arrival: Arrival, groups: Groups) -> None:
    await groups.doors.watched(event.chat.id, arrival, is_admin=False, reply=None)


async def lose_chat(event: ChatMemberUpdated, arrival: Arrival, groups: Groups) -> None:
    """Blocked in private, or sent away from a group."""
    await groups.doors.unreachable(event.chat.id)
    await groups.doors.watched(event.chat.id, arrival, is_admin=False, reply=None)


async def find_chat(event: ChatMemberUpdated, groups: Groups) -> None:
    await groups.doors.reachable(event.chat.id)


async def see_off(event: ChatMemberUpdated, groups: Groups, presence: Presence) -> None:
    await _gone(event.chat.id, event.new_chat_member.user, groups, presence)


async def see_back(event: ChatMemberUpdated, groups: Groups) -> None:
    await groups.doors.joined(event.chat.id, event.new_chat_member.user.id)


async def read_departure(message: Message, groups: Groups, presence: Presence) -> None:
    """The line «Bob left the group», which bots see in any mode."""
    if message.left_chat_member is not None:
        await _gone(message.chat.id, message.left_chat_member, groups, presence)


async def read_arrivals(message: Message, groups: Groups) -> None:
    for user in message.new_chat_members or ():
        await groups.doors.joined(message.chat.id, user.id)


async def follow(message: Message, groups: Groups) -> None:
    """The group became a supergroup, told from either side."""
    if message.migrate_to_chat_id is not None:
        await groups.doors.moved(message.chat.id, message.migrate_to_chat_id)
    elif message.migrate_from_chat_id is not None:
        await groups.doors.moved(message.migrate_from_chat_id, message.chat.id)


async def separate(query: CallbackQuery, actor: Actor, arrival: Arrival, groups: Groups) -> Answer:
    workspace_id = int(str(query.data).split(":")[2])
    return await groups.separate(actor, arrival, workspace_id, separated)


async def _gone(chat_id: int, user: User, groups: Groups, presence: Presence) -> None:
    presence.forget(chat_id, user.id)
    await groups.doors.left(chat_id, user.id)


async def is_there(bot: Bot, chat_id: int, user_id: int) -> bool | None:
    """Whether a user is in a chat, by Telegram's word; None when it gives none."""
    try:
        async with asyncio.timeout(PATIENCE):
            found = await bot.get_chat_member(chat_id, user_id)
    except (TelegramAPIError, TimeoutError) as fault:
        log.info("presence_unknown", reason=type(fault).__name__)
        return None
    if found.status == "restricted":
        return bool(getattr(found, "is_member", False))
    return found.status not in ("left", "kicked")


async def decline_group(bot: Bot, chat: Chat) -> None:
    """A stranger's group, where the bot is by invitation: one sentence, and the bot leaves."""
    sentence = _("This bot is by invitation, so I am leaving. Ask the person who runs it for a link.")
    try:
        await bot.send_message(chat.id, sentence, parse_mode=None)
    except TelegramAPIError as fault:
        log.info("farewell_not_sent", reason=type(fault).__name__)
    try:
        await bot.leave_chat(chat.id)
    except TelegramAPIError as fault:
        log.warning("group_not_left", reason=type(fault).__name__)


def has_no_person(update: Update) -> bool:
    """News of a chat, which nobody speaks: who comes and goes, what the bot is there, where it moved to."""
    if update.chat_member is not None:
        return True
    changed, message = update.my_chat_member, update.message
    if changed is not None:
        return not is_addition(changed) or changed.from_user.is_bot
    return message is not None and bool(
        message.left_chat_member
        or message.new_chat_members
        or message.migrate_to_chat_id
        or message.migrate_from_chat_id
    )


def is_addition(event: ChatMemberUpdated) -> bool:
    """The bot was added to a group."""
    return event.chat.type in ("group", "supergroup") and JOIN_TRANSITION.check(
        old=event.old_chat_member, new=event.new_chat_member
    )


def greeting(me: User, place: Place | None, role: Role, *, is_admin: bool) -> Answer:
    """What the bot says on joining: whose group it is, what it hears, and what it asks for."""
    lines = [_("Hello. Here I keep tasks, calls and reminders.")]
    if place is not None:
        lines = [_("Hello. This group is now of the team “{team}”.").format(team=place.team)]
    if place is not None and not place.is_alone:
        lines.append(
            _("Whoever writes to me here adds tasks and sees what was written here. The owner is asked about more.")
        )  # fmt: skip
    lines.append(hearing(me, is_admin=is_admin))
    if not is_admin:
        lines.append(
            _("Please make me an admin with no rights at all: then I am told who leaves, and they lose access at once.")
        )  # fmt: skip
    buttons: tuple[tuple[Button, ...], ...] = ()
    if place is not None and role is Role.OWNER and not place.is_alone:
        buttons = ((Button(_("A team of its own"), data=f"group:own:{place.workspace_id}"),),)
    return Answer("\n\n".join(lines), buttons=buttons)


def separated(place: Place) -> Answer:
    text = _(
        "This group is now a team of its own, “{title}”. What was written here before stays with “{team}”."
    )
    return Answer(text.format(title=place.title, team=place.team), edit=True, toast=_("Done"))


def thanks(language: str) -> Answer:
    with speaking(language):
        return Answer(_("Thank you. Now I am told who leaves this group."))
