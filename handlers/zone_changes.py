"""A change of time zone in Telegram: what comes by the same clock, and one question about it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from aiogram import F, Router
from aiogram.types import CallbackQuery
from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.grammar.dates import Due
from crm.hours import Clock, moved
from crm.people import Actor
from crm.updates import Arrival
from crm.zone_changes import Moved, ZoneChanges
from crm.zones import city, find_zone
from handlers.pressed_reminders import shortened
from handlers.texts import due_words, formatted, language, moment_words, ngettext
from handlers.texts import gettext as _

Now = Callable[[], datetime]
LISTED = 10
LINE = 100  # characters of a title


def router() -> Router:
    own = Router(name="zone changes")
    own.callback_query.register(keep_clocks, F.data == "tz:clock")
    own.callback_query.register(keep_moments, F.data.regexp(r"^tz:moment:[\w/+-]{1,40}$"))
    return own


async def keep_clocks(query: CallbackQuery) -> Answer:
    """So it is already."""
    return Answer(_("Good: everything comes at the same clock time in your new zone."), edit=True)


async def keep_moments(
    query: CallbackQuery, actor: Actor, arrival: Arrival, zone_changes: ZoneChanges, clock: Now
) -> Answer:
    before = str(query.data).removeprefix("tz:moment:")
    if find_zone(before) is None:
        return Answer(toast=_("This button is too old. Open the card again: /settings"))
    return await zone_changes.keep_moments(
        actor, arrival, before, clock(), lambda count: moments_words(count, before)
    )


def moments_words(count: int, before: str) -> Answer:
    if not count:
        return Answer(_("There is nothing left to move."), edit=True)
    said = ngettext(
        "{count} comes at the same moment as before, by the clock of {city}.",
        "{count} come at the same moment as before, by the clock of {city}.",
        count,
    )
    return Answer(said.format(count=count, city=city(before, language())), edit=True)


def zone_question(change: Moved, now: datetime, *, edit: bool) -> Answer:
    """Asked when something went by the clock of the zone before; the first button leaves it as it is by now."""
    new, old = change.settings.timezone, change.before
    here = now.astimezone(ZoneInfo(new))
    parts: list[object] = [_("It is {time} for you now ({zone}).").format(time=f"{here:%H:%M}", zone=new)]
    if change.clocks:
        asked = _("This was planned by the clock of {city} and keeps its clock time. Is that right?")
        parts += ["\n\n", Bold(asked.format(city=city(old, language())))]
        parts += _listed(change.clocks, lambda clock: _line(clock, new))
    if change.staying:
        parts += ["\n\n", _("Its time has passed here today, so it comes at the same moment as before:")]
        parts += _listed(change.staying, lambda clock: _staying_line(clock, new))
    text, entities = formatted(*parts)
    keep, instead = _("✓ Keep the clock time"), _("Keep the moment instead")
    rows = ((Button(keep, data="tz:clock"),), (Button(instead, data=f"tz:moment:{old}"),))
    buttons = rows if change.clocks else ()
    return Answer(text, entities, buttons=buttons, edit=edit, toast=_("Saved") if edit else None)


def _listed(clocks: Sequence[Clock], line: Callable[[Clock], str]) -> list[object]:
    parts: list[object] = [f"\n• {line(clock)}" for clock in clocks[:LISTED]]
    left = len(clocks) - LISTED
    if left > 0:
        parts += ["\n", ngettext("and {count} other", "and {count} others", left).format(count=left)]
    return parts


def _line(clock: Clock, new: str) -> str:
    """What it is, its clock, and what the clock here would show at the moment it had."""
    said = _named(clock, due_words(moved(clock.due, new)))
    if clock.due.at is None:
        return said
    return said + " " + _("(otherwise {date})").format(date=_moment(clock.due, new))


def _staying_line(clock: Clock, new: str) -> str:
    return _named(clock, _moment(clock.due, new))


def _named(clock: Clock, when: str) -> str:
    return f"{shortened(clock.title, LINE)}: {when}" + (" 🔁" if clock.repeats else "")


def _moment(due: Due, zone: str) -> str:
    return due_words(due) if due.at is None else moment_words(due.at.astimezone(ZoneInfo(zone)))
