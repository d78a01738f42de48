"""What belongs in a private chat, said politely in a group."""

from aiogram.types import User

from crm.answers import Answer, Button
from crm.grammar.phones import find_phone
from crm.people import Actor, ChatKind
from handlers.texts import gettext as _

HOME = ("RU",)  # where a number without its country is from
DIGITS_SHOWN = 4  # of a contact that has no name but its number


def only_in_private(me: User) -> Answer:
    """A sentence and a way there."""
    button = Button(_("Open our chat"), url=f"https://t.me/{me.username}")
    return Answer(
        _("That is between the two of us. Open our private chat and send it there."),
        buttons=((button,),),
        aside=True,
    )


def name_for(name: str, actor: Actor) -> str:
    """A contact's name as it may be said where the actor speaks."""
    return name if actor.chat_kind is ChatKind.PRIVATE else public_name(name)


def title_for(title: str, actor: Actor) -> str:
    """A title as it may be said where the actor speaks."""
    return title if actor.chat_kind is ChatKind.PRIVATE else without_phones(title)


def public_name(name: str) -> str:
    """A contact known by its number alone shows the last digits."""
    return f"…{name[-DIGITS_SHOWN:]}" if name.startswith("+") else name


def without_phones(text: str) -> str:
    """A phone that somebody typed into a title stays unsaid where anybody may read it."""
    while (found := find_phone(text, HOME)) is not None:
        start, end = found.span
        text = f"{text[:start]}…{text[end:]}"
    return text
