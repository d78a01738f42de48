"""Words of calls: which way, how it ended, whose call it was, and all of it in one line."""

from crm.calls import Call, Direction, Named, Outcome
from crm.contacts import Contact
from crm.people import Actor, ChatKind
from handlers.texts import gettext as _
from handlers.texts import length_words, moment_words


def direction_words(direction: Direction) -> str:
    return _("incoming") if direction is Direction.INBOUND else _("outgoing")


def outcome_words(outcome: Outcome) -> str:
    return {
        Outcome.CONNECTED: _("talked"),
        Outcome.NO_ANSWER: _("no answer"),
        Outcome.BUSY: _("busy"),
        Outcome.LEFT_VOICEMAIL: _("voicemail"),
        Outcome.LEFT_LIVE_MESSAGE: _("left a message"),
        Outcome.WRONG_NUMBER: _("wrong number"),
        Outcome.CALLBACK_REQUESTED: _("call back"),
        Outcome.OTHER: _("other"),
    }[outcome]


def name_words(contact: Contact, actor: Actor) -> str:
    """A contact known by number only shows its last four digits to a group."""
    name = contact.full_name
    return f"…{name[-4:]}" if is_number(contact) and actor.chat_kind is not ChatKind.PRIVATE else name


def choice_words(choice: Named, actor: Actor) -> str:
    """One of several who may be meant, as a button says it."""
    return name_words(Contact(choice.contact_id or 0, choice.name), actor)


def is_number(contact: Contact) -> bool:
    """Whether nobody has named the contact yet."""
    return contact.full_name.startswith("+")


def facts(call: Call, actor: Actor) -> list[str]:
    """Which way, how it ended, when, how long."""
    said = [
        direction_words(call.direction),
        outcome_words(call.outcome),
        moment_words(call.started_at.astimezone(actor.zone)),
    ]
    if call.duration_seconds:
        said.append(length_words(call.duration_seconds))
    return said
