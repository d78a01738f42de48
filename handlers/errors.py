"""Errors have one form: a sentence for the person, and one reference for them, the log and Sentry."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from aiogram import Bot, Router
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.fsm.context import FSMContext
from aiogram.types import ErrorEvent

from crm.answers import Answer
from crm.errors import AlreadyHandled, BadInput, CrmError, NotInvited, StorageAway
from crm.people import Actor
from crm.updates import UpdateJournal
from handlers.groups import decline_group
from handlers.inline.results import respond, to_private
from handlers.questions import is_open
from handlers.texts import gettext as _

log = structlog.get_logger()


def router() -> Router:
    own = Router(name="errors")
    own.errors.register(answer_error)
    return own


async def answer_error(
    event: ErrorEvent,
    bot: Bot,
    clock: Callable[[], datetime],
    new_reference: Callable[[], str],
    report: Callable[[BaseException, str], None],
    journal: UpdateJournal,
    actor: Actor | None = None,
    state: FSMContext | None = None,
) -> Answer | Any:
    """Rule errors are for the person; PostgreSQL away and repeats are for the intake; the rest is a fault.

    After one that came when the effect was had, raises AlreadyHandled: the answer committed with it is what is owed.
    """
    error = event.exception
    # what somebody chose inline was posted elsewhere, for others to read: an error isn't written over it
    pressed = event.update.callback_query is not None or event.update.chosen_inline_result is not None
    if isinstance(error, StorageAway | AlreadyHandled):
        return UNHANDLED
    added = event.update.my_chat_member
    if isinstance(error, NotInvited) and added is not None:
        await decline_group(bot, added.chat)
        return None
    if (
        isinstance(error, NotInvited)
        and event.update.message is not None
        and event.update.message.chat.type != "private"
    ):
        return None
    asked = event.update.inline_query
    if isinstance(error, CrmError) and asked is not None:
        await respond(bot, asked, [], button=to_private())
        return None
    if isinstance(error, CrmError):
        sentence = _(error.text).format(**error.fields)
        if isinstance(error, BadInput) and not pressed and state is not None and await is_open(state):
            sentence += "\n" + _("Or type “cancel”, and it stays as it is.")
        return _said(sentence, pressed=pressed)
    reference = new_reference()
    log.error("fault", reference=reference, update=event.update.event_type, exc_info=error)
    report(error, reference)
    if (await journal.begin(bot.id, event.update.update_id)).handled:
        raise AlreadyHandled(f"update {event.update.update_id} has had its effect") from error
    now = clock().astimezone(actor.zone) if actor is not None else clock()
    sentence = _("Something went wrong on our side; nothing was changed. Reference {reference}, {time}.")
    return _said(sentence.format(reference=reference, time=f"{now:%d.%m %H:%M}"), pressed=pressed)


def _said(sentence: str, *, pressed: bool) -> Answer:
    """A pressed button shows it over the chat (200 characters at most, Bot API), a message is answered."""
    return Answer(toast=sentence[:200]) if pressed else Answer(sentence, aside=True)
