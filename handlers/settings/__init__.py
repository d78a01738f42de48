"""Settings in Telegram: /settings, a card with a button for each, and what is typed in answer."""

from collections.abc import Callable
from datetime import datetime

from aiogram import Bot, F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.answers import Answer
from crm.people import Actor, ChatKind
from crm.settings import PersonSettings, Section, Settings
from crm.updates import Arrival
from crm.zone_changes import Moved, ZoneChanges
from handlers.private import only_in_private
from handlers.questions import closing
from handlers.settings.cards import AHEAD, home_card, region_card, section_card
from handlers.settings.days_off import SHOWN, days_off_card
from handlers.texts import gettext as _
from handlers.texts import speak
from handlers.words import AnswerTo, Words
from handlers.zone_changes import zone_question

Clock = Callable[[], datetime]
# whose card it is, then a section, then a value; "in" leads through the zones of a part of the world
PRESSED = r"^set:\d{1,20}(:in:[A-Za-z]{1,10}:\d{1,3}|:[a-z]{1,10}(:[^\n]{1,40})?)?$"
TYPED = (
    Section.ZONE,
    Section.QUIET,
    Section.HOLIDAYS,
    Section.HOURS,
    Section.MORNING,
    Section.EVENING,
    Section.PARTS,
)


def router() -> Router:
    own = Router(name="settings")
    own.message.register(show_settings, Words("settings", "настройки"))
    own.callback_query.register(show_days_off, F.data.regexp(rf"^set:\d{{1,20}}:{Section.HOLIDAYS}:{AHEAD}$"))
    own.callback_query.register(press_settings, F.data.regexp(PRESSED))
    return own


def answers() -> Router:
    """What is typed while a setting is open; asked after all commands, so that any of them ends it. No setting is a
    question: one passes it by, to whoever answers questions."""
    own = Router(name="settings answers")
    for section in TYPED:
        own.message.register(type_setting, AnswerTo(f"set:{section}"), ~F.text.endswith("?"))
    return own


async def show_settings(
    message: Message, bot: Bot, actor: Actor, settings: Settings, state: FSMContext, clock: Clock
) -> Answer:
    await state.clear()
    if actor.chat_kind is not ChatKind.PRIVATE:
        return only_in_private(await bot.me())
    return home_card(await settings.show(actor), actor, clock())


async def press_settings(
    query: CallbackQuery,
    actor: Actor,
    arrival: Arrival,
    settings: Settings,
    zone_changes: ZoneChanges,
    state: FSMContext,
    clock: Clock,
) -> Answer:
    _set, whose, *rest = str(query.data).split(":", 3)
    if whose != str(actor.telegram_user_id):
        return _not_theirs()
    await state.clear()
    if not rest:
        return home_card(await settings.show(actor), actor, clock(), edit=True)
    if rest[0] == "in":
        region, _colon, page = rest[-1].partition(":")
        return region_card(actor, region, int(page or 0), clock())
    if rest[0] not in tuple(Section):
        return Answer(toast=_("This button is too old. Open the card again: /settings"))
    section = Section(rest[0])
    if len(rest) == 1:
        if section in TYPED:
            await state.set_state(f"set:{section}")
        return section_card(await settings.show(actor), section, actor, clock(), edit=True)
    return await _choose(section, rest[1], actor, arrival, settings, zone_changes, clock, edit=True)


async def show_days_off(query: CallbackQuery, actor: Actor, settings: Settings, clock: Clock) -> Answer:
    whose = str(query.data).split(":")[1]
    if whose != str(actor.telegram_user_id):
        return _not_theirs()
    ahead = await settings.days_ahead(actor, clock(), SHOWN)
    return days_off_card(ahead, f"set:{whose}:{Section.HOLIDAYS}")


def _not_theirs() -> Answer:
    return Answer(toast=_("These are someone else's settings. Yours: /settings"))


async def type_setting(
    message: Message,
    words: str,
    actor: Actor,
    arrival: Arrival,
    settings: Settings,
    zone_changes: ZoneChanges,
    state: FSMContext,
    clock: Clock,
) -> Answer:
    """What can't be read leaves the question open: its sentence says what to type instead."""
    section = Section(str(await state.get_state()).removeprefix("set:"))
    arrival = closing(state, arrival)
    return await _choose(section, words, actor, arrival, settings, zone_changes, clock, edit=False)


async def _choose(
    section: Section,
    value: str,
    actor: Actor,
    arrival: Arrival,
    settings: Settings,
    zone_changes: ZoneChanges,
    clock: Clock,
    *,
    edit: bool,
) -> Answer:
    """A zone may ask a question, all else is only chosen."""
    if section is Section.ZONE:
        return await zone_changes.choose(
            actor, arrival, value, clock(), lambda change: _moved(change, actor, clock(), edit=edit)
        )
    return await settings.change(
        actor, arrival, section, value, lambda after: _applied(after, section, actor, clock(), edit=edit)
    )


def _moved(change: Moved, actor: Actor, now: datetime, *, edit: bool) -> Answer:
    """The card of the zone, or the question whether what was planned in the zone before is rightly moved."""
    if change.clocks or change.staying:
        return zone_question(change, now, edit=edit)
    return _applied(change.settings, Section.ZONE, actor, now, edit=edit)


def _applied(after: PersonSettings, section: Section, actor: Actor, now: datetime, *, edit: bool) -> Answer:
    """The same card with its preview on top, in the language just chosen."""
    speak(after.language)
    return section_card(after, section, actor, now, edit=edit, is_news=True)
