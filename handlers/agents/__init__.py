"""Assistants in Telegram: /agents in pages, and /agent_new, which makes one that works at once."""

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.agents.naming import named
from crm.agents.registry import NewAgent, Registry
from crm.answers import Answer
from crm.people import Actor
from crm.updates import Arrival
from handlers.agents import editing, files, keeping, trials
from handlers.agents.cards import agent_card, list_card
from handlers.questions import ask
from handlers.texts import gettext as _
from handlers.words import AnswerTo, Words

NEW = "agent:new"
AT_FIRST = ("my_tasks", "latest_calls")  # what a new one may look up, where there is such a thing


def router() -> Router:
    own = Router(name="agents")
    # a router asks its own handlers first, and a file may come with /agents
    lists = Router(name="agent lists")
    own.include_routers(files.router(), trials.router(), editing.router(), keeping.router(), lists)
    lists.message.register(list_agents, Words("agents", "помощники", alone=True))
    lists.message.register(new_agent, Words("agent_new", "новый_помощник"))
    lists.callback_query.register(turn_list, F.data.regexp(r"^asl:\d{1,3}$"))
    lists.callback_query.register(ask_new, F.data == "asl:new")
    return own


def answers() -> Router:
    """What follows a question; asked after all commands, so that any of them ends it."""
    own = Router(name="agent questions")
    own.message.register(new_agent, AnswerTo(NEW))
    own.include_routers(trials.answers(), editing.answers())
    return own


async def list_agents(message: Message, actor: Actor, registry: Registry, state: FSMContext) -> Answer:
    await state.clear()
    return list_card(await registry.entries(actor), 0, actor)


async def turn_list(query: CallbackQuery, actor: Actor, registry: Registry, state: FSMContext) -> Answer:
    await state.clear()
    page = int(str(query.data).split(":")[1])
    return list_card(await registry.entries(actor), page, actor, edit=True)


async def ask_new(query: CallbackQuery, state: FSMContext) -> Answer:
    return await _ask(state)


async def new_agent(
    message: Message, words: str, actor: Actor, arrival: Arrival, registry: Registry, state: FSMContext
) -> Answer:
    """What can't be taken is said, and a question stays open for the next try."""
    if not words:
        return await _ask(state)
    name, what = named(words)
    new = NewAgent(name, what, instructions(name, what), AT_FIRST)
    head = _("Made, and it answers at once. Call it by writing @{slug} before the question.")
    answer = await registry.create(
        actor,
        arrival,
        new,
        lambda entry: agent_card(entry, actor, head=head.format(slug=entry.agent.slug)),
    )
    await state.clear()
    return answer


def instructions(name: str, what: str) -> str:
    """A first set, in the person's language: enough to work, and a frame to write into."""
    return _(
        "You are “{name}”, an assistant of a small team in Telegram. What you are for: {what}\n"
        "Answer briefly and to the point, in plain words. Look things up with your tools before you speak of them,"
        " and never invent any. When something is missing, ask one short question."
    ).format(name=name, what=what)


async def _ask(state: FSMContext) -> Answer:
    return await ask(
        state,
        NEW,
        _("What is it called, and what is it for? For example: Lawyer: reads contracts and finds risks"),
    )
