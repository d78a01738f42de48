"""Keeping assistants: copied, hidden, replaced, deleted, and rolled back to what they were."""

from collections.abc import Callable
from datetime import datetime

from aiogram import Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery

from crm.agents.registry import Registry
from crm.agents.writing import Edited
from crm.answers import Answer
from crm.people import Actor
from crm.updates import Arrival
from handlers.agents.cards import agent_card, copy_card, deleted_card, deletion_card
from handlers.agents.marks import pressed, presses
from handlers.agents.versions import history_card, version_card
from handlers.agents.words import edited_words
from handlers.texts import gettext as _

Clock = Callable[[], datetime]


def router() -> Router:
    own = Router(name="agent keeping")
    own.callback_query.register(open_agent, presses("card"))
    own.callback_query.register(copy_agent, presses("copy(:(here|all))?"))
    own.callback_query.register(hide_agent, presses("(hide|show)"))
    own.callback_query.register(replace_agent, presses("own"))
    own.callback_query.register(ask_deletion, presses("del"))
    own.callback_query.register(delete_agent, presses("gone"))
    own.callback_query.register(show_versions, presses(r"log:\d{1,4}"))
    own.callback_query.register(show_version, presses(r"ver:\d{1,9}"))
    own.callback_query.register(roll_back, presses(r"back:\d{1,9}"))
    return own


async def open_agent(query: CallbackQuery, actor: Actor, registry: Registry, state: FSMContext) -> Answer:
    await state.clear()
    return agent_card(await registry.show(actor, pressed(query).agent_id), actor, edit=True)


async def copy_agent(query: CallbackQuery, actor: Actor, arrival: Arrival, registry: Registry) -> Answer:
    press = pressed(query)
    if actor.is_operator and not press.value:
        return copy_card(await registry.show(actor, press.agent_id))
    return await registry.copy(
        actor,
        arrival,
        press.agent_id,
        lambda entry: agent_card(entry, actor, edit=True, head=_("This is the copy.")),
        everyone=press.value == "all",
    )


async def hide_agent(query: CallbackQuery, actor: Actor, arrival: Arrival, registry: Registry) -> Answer:
    press = pressed(query)
    return await registry.hide(
        actor,
        arrival,
        press.agent_id,
        lambda entry: agent_card(entry, actor, edit=True),
        hidden=press.what == "hide",
    )


async def replace_agent(query: CallbackQuery, actor: Actor, arrival: Arrival, registry: Registry) -> Answer:
    """The team's own under the same short name, which wins here from now on."""
    head = _("This one is your team's own: it answers here from now on. Edit it as you like.")
    return await registry.override(
        actor, arrival, pressed(query).agent_id, lambda entry: agent_card(entry, actor, edit=True, head=head)
    )


async def ask_deletion(query: CallbackQuery, actor: Actor, registry: Registry) -> Answer:
    await registry.edited(actor, pressed(query).agent_id)
    return deletion_card(await registry.show(actor, pressed(query).agent_id))


async def delete_agent(
    query: CallbackQuery, actor: Actor, arrival: Arrival, registry: Registry, clock: Clock
) -> Answer:
    """Also one that was edited since the question: /undo brings back what it was by then."""
    return await registry.delete(
        actor, arrival, pressed(query).agent_id, clock(), lambda gone: deleted_card(*gone)
    )


async def show_versions(query: CallbackQuery, actor: Actor, registry: Registry) -> Answer:
    page = int(pressed(query).value)
    entry, found, has_more = await registry.versions(actor, pressed(query).agent_id, page)
    return history_card(entry, found, page, actor, has_more=has_more)


async def show_version(query: CallbackQuery, actor: Actor, registry: Registry) -> Answer:
    press = pressed(query)
    entry, one, before = await registry.version(actor, press.agent_id, int(press.value))
    return version_card(entry, one, before, actor)


async def roll_back(query: CallbackQuery, actor: Actor, arrival: Arrival, registry: Registry) -> Answer:
    press = pressed(query)
    head = _("It is as it was in version {number} again.").format(number=press.value)
    try:
        return await registry.roll_back(
            actor,
            arrival,
            press.agent_id,
            int(press.value),
            press.version,
            lambda entry: agent_card(entry, actor, edit=True, head=head),
        )
    except Edited as edited:
        entry = await registry.show(actor, press.agent_id)
        return agent_card(entry, actor, edit=True, head=edited_words(edited))
