"""Regions in Telegram: which country's phones a team types without their code; asked from the card of /team."""

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.answers import Answer
from crm.people import Actor
from crm.regions import Regions, region_name
from crm.updates import Arrival
from handlers.questions import ask, closing
from handlers.teams import pressed
from handlers.texts import gettext as _
from handlers.texts import language
from handlers.words import AnswerTo

REGION = "team:region"


def router() -> Router:
    own = Router(name="regions")
    own.callback_query.register(ask_region, F.data.regexp(r"^team:\d{1,18}:region$"))
    return own


def answers() -> Router:
    """The country that was asked for; asked after all commands, so that any of them ends the question."""
    own = Router(name="regions answers")
    own.message.register(set_region, AnswerTo(REGION))
    return own


async def ask_region(query: CallbackQuery, actor: Actor, regions: Regions, state: FSMContext) -> Answer:
    pressed(query, actor)
    now = await regions.show(actor)
    said = _("Phones without a country code are of this country: {country}.").format(country=_name(now))
    asked = _("Which country shall it be? A dash for none.")
    return await ask(state, REGION, f"{said} {asked}")


async def set_region(
    message: Message, words: str, actor: Actor, arrival: Arrival, regions: Regions, state: FSMContext
) -> Answer:
    """What can't be taken leaves the question open; any command ends it."""
    return await regions.change(actor, closing(state, arrival), words, chosen)


def chosen(region: str | None) -> Answer:
    said = _("Phones without a country code are of this country: {country}.")
    return Answer(said.format(country=_name(region)))


def _name(region: str | None) -> str:
    return region_name(region, language()) if region else _("that of each member's time zone")
