"""Forwards in Telegram: a message from elsewhere, or a file, becomes a task with a way back to it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from aiogram import Bot, F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.answers import Answer, Button
from crm.attachments import SEEN, Attachment, attachments_from, check
from crm.conversations import Conversations
from crm.dialogs import Dialog, DialogKey, DialogStore
from crm.errors import N_, BadInput
from crm.grammar.letters import storable
from crm.limits import TURN_COST, Limits, Pace
from crm.people import Actor
from crm.quick_adds import QuickAdds
from crm.tasks import Tasks
from crm.updates import Arrival
from handlers.media import attachments_of
from handlers.quick_adds import saved_card
from handlers.sources import kept, on_one_line, source_from, source_of, text_of
from handlers.task_cards import cut
from handlers.tasks import ask_title, save_or_ask
from handlers.texts import gettext as _

Clock = Callable[[], datetime]
REMEMBERED = 30  # messages of one person that are still to be decided about; as many come in one go
FORWARDS = -2  # the "topic" under which they are kept; real topics are positive
SHOWN = 100  # characters of the message in the question
FILES = F.photo | F.document | F.audio | F.video


def router() -> Router:
    """Asked after all commands and questions."""
    own = Router(name="forwards")
    own.message.register(
        take_message, F.chat.type == "private", (F.forward_origin & (F.text | F.voice)) | FILES
    )
    own.callback_query.register(decide_forward, F.data.regexp(r"^fwd:\d{1,18}:(task|ask)$"))
    return own


async def take_message(
    message: Message,
    bot: Bot,
    actor: Actor,
    arrival: Arrival,
    quick_adds: QuickAdds,
    dialogs: DialogStore,
    clock: Clock,
) -> Answer:
    """What is a task without doubt is saved at once; of all else it is asked what to do."""
    words, source = text_of(message), source_of(message)
    if words:
        saved = await quick_adds.save(
            actor,
            arrival,
            words,
            lambda made: saved_card(made, actor, arrival.message_id, clock()),
            source=source,
        )
        if saved is not None:
            return saved
    key, mark = _key(bot, actor), str(arrival.update_id)
    waiting = dict((await dialogs.get(key, clock())).data)
    waiting[mark] = {
        "words": storable(words),
        "source": kept(source),
        "message_id": arrival.message_id,
        "shown": [one.to_json() for one in shown_of(message)],
    }
    await dialogs.put(key, Dialog(data=dict(list(waiting.items())[-REMEMBERED:])), clock())
    return _offer(words, mark, can_ask=bool(words or shown_of(message)))


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
    key = _key(bot, actor)
    waiting = dict((await dialogs.get(key, clock())).data)
    asked = waiting.pop(mark, None)
    if asked is None:
        raise BadInput(N_("This question is no longer open. Forward the message again."))
    if how == "task":
        answer = await _make_task(asked, actor, arrival, tasks, state)
    else:
        answer = await _ask_assistant(asked, actor, arrival, conversations, limits, clock)
    await dialogs.put(key, Dialog(data=waiting), clock())
    return answer


def shown_of(message: Message) -> tuple[Attachment, ...]:
    """The picture or PDF that an assistant may be asked about."""
    return tuple(one for one in attachments_of(message) if one.kind in SEEN)


def _offer(words: str, mark: str, *, can_ask: bool) -> Answer:
    """The message in short, since several may come at once."""
    text = _("Make a task of this?")
    if words:
        text = f"«{cut(' '.join(words.split()), SHOWN)}»\n{text}"
    row = [Button(_("Make a task"), data=f"fwd:{mark}:task")]
    if can_ask:
        row.append(Button(_("Ask the assistant"), data=f"fwd:{mark}:ask"))
    return Answer(text, buttons=(tuple(row),))


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
    if limits.spend(actor.telegram_user_id, TURN_COST, clock()) is not Pace.FINE:
        return Answer(toast=_("That is more questions than I can answer at once. Ask again in a minute."))
    shown = attachments_from(asked.get("shown", ()))
    for one in shown:
        check(one)
    await conversations.ask(actor, arrival, asked["words"], attachments=shown)
    return Answer(_("The assistant is asked."), edit=True)


def _key(bot: Bot, actor: Actor) -> DialogKey:
    return DialogKey(bot.id, actor.telegram_user_id, FORWARDS, actor.telegram_user_id)
