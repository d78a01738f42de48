"""Trials in Telegram: a button asks for a question, and the answer comes by itself and is not saved."""

from collections.abc import Callable
from datetime import datetime

from aiogram import Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.agents.registry import Registry
from crm.agents.trials import QUESTION_LIMIT, Trials
from crm.answers import Answer
from crm.errors import N_, BadInput
from crm.limits import Limits
from crm.people import Actor
from crm.updates import Arrival
from handlers.agents.marks import pressed, presses
from handlers.agents.words import shown_name
from handlers.pace import demand_pace
from handlers.questions import ask
from handlers.texts import gettext as _
from handlers.words import AnswerTo

TRY = "agent:try"
Clock = Callable[[], datetime]


def router() -> Router:
    own = Router(name="agent trials")
    own.callback_query.register(ask_trial, presses("try"))
    return own


def answers() -> Router:
    own = Router(name="agent trial answers")
    own.message.register(try_agent, AnswerTo(TRY))
    return own


async def ask_trial(query: CallbackQuery, actor: Actor, registry: Registry, state: FSMContext) -> Answer:
    agent = await registry.to_try(actor, pressed(query).agent_id)
    asked = await ask(state, TRY, _("What shall “{name}” be asked?").format(name=shown_name(agent)))
    await state.set_data({"agent_id": agent.id})
    return asked


async def try_agent(
    message: Message,
    words: str,
    actor: Actor,
    arrival: Arrival,
    registry: Registry,
    trials: Trials,
    limits: Limits,
    state: FSMContext,
    clock: Clock,
) -> Answer:
    """Answered beside all else: the model may take its time. What can't be asked now leaves the question open."""
    agent_id = int((await state.get_data())["agent_id"])
    if len(words) > QUESTION_LIMIT:
        raise BadInput(
            N_("That is {length} characters. Ask in up to {limit}."), length=len(words), limit=QUESTION_LIMIT
        )
    demand_pace(limits, actor, clock())
    await state.clear()
    answer, agent = await registry.on_trial(
        actor,
        arrival,
        agent_id,
        lambda one: Answer(_("“{name}” is thinking. Nothing of this is saved.").format(name=shown_name(one))),
    )
    await trials.start(actor, arrival, agent, words)
    return answer
