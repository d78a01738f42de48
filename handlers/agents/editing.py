"""Editing an assistant: a button opens a field, and a button or the next message fills it in."""

from collections.abc import Awaitable, Callable

from aiogram import Router
from aiogram.filters import Filter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.agents.differences import TEXTS
from crm.agents.edits import LISTED, SWITCHED, TYPED, chosen, typed
from crm.agents.registry import Registry
from crm.agents.writing import Edited, Entry
from crm.answers import Answer, Button
from crm.errors import N_, BadInput, NotFound
from crm.grammar.letters import storable
from crm.people import LANGUAGES, Actor
from crm.updates import Arrival
from handlers.agents.cards import agent_card
from handlers.agents.fields import choices_card, edit_card, options, question_card
from handlers.agents.marks import mark, pressed, presses, token
from handlers.agents.words import edited_words
from handlers.questions import closing
from handlers.texts import gettext as _
from handlers.texts import language
from handlers.words import AnswerTo

EDIT = "agent:edit"
TEXT_FILE = 200_000  # bytes of instructions sent as a file
TOO_OLD = N_("This button is too old. Open the list again: /agents")
Download = Callable[[str], Awaitable[bytes]]


class TextFile(Filter):
    """A document sent while instructions are asked for."""

    async def __call__(self, message: Message, raw_state: str | None = None) -> bool:
        return raw_state == EDIT and message.document is not None


def router() -> Router:
    own = Router(name="agent editing")
    own.callback_query.register(open_edit, presses("edit"))
    own.callback_query.register(ask_field, presses(f"ask:({'|'.join(TYPED)})(:({'|'.join(LANGUAGES)}))?"))
    own.callback_query.register(open_choices, presses(f"pick:({'|'.join(LISTED)})"))
    own.callback_query.register(
        choose, presses(f"set:(({'|'.join(LISTED)}):[0-9a-f]{{8}}|{'|'.join(SWITCHED)})")
    )
    own.callback_query.register(save_mine, presses("mine"))
    own.message.register(type_file, TextFile())
    return own


def answers() -> Router:
    """What is typed while a field is open; asked after all commands, so that any of them ends it."""
    own = Router(name="agent answers")
    own.message.register(type_field, AnswerTo(EDIT))
    return own


async def open_edit(query: CallbackQuery, actor: Actor, registry: Registry, state: FSMContext) -> Answer:
    await state.clear()
    return edit_card(await registry.edited(actor, pressed(query).agent_id))


async def ask_field(query: CallbackQuery, actor: Actor, registry: Registry, state: FSMContext) -> Answer:
    field, _colon, of_language = pressed(query).value.partition(":")
    agent = (await registry.edited(actor, pressed(query).agent_id)).agent
    of_language = of_language or language()
    await state.set_state(EDIT)
    await state.set_data(
        {
            "agent_id": agent.id, "version": agent.version, "field": field, "language": of_language,
            "team": actor.workspace_id,
        }
    )  # fmt: skip
    return question_card(agent, field, of_language)


async def open_choices(query: CallbackQuery, actor: Actor, registry: Registry, state: FSMContext) -> Answer:
    await state.clear()
    entry = await registry.edited(actor, pressed(query).agent_id)
    return choices_card(entry.agent, pressed(query).value, registry.offer)


async def choose(
    query: CallbackQuery, actor: Actor, arrival: Arrival, registry: Registry, state: FSMContext
) -> Answer:
    """One of a field's buttons; a card of before is shown as it is now, and asks again."""
    await state.clear()
    press = pressed(query)
    field, _colon, pick = press.value.partition(":")
    agent = (await registry.edited(actor, press.agent_id)).agent

    def card(entry: Entry) -> Answer:
        if field == "is_active":
            return agent_card(entry, actor, edit=True)
        return choices_card(entry.agent, field, registry.offer) if pick else edit_card(entry)

    value = ""
    if pick:
        offered = [one for one, _name, _is in options(agent, field, registry.offer) if token(one) == pick]
        if not offered:
            raise BadInput(TOO_OLD)
        value = offered[0]
    try:
        return await registry.change(actor, arrival, agent.id, press.version, chosen(field, value), card)
    except Edited as edited:
        head = edited_words(edited) + " " + _("Press again if that is still what you want.")
        entry = await registry.edited(actor, agent.id)
        if field == "is_active":
            return agent_card(entry, actor, edit=True, head=head)
        return (
            choices_card(entry.agent, field, registry.offer, head=head)
            if pick
            else edit_card(entry, head=head)
        )


async def type_field(
    message: Message, words: str, actor: Actor, arrival: Arrival, registry: Registry, state: FSMContext
) -> Answer:
    """What can't be taken is said, and the question stays open for the next try."""
    return await _typed(words, actor, arrival, registry, state)


async def type_file(
    message: Message,
    actor: Actor,
    arrival: Arrival,
    registry: Registry,
    state: FSMContext,
    download: Download,
) -> Answer:
    """Instructions that are longer than a message."""
    document = message.document
    if (await state.get_data())["field"] != "instructions":
        raise BadInput(N_("Only instructions can be sent as a file. Write it in words."))
    if document is None or (document.file_size or 0) > TEXT_FILE:
        raise BadInput(N_("This file is too large for instructions."))
    try:
        words = (await download(document.file_id)).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(N_("This file is no plain text (UTF-8).")) from None
    return await _typed(words, actor, arrival, registry, state)


async def save_mine(
    query: CallbackQuery, actor: Actor, arrival: Arrival, registry: Registry, state: FSMContext
) -> Answer:
    """What somebody wrote while somebody else was faster, saved all the same: they have read what changed."""
    press, kept = pressed(query), await state.get_data()
    if await state.get_state() != EDIT or kept.get("agent_id") != press.agent_id or "kept" not in kept:
        raise BadInput(TOO_OLD)
    return await _typed(str(kept["kept"]), actor, arrival, registry, state, version=press.version)


async def _typed(
    words: str,
    actor: Actor,
    arrival: Arrival,
    registry: Registry,
    state: FSMContext,
    version: int | None = None,
) -> Answer:
    kept = await state.get_data()
    field, of_language = str(kept["field"]), str(kept["language"])
    if kept.get("team") != actor.workspace_id:
        await state.clear()
        raise NotFound(N_("That is about another team of yours. Switch to it first: /team"))
    try:
        return await registry.change(
            actor,
            closing(state, arrival),
            int(kept["agent_id"]),
            version or int(kept["version"]),
            typed(field, of_language, words),
            lambda entry: edit_card(entry, head=_("Saved.")),
        )
    except Edited as edited:
        await state.update_data(version=edited.agent.version, kept=storable(words))
        return _asked_again(edited, field, of_language)
    except NotFound:
        await state.clear()
        raise


def _asked_again(edited: Edited, field: str, of_language: str) -> Answer:
    head = edited_words(edited) + " " + _("This is how it is now. Save yours over it, or send it anew.")
    card = question_card(
        edited.agent, field, of_language if field in TEXTS else language(), head=head, edit=False
    )
    mine = Button(_("Save mine"), data=mark(edited.agent, "mine"))
    leave = Button(_("Leave it so"), data=mark(edited.agent, "card"))
    return Answer(card.text, card.entities, buttons=((mine, leave),))
