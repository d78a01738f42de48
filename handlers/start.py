"""The first minute: /start, the language, the time zone, and /help."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.answers import Answer, Button
from crm.people import Actor, ChatKind, People
from crm.updates import Arrival
from handlers.questions import ZONE
from handlers.texts import gettext as _
from handlers.texts import speak
from handlers.words import Words

Clock = Callable[[], datetime]
ZONES = {
    "ru": ("Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Novosibirsk"),
    "en": ("Europe/London", "Europe/Berlin", "Asia/Dubai", "America/New_York", "America/Los_Angeles"),
}


def router() -> Router:
    own = Router(name="start")
    own.message.register(start, Words("start"))
    own.message.register(show_help, Words("help", "помощь"))
    own.message.register(type_timezone, is_zone)
    own.callback_query.register(choose_language, F.data.in_({"language:en", "language:ru"}))
    own.callback_query.register(choose_timezone, F.data.startswith("zone:"))
    return own


def unknown_router() -> Router:
    """Last of all: a command nobody knows gets the help."""
    own = Router(name="unknown")
    own.message.register(show_help, F.text.startswith("/"))
    return own


def is_zone(message: Message, raw_state: str | None = None) -> bool:
    """A zone's name, unless it answers a question about something else: a task may be called Singapore."""
    return raw_state in (None, ZONE) and (message.text or "").strip() in available_timezones()


async def start(message: Message, actor: Actor, state: FSMContext) -> Answer:
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
    query: CallbackQuery, actor: Actor, arrival: Arrival, people: People, clock: Clock
) -> Answer:
    zone = str(query.data).removeprefix("zone:")
    return await people.choose_timezone(actor, arrival, zone, lambda chosen: welcome(chosen, clock()))


async def type_timezone(
    message: Message, actor: Actor, arrival: Arrival, people: People, clock: Clock, state: FSMContext
) -> Answer:
    await state.clear()
    return await people.choose_timezone(
        actor, arrival, (message.text or "").strip(), lambda chosen: welcome(chosen, clock())
    )


async def show_help(message: Message, actor: Actor, state: FSMContext) -> Answer:
    await state.clear()
    return Answer(help_text(), keyboard=keyboard(actor))


def ask_timezone(actor: Actor, language: str, now: datetime) -> Answer:
    """The guess first, shown as the time it is there."""
    text = _("Is it {time} for you now? If not, choose your zone or type it, for example Europe/Moscow.")
    yes = Button(_("Yes, {zone}").format(zone=actor.timezone), data=f"zone:{actor.timezone}")
    others = [
        (Button(f"{now.astimezone(ZoneInfo(zone)):%H:%M} {zone}", data=f"zone:{zone}"),)
        for zone in ZONES[language]
        if zone != actor.timezone
    ]
    return Answer(
        text.format(time=f"{now.astimezone(actor.zone):%H:%M}"), buttons=((yes,), *others), edit=True
    )


def welcome(zone: str, now: datetime) -> Answer:
    text = _("It is {time} for you. All set.").format(time=f"{now.astimezone(ZoneInfo(zone)):%H:%M}")
    return Answer(f"{text}\n\n{help_text()}", keyboard=((_("Today"), _("Task")), (_("Call"), _("Contacts"))))


def keyboard(actor: Actor) -> tuple[tuple[str, ...], ...]:
    """The small keyboard of a private chat."""
    if actor.chat_kind is not ChatKind.PRIVATE:
        return ()
    return ((_("Today"), _("Task")), (_("Call"), _("Contacts")))


def help_text() -> str:
    return _(
        "/task tomorrow at 9 call Anna — a task with a reminder; in private the line alone is enough\n"
        "/tasks — what is open; say more: /tasks mine overdue, /tasks Anna\n"
        "/agenda — today, /done 42 43 — done, /find invoice — search, /stats — the week in words\n"
        "/call Anna +7 999 123-45-67: wants the new price — log a call\n"
        "/calls — the last calls\n"
        "/contact Anna Petrova +7 999 123-45-67 — save a contact; a name or the last four digits — find one\n"
        "/contacts — all of them, or those of a stage, a #label, a letter\n"
        "/remind in 20 minutes call Anna — a message at that time\n"
        "/history — who changed what, /undo — take your last change back\n"
        "/import, /export — tables in and out, /calendar — tasks in your own calendar\n"
        "/team — your team, /settings — language, time, quiet hours\n"
        "Anything else you write goes to an assistant."
    )
