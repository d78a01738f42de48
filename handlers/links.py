"""Links in Telegram: what follows ?start= opens a card in the private chat."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from aiogram import Bot, F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.answers import Answer, Button
from crm.calls import Calls
from crm.contacts import Contacts
from crm.links import CALL, CONTACT, TASK, Link, Links, read_link
from crm.people import Actor
from crm.teams import Team, Teams
from crm.updates import Arrival
from handlers.calls import call_card
from handlers.contacts.cards import contact_card
from handlers.help import help_card
from handlers.task_cards import task_card
from handlers.texts import gettext as _


@dataclass(frozen=True, slots=True)
class Cards:
    """Where the cards of links are looked up."""

    links: Links
    contacts: Contacts
    calls: Calls
    now: datetime


Clock = Callable[[], datetime]
Opener = Callable[[Actor, Cards, int], Awaitable[Answer]]
_LINK = r"(task_\d{1,18}_\d{1,9}|(contact|call)_\d{1,18}_\d{1,18})"
# no task is called by a number alone
_NAMED = re.compile(r"^(?:/task|/?задача)\s+[#№]?\s?(\d{1,9})$", re.IGNORECASE)


def router() -> Router:
    own = Router(name="links")
    own.message.register(open_help, F.text.regexp(r"^/start\s+(help|inline)$"), F.chat.type == "private")
    own.message.register(open_card, F.text.regexp(rf"^/start\s+{_LINK}$"), F.chat.type == "private")
    own.message.register(open_named, F.text.regexp(_NAMED), F.chat.type == "private", ~F.reply_to_message)
    own.callback_query.register(go_there, F.data.regexp(rf"^go:{_LINK}$"))
    own.callback_query.register(open_here, F.data.regexp(rf"^open:{_LINK}$"))
    return own


def numbers() -> Router:
    """A task's number alone, as cards show it; asked after what answers questions."""
    own = Router(name="task numbers")
    own.message.register(open_number, F.text.regexp(r"^[#№]\s?\d{1,9}$"), F.chat.type == "private")
    return own


async def open_number(message: Message, actor: Actor, links: Links) -> Answer:
    return task_card(await links.task(actor, int((message.text or "").lstrip("#№ "))), actor)


async def open_named(message: Message, actor: Actor, links: Links, state: FSMContext) -> Answer:
    await state.clear()
    return task_card(await links.task(actor, int((message.text or "").split()[-1].lstrip("#№"))), actor)


async def open_help(message: Message, bot: Bot, state: FSMContext) -> Answer:
    await state.clear()
    return help_card(await bot.me())


async def open_card(
    message: Message,
    actor: Actor,
    links: Links,
    contacts: Contacts,
    calls: Calls,
    clock: Clock,
    state: FSMContext,
) -> Answer:
    await state.clear()
    return await card_or_way(actor, Cards(links, contacts, calls, clock()), linked(message.text))


async def open_here(
    query: CallbackQuery, actor: Actor, links: Links, contacts: Contacts, calls: Calls, clock: Clock
) -> Answer:
    return await card_or_way(actor, Cards(links, contacts, calls, clock()), linked(query.data))


async def go_there(
    query: CallbackQuery, actor: Actor, arrival: Arrival, teams: Teams, state: FSMContext
) -> Answer:
    """Switch to the team that a link leads to."""
    await state.clear()  # a question about the other team is no longer one
    link = linked(query.data)
    return await teams.switch(actor, arrival, link.workspace_id, lambda team: arrived(team, link))


async def card_or_way(actor: Actor, cards: Cards, link: Link) -> Answer:
    team = await cards.links.elsewhere(actor, link)
    return await OPENERS[link.kind](actor, cards, link.id) if team is None else way(team, link)


async def open_task(actor: Actor, cards: Cards, number: int) -> Answer:
    return task_card(await cards.links.task(actor, number), actor)


async def open_contact(actor: Actor, cards: Cards, contact_id: int) -> Answer:
    return contact_card(await cards.contacts.show(actor, contact_id), actor)


async def open_call(actor: Actor, cards: Cards, call_id: int) -> Answer:
    return call_card(await cards.calls.show(actor, call_id), actor, cards.now)


OPENERS: Mapping[str, Opener] = {TASK: open_task, CONTACT: open_contact, CALL: open_call}


def linked(text: str | None) -> Link:
    """The link at the end of a command or of a button's data, as the filters above have let it through."""
    link = read_link((text or "").replace(":", " ").split()[-1])
    assert link is not None  # noqa: S101 - the filters let nothing else through
    return link


def way(team: Team, link: Link) -> Answer:
    """They are in another of their teams; nothing of that one is said yet."""
    said = _("That is in your team “{team}”, and you are in another one now.").format(team=team.name)
    button = Button(_("Go on in “{team}”").format(team=team.name), data=f"go:{link.payload}")
    return Answer(said, buttons=((button,),))


def arrived(team: Team, link: Link) -> Answer:
    button = Button(_("Open"), data=f"open:{link.payload}")
    return Answer(_("We go on in “{name}”.").format(name=team.name), buttons=((button,),), edit=True)
