"""Inline: «@bot task …» in any chat offers a task; its button saves it, for its author only."""

from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b

from aiogram import Bot, F, Router
from aiogram.types import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InputTextMessageContent,
)

from crm.answers import Answer
from crm.dialogs import Dialog, DialogKey, DialogStore
from crm.errors import N_, BadInput, ToConfirm
from crm.grammar.drafts import parse
from crm.grammar.letters import storable
from crm.grammar.readers import Reader
from crm.people import Actor
from crm.tasks import Tasks, checked_title
from crm.updates import Arrival
from handlers.task_cards import saved_answer
from handlers.texts import due_words
from handlers.texts import gettext as _

Clock = Callable[[], datetime]
KEPT = 10  # texts remembered for a person's unsaved inline tasks
INLINE = -1  # the "topic" under which they are kept; real topics are positive


def router() -> Router:
    own = Router(name="inline")
    own.inline_query.register(offer_task)
    own.callback_query.register(save_task, F.data.regexp(r"^inline:\d{1,16}:[0-9a-f]{16}$"))
    return own


async def offer_task(query: InlineQuery, bot: Bot, actor: Actor, dialogs: DialogStore, clock: Clock) -> None:
    words = storable(query.query).strip()
    first, _space, rest = words.partition(" ")
    if first.casefold() in ("task", "задача"):
        words = rest.strip()
    draft = parse(words, now=clock(), reader=Reader(actor.zone))
    try:
        title = checked_title(draft, confirmed=False)
    except (BadInput, ToConfirm):
        await bot.answer_inline_query(query.id, [], cache_time=0, is_personal=True)
        return
    mark = blake2b(words.encode(), digest_size=8).hexdigest()
    key = _key(bot, actor)
    kept = dict((await dialogs.get(key, clock())).data)
    kept.pop(mark, None)
    await dialogs.put(key, Dialog(data=dict([*kept.items(), (mark, words)][-KEPT:])), clock())
    due = due_words(draft.due) if draft.due else ""
    button = InlineKeyboardButton(
        text=_("Save the task"), callback_data=f"inline:{actor.telegram_user_id}:{mark}"
    )
    result = InlineQueryResultArticle(
        id=mark,
        title=_("Task: {title}").format(title=title),
        description=due or None,
        input_message_content=InputTextMessageContent(
            message_text=f"{title}\n{due}".strip(), parse_mode=None
        ),
        reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]),
    )
    await bot.answer_inline_query(query.id, [result], cache_time=0, is_personal=True)


async def save_task(
    query: CallbackQuery,
    bot: Bot,
    actor: Actor,
    arrival: Arrival,
    tasks: Tasks,
    dialogs: DialogStore,
    clock: Clock,
) -> Answer:
    _inline, author, mark = str(query.data).split(":")
    if author != str(actor.telegram_user_id):
        return Answer(toast=_("Only whoever wrote it can save it."))
    words = (await dialogs.get(_key(bot, actor), clock())).data.get(mark)
    if words is None:
        raise BadInput(
            N_("This one is too old to save. Write it again: /task tomorrow 10:00 send the invoice")
        )
    return await tasks.create(actor, arrival, words, lambda saved: saved_answer(saved, actor))


def _key(bot: Bot, actor: Actor) -> DialogKey:
    return DialogKey(bot.id, actor.telegram_user_id, INLINE, actor.telegram_user_id)
