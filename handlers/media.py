"""Media in Telegram: what is spoken, pictures and PDFs become questions to an assistant."""

from collections.abc import Callable
from datetime import datetime

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.types import Message

from crm.answers import Answer
from crm.attachments import SEEN, Attachment, Senses, check
from crm.conversations import Conversations
from crm.limits import TURN_COST, Limits, Pace
from crm.people import Actor, ChatKind
from crm.quick_adds import QuickAdds
from crm.updates import Arrival
from handlers.quick_adds import saved_card
from handlers.sources import source_of
from handlers.texts import gettext as _

PDF = "application/pdf"


def router() -> Router:
    """Asked after all commands and questions, before what makes tasks of files."""
    own = Router(name="media")
    own.message.register(hear, (F.voice | F.audio | F.video_note) & ~F.forward_origin)
    own.message.register(show, (F.photo | (F.document.mime_type == PDF)) & ~F.forward_origin)
    return own


async def hear(
    message: Message,
    actor: Actor,
    arrival: Arrival,
    conversations: Conversations,
    limits: Limits,
    senses: Senses,
    clock: Callable[[], datetime],
) -> Answer | None:
    """A recording is a question once it is heard, which happens outside of here, as the turn."""
    if not senses.hears:
        if message.audio is not None:
            raise SkipHandler  # a file like others
        return Answer(_("I can't listen here: no model for speech is connected. Write it in words, please."))
    return await _ask(message, actor, arrival, conversations, limits, clock)


async def show(
    message: Message,
    actor: Actor,
    arrival: Arrival,
    conversations: Conversations,
    quick_adds: QuickAdds,
    limits: Limits,
    senses: Senses,
    clock: Callable[[], datetime],
) -> Answer | None:
    """A picture or PDF with words that are no task goes to the assistant; without words it is asked what to do."""
    in_private, words = actor.chat_kind is ChatKind.PRIVATE, message.caption or ""
    (attachment,) = attachments_of(message)
    if in_private and (not words or SEEN[attachment.kind] not in senses.reads):
        raise SkipHandler
    if in_private:
        saved = await quick_adds.save(
            actor,
            arrival,
            words,
            lambda made: saved_card(made, actor, arrival.message_id, arrival.sent_at),
            source=source_of(message),
        )
        if saved is not None:
            return saved
    return await _ask(message, actor, arrival, conversations, limits, clock)


async def _ask(
    message: Message,
    actor: Actor,
    arrival: Arrival,
    conversations: Conversations,
    limits: Limits,
    clock: Callable[[], datetime],
) -> Answer | None:
    attachments = attachments_of(message)
    for one in attachments:
        check(one)
    pace = limits.spend(actor.telegram_user_id, TURN_COST, clock())
    if pace is Pace.TOO_FAST:
        return Answer(_("That is more questions than I can answer at once. Ask again in a minute."))
    if pace is Pace.FINE:
        await conversations.ask(actor, arrival, message.caption or "", attachments=attachments)
    return None


def attachments_of(message: Message) -> tuple[Attachment, ...]:
    """What a message carries that an assistant can take in; of a photo, the largest size."""
    spoken = message.voice or message.audio or message.video_note
    if spoken is not None:
        kind = "voice" if message.voice else "audio" if message.audio else "video_note"
        mime = getattr(spoken, "mime_type", None) or ("video/mp4" if kind == "video_note" else "audio/ogg")
        name = getattr(spoken, "file_name", None) or {"voice": "voice.ogg", "video_note": "note.mp4"}.get(
            kind, "audio.mp3"
        )
        return (Attachment(kind, spoken.file_id, mime, name[:100], spoken.file_size or 0, spoken.duration),)
    if message.photo:
        largest = message.photo[-1]
        return (Attachment("photo", largest.file_id, "image/jpeg", "", largest.file_size or 0),)
    document = message.document
    if document is not None and document.mime_type == PDF:
        return (
            Attachment(
                "pdf", document.file_id, PDF, (document.file_name or "")[:100], document.file_size or 0
            ),
        )
    return ()
