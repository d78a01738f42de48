"""Memory in Telegram: /new, /memory and /forget, and what somebody asks to have remembered."""

import re

from aiogram import F, Router
from aiogram.filters import Filter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.errors import N_, NotFound
from crm.memory import DAYS, Memory, MemoryView
from crm.people import Actor, ChatKind
from crm.updates import Arrival
from handlers.questions import ask, closing
from handlers.texts import formatted, ngettext
from handlers.texts import gettext as _
from handlers.words import AnswerTo, Words

FACT = "memory:fact"  # a question: what a fact shall say
_ASKED = re.compile(
    r"(?:@\w+[,:]?\s+)?(?:запомни(?:те)?\b[,:]?\s*(?:что\b)?|remember(?:\s+that\b|\s*[:,]))\s*(.+)",
    re.IGNORECASE | re.DOTALL,
)


class AsksToRemember(Filter):
    """«запомни, что …», remember that …; gives what is to be remembered as `words`."""

    async def __call__(self, message: Message) -> dict[str, str] | bool:
        words = to_remember(message.text or "")
        return {"words": words} if words is not None else False


def to_remember(text: str) -> str | None:
    """What somebody asks to have remembered; None where nothing is. A question is none."""
    found = _ASKED.fullmatch(text.strip())
    return found[1].strip() if found and not found[1].rstrip().endswith("?") else None


def router() -> Router:
    own = Router(name="memory")
    own.message.register(start_afresh, Words("new", "новый_разговор", alone=True))
    own.message.register(show_memory, Words("memory", "память", alone=True))
    own.message.register(offer_erasing, Words("forget", "забудь", "забыть", alone=True))
    own.callback_query.register(open_memory, F.data.regexp(r"^mem:\d{1,18}$"))
    own.callback_query.register(ask_fact, F.data.regexp(r"^mem:\d{1,18}:edit:\d{1,18}$"))
    own.callback_query.register(forget_fact, F.data.regexp(r"^mem:\d{1,18}:drop:\d{1,18}$"))
    own.callback_query.register(offer_days, F.data.regexp(r"^mem:\d{1,18}:days$"))
    own.callback_query.register(keep_for, F.data.regexp(r"^mem:\d{1,18}:keep:\d{1,3}$"))
    own.callback_query.register(ask_erasing, F.data.regexp(r"^mem:\d{1,18}:forget$"))
    own.callback_query.register(confirm_erasing, F.data.regexp(r"^mem:\d{1,18}:sure:(here|all)$"))
    own.callback_query.register(erase, F.data.regexp(r"^mem:\d{1,18}:erase:(here|all)$"))
    return own


def answers() -> Router:
    """What is said while a fact is asked for, and lines that ask to be remembered; after all commands."""
    own = Router(name="memory answers")
    own.message.register(type_fact, AnswerTo(FACT))
    own.message.register(remember, AsksToRemember())
    return own


async def start_afresh(message: Message, actor: Actor, arrival: Arrival, memory: Memory) -> Answer:
    return await memory.start_afresh(
        actor,
        arrival,
        lambda _count: Answer(
            _(
                "A new conversation: what was said here until now no longer goes along. It is still kept; /forget"
                " erases it, and what you asked to remember stays: /memory"
            )
        ),
    )


async def remember(message: Message, words: str, actor: Actor, arrival: Arrival, memory: Memory) -> Answer:
    return await memory.remember(actor, arrival, words, remembered)


def remembered(fact: str) -> Answer:
    return Answer(_("Remembered: {fact}\nAll of it: /memory").format(fact=fact))


async def show_memory(
    message: Message, actor: Actor, arrival: Arrival, memory: Memory, state: FSMContext
) -> Answer:
    await state.clear()
    return memory_card(await memory.show(actor, arrival.thread_id), actor)


async def open_memory(
    query: CallbackQuery, actor: Actor, arrival: Arrival, memory: Memory, state: FSMContext
) -> Answer:
    pressed(query, actor)
    await state.clear()
    return memory_card(await memory.show(actor, arrival.thread_id), actor, edit=True)


async def ask_fact(query: CallbackQuery, actor: Actor, state: FSMContext) -> Answer:
    _edit, fact_id = pressed(query, actor)
    await state.set_data({"fact": int(fact_id)})
    return await ask(state, FACT, _("What shall I remember instead?"))


async def type_fact(
    message: Message, words: str, actor: Actor, arrival: Arrival, memory: Memory, state: FSMContext
) -> Answer:
    kept = await state.get_data()
    arrival = closing(state, arrival)
    return await memory.change(actor, arrival, int(kept.get("fact", 0)), words, remembered)


async def forget_fact(query: CallbackQuery, actor: Actor, arrival: Arrival, memory: Memory) -> Answer:
    _drop, fact_id = pressed(query, actor)
    return await memory.forget_fact(
        actor, arrival, int(fact_id), lambda view: memory_card(view, actor, edit=True)
    )


