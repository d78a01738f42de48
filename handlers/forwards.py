"""Forwards in Telegram: a message from elsewhere, or a file, becomes a task with a way back to it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from aiogram import Bot, F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.albums import check_together
from crm.answers import Answer
from crm.attachments import SEEN, Attachment, Senses, attachments_from, check
from crm.conversations import Conversations
from crm.dialogs import DialogStore
from crm.errors import N_, BadInput
from crm.limits import Limits
from crm.people import Actor
from crm.quick_adds import QuickAdds, Saved
from crm.tasks import Tasks
from crm.tasks.talk import TaskTalk
from crm.updates import Arrival
from handlers.media_files import files_of
from handlers.offers import Offers, an_offer, offering, offers_of, with_more
from handlers.pace import demand_pace
from handlers.quick_adds import saved_card
from handlers.quotes import forwarded_words
from handlers.sources import attachments_of, on_one_line, source_from, source_of, text_of
from handlers.tasks import ask_title, save_or_ask
from handlers.texts import gettext as _

Clock = Callable[[], datetime]
FILES = F.photo | F.document | F.audio | F.video


def router() -> Router:
    """Asked after all commands and questions."""
    own = Router(name="forwards")
    own.message.register(
        take_message, F.chat.type == "private", (F.forward_origin & (F.text | F.voice)) | FILES
    )
    own.callback_query.register(decide_forward, F.data.regexp(r"^fwd:t?\d{1,18}:(task|ask)$"))
    return own


async def take_message(
    message: Message,
    bot: Bot,
    actor: Actor,
    arrival: Arrival,
    quick_adds: QuickAdds,
    task_talk: TaskTalk,
    dialogs: DialogStore,
    senses: Senses,
    clock: Clock,
) -> Answer | None:
    """What is a task without doubt is saved at once; of all else it is asked what to do, of an album once."""
    words, source, mark = text_of(message), source_of(message), str(arrival.update_id)
    offers = offers_of(dialogs, bot.id, actor, clock())
    if (known := await offers.of_album(message.media_group_id)) is not None:
        return await join_offer(message, known, offers, actor, arrival, task_talk)
    if words:
        made: list[Saved] = []

        def card(saved: Sequence[Saved]) -> Answer:
            made.extend(saved)
            return saved_card(saved, actor, arrival.message_id, clock())

        saved = await quick_adds.save(actor, arrival, words, card, source=source)
        if saved is not None:
            await offers.keep_task(mark, message.media_group_id, made)
            return saved
    shown = shown_of(message)
    theirs, album = message.forward_origin is not None, message.media_group_id
    await offers.keep(mark, an_offer(words, source, arrival.message_id, shown, of_others=theirs, album=album))
    is_blind = bool(shown) and senses.is_offline
    answer = offering(words, mark, can_ask=bool(words or shown) and not is_blind)
    if message.voice is not None and not senses.hears:
        deaf = _("I can't listen here: no model for speech is connected.")
        return replace(answer, text=f"{deaf}\n{answer.text}")
    if is_blind:
        blind = _("No model that reads pictures and files is connected here.")
        return replace(answer, text=f"{blind}\n{answer.text}")
    return answer


async def join_offer(
    message: Message,
    known: tuple[str, dict[str, Any]],
    offers: Offers,
    actor: Actor,
    arrival: Arrival,
    task_talk: TaskTalk,
) -> Answer | None:
    """A part of an album: to the question that is open about it, or to the task that was made of it."""
    mark, offer = known
    if (task_id := offer.get("task_id")) is not None:
        files = attachments_of(message)
        return await task_talk.attach(
            actor, arrival, task_id, files, text_of(message), lambda _task: Answer()
        )
    await offers.keep(mark, with_more(offer, text_of(message), source_of(message), shown_of(message)))
    return None


async def decide_forward(
    query: CallbackQuery,
    bot: Bot,
    actor: Actor,
    arrival: Arrival,
    tasks: Tasks,
    conversations: Conversations,
    limits: Limits,
    dialogs: DialogStore,
    clock: Clock,
    state: FSMContext,
) -> Answer:
    _fwd, mark, how = str(query.data).split(":")
    offers = offers_of(dialogs, bot.id, actor, clock())
    asked = await offers.get(mark)
    if asked is None or "words" not in asked:
        raise BadInput(N_("This question is no longer open. Forward the message again."))
    if how == "task":
        answer = await _make_task(asked, actor, arrival, tasks, state)
    else:
        answer = await _ask_assistant(asked, actor, arrival, conversations, limits, clock)
    await offers.drop(mark)
    return answer


def shown_of(message: Message) -> tuple[Attachment, ...]:
    """The picture or PDF that an assistant may be asked about."""
    return tuple(one for one in files_of(message) if one.kind in SEEN)


async def _make_task(
    asked: dict[str, Any], actor: Actor, arrival: Arrival, tasks: Tasks, state: FSMContext
) -> Answer:
    """All of the message is one task; without words, they are asked for."""
    source, said = source_from(asked["source"]), replace(arrival, message_id=asked["message_id"])
    line = on_one_line(asked["words"])
    if not line:
        return await ask_title(state, _("What is to be done?"), source)
    return replace(await save_or_ask(line, actor, said, tasks, state, source), edit=True)


async def _ask_assistant(
    asked: dict[str, Any],
    actor: Actor,
    arrival: Arrival,
    conversations: Conversations,
    limits: Limits,
    clock: Clock,
) -> Answer:
    demand_pace(limits, actor, clock())
    shown = attachments_from(asked.get("shown", ()))
    for one in shown:
        check(one)
    check_together(shown)
    theirs = forwarded_words(asked["words"]) if asked.get("of_others", True) else ()
    await conversations.ask(actor, arrival, asked["words"], attachments=(*theirs, *shown))
    return Answer(_("The assistant is asked."), edit=True)
