"""A change of time zone in Telegram: one question, with the list of what would move."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from aiogram import F, Router
from aiogram.types import CallbackQuery
from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.hours import Clock, moved
from crm.people import Actor
from crm.updates import Arrival
from crm.zone_changes import Moved, ZoneChanges
from crm.zones import city, find_zone
from handlers.texts import due_words, formatted, language, moment_words, ngettext
from handlers.texts import gettext as _

Now = Callable[[], datetime]
LISTED = 10


def router() -> Router:
    own = Router(name="zone changes")
    own.callback_query.register(keep_clocks, F.data.regexp(r"^tz:clock:[\w/+-]{1,40}$"))
    own.callback_query.register(keep_moments, F.data == "tz:moment")
    return own


async def keep_clocks(
    query: CallbackQuery, actor: Actor, arrival: Arrival, zone_changes: ZoneChanges, clock: Now
) -> Answer:
    before = str(query.data).removeprefix("tz:clock:")
    if find_zone(before) is None:
        return Answer(toast=_("This button is too old. Open the card again: /settings"))
    return await zone_changes.keep_clocks(actor, arrival, before, clock(), kept_words)


async def keep_moments(query: CallbackQuery) -> Answer:
    """Nothing has moved, and nothing does."""
    return Answer(_("They come at the same moment as before, whatever the clock shows then."), edit=True)


def kept_words(count: int) -> Answer:
    if not count:
        return Answer(_("There is nothing left to move."), edit=True)
    said = ngettext(
        "Moved: {count} comes at the same clock time in your new zone.",
        "Moved: {count} come at the same clock time in your new zone.",
        count,
    )
    return Answer(said.format(count=count), edit=True)


def zone_question(change: Moved, now: datetime, *, edit: bool) -> Answer:
    """Asked when something goes by the clock of the zone before; the first button is the usual choice."""
    new, old = change.settings.timezone, change.before
    here = now.astimezone(ZoneInfo(new))
    parts: list[object] = [
        _("It is {time} for you now ({zone}).").format(time=f"{here:%H:%M}", zone=new),
        "\n\n",
        Bold(
            _("This was planned by the clock of {city}. Shall it keep its clock time?").format(
                city=city(old, language())
            )
        ),
    ]
    for clock in change.clocks[:LISTED]:
        parts += ["\n• ", _line(clock, new)]
    left = len(change.clocks) - LISTED
    if left > 0:
        parts += ["\n", ngettext("and {count} other", "and {count} others", left).format(count=left)]
    parts += ["\n\n", _("Nothing moves until you answer.")]
    text, entities = formatted(*parts)
    rows = (
        (Button(_("✓ Keep the clock time"), data=f"tz:clock:{old}"),),
        (Button(_("Keep the moment"), data="tz:moment"),),
    )
    return Answer(text, entities, buttons=rows, edit=edit, toast=_("Saved") if edit else None)


def _line(clock: Clock, new: str) -> str:
    """What it is, its clock, and what the clock here shows at that moment if it does not move."""
    said = f"{clock.title}: {due_words(moved(clock.due, new))}"
    if clock.repeats:
        said += " 🔁"
    if clock.due.at is None:
        return said
    otherwise = moment_words(clock.due.at.astimezone(ZoneInfo(new)))
    return said + " " + _("(otherwise {date})").format(date=otherwise)
