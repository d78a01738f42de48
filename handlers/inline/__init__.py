"""Inline: «@bot task …» in any chat offers a task to save, «@bot tasks …» and «@bot contact …» find what to post."""

from datetime import datetime
from hashlib import blake2b
from typing import Any

from aiogram import Bot, F, Router
from aiogram.filters import Filter
from aiogram.types import CallbackQuery, ChosenInlineResult, InlineQuery

from crm.answers import Answer
from crm.dialogs import Dialog, DialogKey, DialogStore
from crm.errors import BadInput
from crm.grammar.letters import storable
from crm.inline import Inline, Typed, too_old
from crm.people import Actor
from crm.updates import Arrival
from handlers.inline.results import (
    contact_result,
    offered_results,
    respond,
    saved_answer,
    task_result,
    unfinished,
    ways,
)
from handlers.texts import gettext as _

KEPT = 10  # lines remembered for a person's unsaved inline tasks
INLINE = -1  # the "topic" under which they are kept; real topics are positive
TASK_WORDS, TASKS_WORDS = ("task", "задача"), ("tasks", "задачи")
CONTACT_WORDS = ("contact", "contacts", "контакт", "контакты")


class First(Filter):
    """Matches a query by its first word; gives the rest as `words`."""

    def __init__(self, *known: str) -> None:
        self._known = set(known)

    async def __call__(self, query: InlineQuery) -> dict[str, Any] | bool:
        first, _space, rest = typed_words(query).partition(" ")
        return {"words": rest} if first.casefold() in self._known else False


def router() -> Router:
    own = Router(name="inline")
    own.inline_query.register(show_ways, is_empty)
    own.inline_query.register(find_tasks, First(*TASKS_WORDS))
    own.inline_query.register(find_contacts, First(*CONTACT_WORDS))
    own.inline_query.register(offer_task)
    own.callback_query.register(save_task, F.data.regexp(r"^inline:\d{1,16}:[0-9a-f]{16}(:\d)?$"))
    own.chosen_inline_result.register(save_chosen, F.result_id.regexp(r"^[0-9a-f]{16}:\d$"))
    return own


def is_empty(query: InlineQuery) -> bool:
    return not typed_words(query)


async def show_ways(query: InlineQuery, bot: Bot) -> None:
    await respond(bot, query, ways(await bot.me()))


async def offer_task(
    query: InlineQuery, bot: Bot, actor: Actor, arrival: Arrival, inline: Inline, dialogs: DialogStore
) -> None:
    words = typed_words(query)
    first, _space, rest = words.partition(" ")
    if first.casefold() in TASK_WORDS:
        words = rest
    try:
        offered = await inline.read(actor, arrival, words)
    except BadInput as missing:
        await respond(bot, query, [], button=unfinished(missing))
        return
    mark = blake2b(words.encode(), digest_size=8).hexdigest()
    await _keep(dialogs, _key(bot, actor), mark, Typed(words, arrival.sent_at, actor.workspace_id))
    await respond(bot, query, offered_results(offered, actor, mark))


async def find_tasks(
    query: InlineQuery, words: str, bot: Bot, actor: Actor, arrival: Arrival, inline: Inline
) -> None:
    page = await inline.tasks(actor, words, start_of(query))
    results = [task_result(task, actor, await bot.me(), arrival.sent_at.year) for task in page.found]
    await respond(bot, query, results, following=page.following)


async def find_contacts(query: InlineQuery, words: str, bot: Bot, actor: Actor, inline: Inline) -> None:
    page = await inline.contacts(actor, words, start_of(query))
    results = [contact_result(contact, actor, await bot.me()) for contact in page.found]
    await respond(bot, query, results, following=page.following)


async def save_task(
    query: CallbackQuery, bot: Bot, actor: Actor, arrival: Arrival, inline: Inline, dialogs: DialogStore
) -> Answer:
    """The button under a posted line."""
    _inline, author, mark, reading = (*str(query.data).split(":"), "0")[:4]
    if author != str(actor.telegram_user_id):
        return Answer(toast=_("Only whoever wrote it can save it."))
    typed = await _kept(dialogs, _key(bot, actor), mark, arrival.sent_at)
    posted = query.inline_message_id or f"{arrival.telegram_chat_id}:{mark}"
    return await inline.save(
        actor, arrival, typed, int(reading), posted, lambda task: saved_answer(task, actor)
    )


async def save_chosen(
    chosen: ChosenInlineResult,
    bot: Bot,
    actor: Actor,
    arrival: Arrival,
    inline: Inline,
    dialogs: DialogStore,
) -> Answer | None:
    """Telegram's word that a result was posted, where the bot's owner has switched that on."""
    if chosen.inline_message_id is None:  # without a button there is nothing to know the message by
        return None
    mark, reading = chosen.result_id.split(":")
    typed = await _kept(dialogs, _key(bot, actor), mark, arrival.sent_at)
    return await inline.save(
        actor, arrival, typed, int(reading), chosen.inline_message_id, lambda task: saved_answer(task, actor)
    )


def typed_words(query: InlineQuery) -> str:
    return " ".join(storable(query.query).split())


def start_of(query: InlineQuery) -> int:
    """Where the page that a client asks for begins; it sends back what it was given."""
    return int(query.offset) if query.offset.isdecimal() and len(query.offset) < 6 else 0


async def _keep(dialogs: DialogStore, key: DialogKey, mark: str, typed: Typed) -> None:
    """Remember the line for its button, and forget the oldest: each key stroke makes a new one."""
    kept = dict((await dialogs.get(key, typed.at)).data)
    kept.pop(mark, None)
    line = {"words": typed.words, "at": typed.at.isoformat(), "team": typed.workspace_id}
    await dialogs.put(key, Dialog(data=dict([*kept.items(), (mark, line)][-KEPT:])), typed.at)


async def _kept(dialogs: DialogStore, key: DialogKey, mark: str, now: datetime) -> Typed:
    """Raises BadInput when it is forgotten."""
    line = (await dialogs.get(key, now)).data.get(mark)
    if line is None:
        raise too_old()
    return Typed(line["words"], datetime.fromisoformat(line["at"]), line["team"])


def _key(bot: Bot, actor: Actor) -> DialogKey:
    return DialogKey(bot.id, actor.telegram_user_id, INLINE, actor.telegram_user_id)
