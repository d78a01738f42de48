"""Picking in Telegram: /agent, /ask and /why, who answers in a chat, and the question whom a message is for."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.agents import Agent
from crm.albums import Album
from crm.answers import Answer
from crm.attachments import Attachment, Senses, check
from crm.conversations import Conversations
from crm.limits import Limits
from crm.people import Actor
from crm.picking import Picking
from crm.updates import Arrival
from handlers.albums import album_of
from handlers.media_files import files_of
from handlers.pace import at_pace
from handlers.picking.cards import agent_card, asked_card, binding_card, which, whom_card, why_card
from handlers.questions import ask, closing
from handlers.quotes import material_of
from handlers.texts import gettext as _
from handlers.words import AnswerTo, Words

Clock = Callable[[], datetime]
ASK = "ask:agent"  # the dialog in which the next message is for the agent that was named
OFF = ("off", "auto", "выкл", "авто", "сам", "сами")


def router() -> Router:
    own = Router(name="picking")
    own.message.register(choose_agent, Words("agent", "помощник", alone=True))
    own.message.register(ask_once, Words("ask", "спроси", "спросить", alone=True))
    own.message.register(explain, Words("why", "почему", alone=True))
    own.callback_query.register(press_pick, F.data.regexp(r"^pick:\d{1,20}:(\d{1,18}|off)$"))
    own.callback_query.register(press_ask, F.data.regexp(r"^ask1:\d{1,18}$"))
    own.callback_query.register(open_binding, F.data.regexp(r"^bind:(all|else)$"))
    own.callback_query.register(press_binding, F.data.regexp(r"^bind:(all|else):(\d{1,18}|off)$"))
    own.callback_query.register(ask_held, F.data.regexp(r"^held:\d{1,18}:\d{1,18}$"))
    return own


def answers() -> Router:
    """The question to the agent that was named; asked after all commands, so that any of them ends it."""
    own = Router(name="picking answers")
    own.message.register(ask_named, AnswerTo(ASK))
    return own


async def choose_agent(
    message: Message, words: str, actor: Actor, arrival: Arrival, picking: Picking, state: FSMContext
) -> Answer:
    await state.clear()
    if not words:
        return agent_card(await picking.circle(actor, arrival), actor)
    if words.casefold() in OFF:
        return await picking.pick(actor, arrival, None, lambda circle: agent_card(circle, actor))
    agent, _rest = await picking.find(actor, words)
    return await picking.pick(actor, arrival, agent.id, lambda circle: agent_card(circle, actor))


async def press_pick(query: CallbackQuery, actor: Actor, arrival: Arrival, picking: Picking) -> Answer:
    _pick, whose, chosen = str(query.data).split(":")
    if whose != str(actor.telegram_user_id):
        return Answer(toast=_("This is someone else's card. Yours: /agent"))
    agent_id = None if chosen == "off" else int(chosen)
    return await picking.pick(
        actor, arrival, agent_id, lambda circle: agent_card(circle, actor, edit=True, toast=_("Done"))
    )


async def ask_once(
    message: Message,
    words: str,
    actor: Actor,
    arrival: Arrival,
    picking: Picking,
    conversations: Conversations,
    limits: Limits,
    senses: Senses,
    state: FSMContext,
    clock: Clock,
) -> Answer | None:
    await state.clear()
    if not words:
        return whom_card(await picking.circle(actor, arrival), actor)
    agent, rest = await picking.find(actor, words)
    if not rest:
        return await _await_question(state, agent, actor)
    files = tuple(one for one in files_of(message) if senses.hears or not one.is_spoken)
    for one in files:
        check(one)
    about, album = (*files, *material_of(message, senses)), album_of(message, clock()) if files else None
    return await _ask(conversations, limits, clock, actor, arrival, rest, agent, about, album)


async def press_ask(
    query: CallbackQuery, actor: Actor, arrival: Arrival, picking: Picking, state: FSMContext
) -> Answer:
    circle = await picking.circle(actor, arrival)
    agent = circle.of(int(str(query.data).split(":")[1]))
    if agent is None:
        return Answer(toast=_("That assistant is not here any more. See who is: /agent"))
    return await _await_question(state, agent, actor)


async def ask_named(
    message: Message,
    words: str,
    actor: Actor,
    arrival: Arrival,
    picking: Picking,
    conversations: Conversations,
    limits: Limits,
    state: FSMContext,
    clock: Clock,
) -> Answer | None:
    """An agent that is gone meanwhile leaves the message to whoever it suits."""
    slug = str((await state.get_data()).get("slug"))
    circle = await picking.circle(actor, arrival)
    agent = next((one for one in circle.roster if one.slug == slug), None)
    return await _ask(conversations, limits, clock, actor, closing(state, arrival), words, agent)


async def explain(message: Message, actor: Actor, arrival: Arrival, picking: Picking) -> Answer:
    return why_card(await picking.why(actor, arrival), actor)


async def open_binding(query: CallbackQuery, actor: Actor, arrival: Arrival, picking: Picking) -> Answer:
    only_default = str(query.data) == "bind:else"
    return binding_card(await picking.circle(actor, arrival), actor, only_default=only_default, edit=True)


async def press_binding(query: CallbackQuery, actor: Actor, arrival: Arrival, picking: Picking) -> Answer:
    _bind, how, chosen = str(query.data).split(":")
    only_default = how == "else"
    return await picking.bind(
        actor,
        arrival,
        None if chosen == "off" else int(chosen),
        lambda circle: binding_card(circle, actor, only_default=only_default, edit=True, toast=_("Done")),
        only_default=only_default,
    )


async def ask_held(query: CallbackQuery, actor: Actor, arrival: Arrival, picking: Picking) -> Answer:
    _held, held_id, agent_id = str(query.data).split(":")
    return await picking.ask_held(
        actor, arrival, int(held_id), int(agent_id), lambda agent: asked_card(agent, actor)
    )


async def _await_question(state: FSMContext, agent: Agent, actor: Actor) -> Answer:
    await state.update_data(slug=agent.slug)
    name = agent.name(actor.language)
    return await ask(state, ASK, _("What shall {name} be asked?").format(name=name))


async def _ask(
    conversations: Conversations,
    limits: Limits,
    clock: Clock,
    actor: Actor,
    arrival: Arrival,
    text: str,
    agent: Agent | None,
    about: Sequence[Attachment] = (),
    album: Album | None = None,
) -> Answer | None:
    def ask() -> Awaitable[Answer | None]:
        return conversations.ask_or_hold(
            actor, arrival, text, lambda held: which(held, actor), asked=agent, attachments=about, album=album
        )

    return await at_pace(limits, actor, clock(), ask)
