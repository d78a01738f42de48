"""What only @BotFather can set: how it stands, what follows, and what to press."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiogram.types import User

    from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class _Look:
    """One setting, as getMe tells it (the Bot API's User, fields "returned only in getMe")."""

    name: str
    is_on: "Callable[[User], bool]"
    on: str
    off: str


_LOOKS = (
    _Look(
        "groups",
        lambda me: bool(me.can_join_groups),
        "on, the bot can be added to groups",
        "off, so nobody can add the bot to a group. To change it: /setjoingroups in @BotFather, your bot, Enable",
    ),
    _Look(
        "privacy mode",
        lambda me: not me.can_read_all_group_messages,
        "on, so in groups the bot sees commands, mentions and replies to it, which is enough for all it does."
        " To have it read everything: /setprivacy in @BotFather, your bot, Disable; then add it to its groups again",
        "off, so in groups Telegram shows the bot every message; it answers only when addressed all the same."
        " To hide the rest: /setprivacy in @BotFather, your bot, Enable",
    ),
    _Look(
        "inline",
        lambda me: bool(me.supports_inline_queries),
        "on; what is posted in other chats is saved by itself only when /setinlinefeedback is at 100%, which the"
        " Bot API does not tell",
        "off, so @bot in other chats offers nothing. To change it: /setinline in @BotFather, your bot, any few words;"
        " then /setinlinefeedback, 100%",
    ),
    _Look(
        "topics in private chats",
        lambda me: bool(me.has_topics_enabled),
        "on, each topic of a private chat is a conversation of its own",
        "off, a private chat is one conversation. To change it: the mini app of @BotFather, your bot, its settings,"
        " Threads",
    ),
)


def standing(me: "User") -> list[str]:
    """A line for each setting: how it stands, what follows, what to press. `me` is getMe's answer."""
    return [f"{look.name}: {look.on if look.is_on(me) else look.off}" for look in _LOOKS]


async def ask(settings: "Settings") -> list[str]:
    """`standing` of the bot whose token is set. Raises StartError when Telegram refuses or can't be reached."""
    from bot.app import make_bot
    from bot.refusals import met

    assert settings.bot_token is not None  # noqa: S101 - the command has looked
    proxy = settings.telegram_proxy.get_secret_value() if settings.telegram_proxy else None
    bot, _gate = make_bot(settings.bot_token.get_secret_value(), settings.telegram_api_url, proxy)
    try:
        async with met(settings):
            me = await bot.me()
    finally:
        await bot.session.close()
    return [f"Telegram: @{me.username}", *standing(me)]
