"""Days off ahead: what the calendar of holidays says of the months to come, and what it can't."""

from datetime import date

from aiogram.utils.formatting import Bold
from babel.dates import format_date

from crm.answers import Answer, Button
from crm.holidays import Ahead, DayOff
from crm.regions import region_name
from handlers.texts import formatted, language
from handlers.texts import gettext as _

SHOWN = 10  # holidays of one list


def days_off_card(ahead: Ahead | None, back: str) -> Answer:
    """`back` is the data of the button that leads to the setting."""
    rows = ((Button(_("‹ Back"), data=back),),)
    if ahead is None:
        return Answer(
            _("No holidays are days off for you: none are switched on, or I don't know of which country."),
            buttons=rows,
            edit=True,
        )
    head = Bold(_("Days off ahead: {country}").format(country=region_name(ahead.country, language())))
    lines = [f"\n• {_span(one)} – {one.name}" for one in ahead.off]
    if ahead.worked:
        said = ", ".join(_day(one) for one in ahead.worked)
        lines.append("\n\n" + _("Days of a weekend that are worked instead: {days}").format(days=said))
    unknown = _(
        "Moved days and working Saturdays are in it for the years whose calendar has been published; of later years"
        " only the fixed holidays are known. Shortened days and the holidays of regions are not known to me."
    )
    text, entities = formatted(head, *lines, "\n\n", unknown)
    return Answer(text, entities, buttons=rows, edit=True)


def _span(days: DayOff) -> str:
    if days.first == days.last:
        return _day(days.first)
    return f"{_day(days.first)} – {_day(days.last)}"


def _day(day: date) -> str:
    return str(format_date(day, format="EEE, d MMM y", locale=language()))
