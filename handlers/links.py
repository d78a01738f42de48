"""Links in Telegram: what follows ?start= opens a card in the private chat."""

from collections.abc import Awaitable, Callable, Mapping

from aiogram import Bot, F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.links import CALL, CONTACT, TASK, Link, Links, read_link
from crm.lookups import FoundCall, FoundContact
from crm.people import Actor
from crm.teams import Team, Teams
from crm.updates import Arrival
from handlers.calls import outcome_words
from handlers.help import help_card
from handlers.task_cards import task_card
from handlers.texts import formatted, moment_words
from handlers.texts import gettext as _

Opener = Callable[[Actor, Links, int], Awaitable[Answer]]
_LINK = r"(task_\d{1,18}_\d{1,9}|(contact|call)_\d{1,18}_\d{1,18})"


def router() -> Router:
    own = Router(name="links")
    own.message.register(open_help, F.text.regexp(r"^/start\s+(help|inline)$"), F.chat.type == "private")
    own.message.register(open_card, F.text.regexp(rf"^/start\s+{_LINK}$"), F.chat.type == "private")
    own.callback_query.register(go_there, F.data.regexp(rf"^go:{_LINK}$"))
    own.callback_query.register(open_here, F.data.regexp(rf"^open:{_LINK}$"))
    return own


async def open_help(message: Message, bot: Bot, actor: Actor, state: FSMContext) -> Answer:
    await state.clear()
    return help_card(await bot.me())


async def open_card(message: Message, actor: Actor, links: Links, state: FSMContext) -> Answer:
    await state.clear()
    return await card_or_way(actor, links, linked(message.text))


async def open_here(query: CallbackQuery, actor: Actor, links: Links) -> Answer:
    return await card_or_way(actor, links, linked(query.data))


async def go_there(
    query: CallbackQuery, actor: Actor, arrival: Arrival, teams: Teams, state: FSMContext
) -> Answer:
    """Switch to the team that a link leads to."""
    await state.clear()  # a question about the other team is no longer one
    link = linked(query.data)
    return await teams.switch(actor, arrival, link.workspace_id, lambda team: arrived(team, link))


async def card_or_way(actor: Actor, links: Links, link: Link) -> Answer:
    team = await links.elsewhere(actor, link)
    return await OPENERS[link.kind](actor, links, link.id) if team is None else way(team, link)


async def open_task(actor: Actor, links: Links, number: int) -> Answer:
    return task_card(await links.task(actor, number), actor)


async def open_contact(actor: Actor, links: Links, contact_id: int) -> Answer:
    return contact_found(await links.contact(actor, contact_id))


async def open_call(actor: Actor, links: Links, call_id: int) -> Answer:
    return call_found(await links.call(actor, call_id), actor)


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


def contact_found(contact: FoundContact) -> Answer:
    text, entities = formatted(
        "📇 ", Bold(contact.name), *([f"\n{contact.company}"] if contact.company else [])
    )
    return Answer(text, entities)


def call_found(call: FoundCall, actor: Actor) -> Answer:
    facts = [outcome_words(call.outcome), moment_words(call.started_at.astimezone(actor.zone))]
    text, entities = formatted("☎ ", Bold(call.name), "\n", " · ".join(facts))
    return Answer(text, entities)