async def offer_days(query: CallbackQuery, actor: Actor) -> Answer:
    pressed(query, actor)
    buttons = [Button(days_words(days), data=_data(actor, "keep", str(days))) for days in DAYS]
    rows = (
        tuple(buttons[:3]),
        tuple(buttons[3:]),
        (Button(_("Until erased"), data=_data(actor, "keep", "0")),),
    )
    asked = _(
        "How long shall this chat keep what is said to assistants here? Older words are erased each hour."
    )
    return Answer(asked, buttons=(*rows, _back(actor)), edit=True)


async def keep_for(query: CallbackQuery, actor: Actor, arrival: Arrival, memory: Memory) -> Answer:
    _keep, days = pressed(query, actor)
    return await memory.keep_for(
        actor,
        arrival,
        int(days) or None,
        lambda kept: Answer(_kept_words(kept), buttons=(_back(actor),), edit=True),
    )


async def offer_erasing(message: Message, actor: Actor, state: FSMContext) -> Answer:
    await state.clear()
    return erasing_card(actor)


async def ask_erasing(query: CallbackQuery, actor: Actor) -> Answer:
    pressed(query, actor)
    return erasing_card(actor, edit=True)


async def confirm_erasing(query: CallbackQuery, actor: Actor) -> Answer:
    _sure, what = pressed(query, actor)
    asked = (
        _("Erase all that you said to assistants in this team, in every chat, and what they remember of you?")
        if what == "all"
        else _("Erase this conversation for good?")
    )
    yes = Button(_("Yes, erase"), data=_data(actor, "erase", what))
    asked += " " + _("It can't be brought back.")
    return Answer(asked, buttons=((yes,), _back(actor)), edit=True)


async def erase(query: CallbackQuery, actor: Actor, arrival: Arrival, memory: Memory) -> Answer:
    _erase, what = pressed(query, actor)
    return await memory.erase(actor, arrival, everywhere=what == "all", reply=erased)


def erased(count: int) -> Answer:
    said = ngettext("Erased: {count} message.", "Erased: {count} messages.", count).format(count=count)
    more = _("In Telegram itself you delete messages yourself; what a provider got is kept by its own rules.")
    return Answer(f"{said} {more}", edit=True)


def memory_card(view: MemoryView, actor: Actor, *, edit: bool = False) -> Answer:
    """What was asked to be remembered, what conversations came to, and how long all of it is kept."""
    parts: list[object] = [Bold(_("What assistants remember here")), "\n"]
    parts += [f"\n{number}. {fact.body}" for number, fact in enumerate(view.facts, 1)]
    if not view.facts:
        parts.append(
            "\n" + _("Nothing was asked to be remembered. Say: remember that I prefer calls after ten.")
        )
    for talk in view.conversations:
        said = ngettext("{count} message", "{count} messages", talk.turns).format(count=talk.turns)
        parts += ["\n\n", Bold(talk.agent), f" · {said}"]
        if talk.summary:
            parts.append(f"\n{talk.summary}")
    parts += ["\n\n", _kept_words(view.keep_days)]
    text, entities = formatted(*parts)
    rows = [
        (
            Button(f"✎ {number}", data=_data(actor, "edit", str(fact.id))),
            Button(f"✕ {number}", data=_data(actor, "drop", str(fact.id))),
        )
        for number, fact in enumerate(view.facts[:20], 1)
    ]
    more = (
        Button(_("How long"), data=_data(actor, "days")),
        Button(_("Erase…"), data=_data(actor, "forget")),
    )
    return Answer(text, entities, buttons=(*rows, more), edit=edit, aside=True)


def erasing_card(actor: Actor, *, edit: bool = False) -> Answer:
    asked = _("What shall be erased? One thing that was remembered goes by its ✕ in /memory.")
    if actor.chat_kind is not ChatKind.PRIVATE:
        asked += " " + _("In a group managers erase what everybody said, others their own words.")
    rows = (
        (Button(_("This conversation"), data=_data(actor, "sure", "here")),),
        (Button(_("All that I said to assistants"), data=_data(actor, "sure", "all")),),
    )
    return Answer(asked, buttons=rows, edit=edit)


def days_words(days: int) -> str:
    return ngettext("{count} day", "{count} days", days).format(count=days)


def _kept_words(days: int | None) -> str:
    if days is None:
        return _("Kept here until it is erased.")
    return _("Kept here: {days}.").format(days=days_words(days))


def pressed(query: CallbackQuery, actor: Actor) -> list[str]:
    """What a button says. Raises NotFound when somebody else presses it."""
    _mem, whose, *words = str(query.data).split(":")
    if whose != str(actor.telegram_user_id):
        raise NotFound(N_("That is about somebody else. Yours: /memory"))
    return words


def _data(actor: Actor, *parts: str) -> str:
    return ":".join(("mem", str(actor.telegram_user_id), *parts))


def _back(actor: Actor) -> tuple[Button, ...]:
    return (Button(_("‹ Back"), data=_data(actor)),)
