"""Media in Telegram: what is spoken, pictures and PDFs become questions to an assistant."""

from collections.abc import Callable, Sequence
from datetime import datetime

from aiogram import Bot, F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.types import Message

from crm.answers import Answer
from crm.attachments import SEEN, Senses, check
from crm.conversations import Conversations
from crm.dialogs import DialogStore
from crm.limits import Limits
from crm.people import Actor, ChatKind
from crm.quick_adds import QuickAdds, Saved
from crm.tasks.talk import TaskTalk
from crm.updates import Arrival
from handlers.albums import album_of
from handlers.forwards import join_offer
from handlers.media_files import PDF, PICTURES, files_of
from handlers.offers import offers_of
from handlers.pace import at_pace
from handlers.quick_adds import saved_card
from handlers.quotes import material_of
from handlers.sources import source_of
from handlers.texts import gettext as _


def router() -> Router:
    """Asked after all commands and questions, before what makes tasks of files."""
    own = Router(name="media")
    own.message.register(hear, F.voice | F.audio | F.video_note)
    read = F.photo | F.document.mime_type.in_({PDF, *PICTURES})
    own.message.register(show, read & ~F.forward_origin)
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
        if message.audio is not None or message.forward_origin is not None:
            raise SkipHandler  # a file like others, a message to make a task of
        return Answer(_("I can't listen here: no model for speech is connected. Write it in words, please."))
    return await _ask(message, actor, arrival, conversations, limits, senses, clock)


async def show(
    message: Message,
    bot: Bot,
    actor: Actor,
    arrival: Arrival,
    conversations: Conversations,
    quick_adds: QuickAdds,
    task_talk: TaskTalk,
    dialogs: DialogStore,
    limits: Limits,
    senses: Senses,
    clock: Callable[[], datetime],
) -> Answer | None:
    """A picture or PDF with words that are no task goes to the assistant; without words it is asked what to do. The
    rest of an album goes where its beginning went."""
    in_private, words = actor.chat_kind is ChatKind.PRIVATE, message.caption or ""
    (attachment,) = files_of(message)
    if (album := album_of(message, clock())) is not None:
        check(attachment)
        if await conversations.joins_album(actor, arrival, album, words, (attachment,)):
            return None
        if not in_private and not words and message.reply_to_message is None:
            return None  # of an album whose question was not taken up
    if not in_private:
        return await _ask(message, actor, arrival, conversations, limits, senses, clock)
    offers, mark = offers_of(dialogs, bot.id, actor, clock()), str(arrival.update_id)
    if (known := await offers.of_album(message.media_group_id)) is not None:
        return await join_offer(message, known, offers, actor, arrival, task_talk)
    if not words or SEEN[attachment.kind] not in senses.reads:
        raise SkipHandler
    made: list[Saved] = []

    def card(saved: Sequence[Saved]) -> Answer:
        made.extend(saved)
        return saved_card(saved, actor, arrival.message_id, arrival.sent_at)

    saved = await quick_adds.save(actor, arrival, words, card, source=source_of(message))
    if saved is not None:
        await offers.keep_task(mark, message.media_group_id, made)
        return saved
    return await _ask(message, actor, arrival, conversations, limits, senses, clock)


async def _ask(
    message: Message,
    actor: Actor,
    arrival: Arrival,
    conversations: Conversations,
    limits: Limits,
    senses: Senses,
    clock: Callable[[], datetime],
) -> Answer | None:
    files = files_of(message)
    for one in files:
        check(one)

    async def ask() -> None:
        album = album_of(message, clock()) if files[0].kind in SEEN else None
        attachments = (*files, *material_of(message, senses))
        await conversations.ask(actor, arrival, message.caption or "", attachments=attachments, album=album)

    return await at_pace(limits, actor, clock(), ask)
