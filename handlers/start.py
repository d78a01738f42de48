"""The first minute: /start, the language and the time zone."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from aiogram import Bot, F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message, User

from crm.answers import Answer, Button
from crm.people import Actor, People
from crm.updates import Arrival
from crm.zone_changes import Moved, ZoneChanges
from crm.zones import city, find_zone
from handlers.help import help_text, keyboard
from handlers.questions import ZONE
from handlers.texts import gettext as _
from handlers.texts import speak
from handlers.words import Words
from handlers.zone_changes import zone_question

Clock = Callable[[], datetime]
ZONES = {
    "ru": ("Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Novosibirsk"),
    "en": ("Europe/London", "Europe/Berlin", "Asia/Dubai", "America/New_York", "America/Los_Angeles"),
}


def router() -> Router:
    own = Router(name="start")
    own.message.register(start, Words("start"))
    own.message.register(type_timezone, is_zone)
    own.callback_query.register(choose_language, F.data.in_({"language:en", "language:ru"}))
    own.callback_query.register(choose_timezone, F.data.startswith("zone:"))
    return own


def is_zone(message: Message, raw_state: str | None = None) -> bool:
    """What answers the question about it, a city as well; unasked only a zone's full name, and never in answer to
    something else: a task may be called Singapore."""
    said = (message.text or "").strip()
    return (raw_state == ZONE and find_zone(said) is not None) or (raw_state is None and said in _zones())


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    """Gathered from files each time one asks for them."""
    return frozenset(available_timezones())


async def start(message: Message, state: FSMContext) -> Answer:
    await state.clear()
    buttons = ((Button("English", data="language:en"), Button("Русский", data="language:ru")),)
    return Answer(_("Hello. Which language shall we speak?"), buttons=buttons)


async def choose_language(
    query: CallbackQuery, actor: Actor, arrival: Arrival, people: People, clock: Clock, state: FSMContext
) -> Answer:
    language = str(query.data).split(":")[1]
    speak(language)
    await state.set_state(ZONE)
    return await people.choose_language(
        actor, arrival, language, lambda _chosen: ask_timezone(actor, language, clock())
    )


async def choose_timezone(
    query: CallbackQuery,
    bot: Bot,
    actor: Actor,
    arrival: Arrival,
    zone_changes: ZoneChanges,
    clock: Clock,
    state: FSMContext,
) -> Answer:
    await state.clear()
    me, zone = await bot.me(), str(query.data).removeprefix("zone:")
    return await zone_changes.choose(
        actor, arrival, zone, clock(), lambda change: welcome(change, actor, me, clock())
    )


async def type_timezone(
    message: Message,
    bot: Bot,
    actor: Actor,
    arrival: Arrival,
    zone_changes: ZoneChanges,
    clock: Clock,
    state: FSMContext,
) -> Answer:
    await state.clear()
    me, zone = await bot.me(), (message.text or "").strip()
    return await zone_changes.choose(
        actor, arrival, zone, clock(), lambda change: welcome(change, actor, me, clock())
    )


def ask_timezone(actor: Actor, language: str, now: datetime) -> Answer:
    """The guess first, shown as the time it is there."""
    text = _("Is it {time} for you now? If not, choose your time zone or type your city.")
    yes = Button(_("Yes, {zone}").format(zone=city(actor.timezone, language)), data=f"zone:{actor.timezone}")
    others = [
        (Button(f"{now.astimezone(ZoneInfo(zone)):%H:%M} {city(zone, language)}", data=f"zone:{zone}"),)
        for zone in ZONES[language]
        if zone != actor.timezone
    ]
    return Answer(
        text.format(time=f"{now.astimezone(actor.zone):%H:%M}"), buttons=((yes,), *others), edit=True
    )


def welcome(change: Moved, actor: Actor, me: User, now: datetime) -> Answer:
    """Whoever has things planned by another zone's clock is asked about them first."""
    zone = change.settings.timezone
    if change.clocks or change.staying:
        return zone_question(change, now, edit=False)
    text = _("It is {time} for you. All set.").format(time=f"{now.astimezone(ZoneInfo(zone)):%H:%M}")
    return Answer(f"{text}\n\n{help_text(me)}", keyboard=keyboard(actor))
