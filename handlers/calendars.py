"""Calendars made of buttons: the days of a month, and the hours of a day."""

from collections.abc import Callable
from datetime import date, timedelta

from babel.dates import format_date, get_day_names

from crm.answers import Button
from handlers.texts import gettext as _
from handlers.texts import language

Rows = tuple[tuple[Button, ...], ...]
Data = Callable[[str, str], str]  # what a press does, and its value, to what the button carries
FARTHEST = 24  # months ahead that the calendar shows
EMPTY = "·"
HOURS = (9, 10, 11, 12, 14, 15, 16, 18, 20)


def month_rows(data: Data, month: date, today: date, chosen: date | None = None) -> Rows:
    """Today and tomorrow, then the days of a month, weeks from Monday; what has passed, and what is too far away, is
    not offered, and a week that is over has no row. Presses do `day` with a date and `move` with a month."""
    first, last_month = today.replace(day=1), shifted(today.replace(day=1), FARTHEST)
    month = min(max(month, first), last_month)
    before, after = shifted(month, -1), shifted(month, 1)
    name = str(format_date(month, format="LLLL y", locale=language())).capitalize()
    head = (
        Button("‹", data=data("move", f"{before:%Y-%m}")) if before >= first else blank(),
        Button(name, data=EMPTY),
        Button("›", data=data("move", f"{after:%Y-%m}")) if after <= last_month else blank(),
    )
    names = get_day_names("abbreviated", context="stand-alone", locale=language())
    weekdays = tuple(Button(str(names[day]), data=EMPTY) for day in range(7))
    days = [month + timedelta(days=ahead) for ahead in range(-month.weekday(), (after - month).days)]
    cells = [_cell(data, day, month, today, chosen) for day in days]
    cells += [blank()] * (-len(cells) % 7)
    every = (tuple(cells[at : at + 7]) for at in range(0, len(cells), 7))
    weeks = [week for week in every if any(cell.text != EMPTY for cell in week)]
    soon = (
        Button(_("Today"), data=data("day", today.isoformat())),
        Button(_("Tomorrow"), data=data("day", (today + timedelta(days=1)).isoformat())),
    )
    return (soon, head, weekdays, *weeks)


def month_of(value: str) -> date:
    """The first of the month that a press of `move` carries. Raises ValueError."""
    return date.fromisoformat(f"{value}-01")


def shifted(month: date, months: int) -> date:
    count = month.year * 12 + month.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def blank() -> Button:
    return Button(EMPTY, data=EMPTY)


def _cell(data: Data, day: date, month: date, today: date, chosen: date | None) -> Button:
    if day < today or day.month != month.month:
        return blank()
    return Button(f"[{day.day}]" if chosen == day else str(day.day), data=data("day", day.isoformat()))
