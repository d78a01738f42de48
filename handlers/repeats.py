"""Repeats: a recurrence rule in words, and the few rules that a card offers."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from babel.dates import format_date, get_day_names

from crm.grammar.dates import Due
from crm.tasks import RepeatFrom, Task
from handlers.texts import gettext as _
from handlers.texts import language, ngettext

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WORKDAYS = "MO,TU,WE,TH,FR"
_LONG_MONTH = 28  # the last day that every month has
CODES = ("none", "day", "workdays", "week", "month", "year")


def rule_of(code: str, due: Due | None, today: date) -> str | None:
    """The rule of one of CODES, drawn from the task's day; a day that short months lack becomes their last."""
    day = due.date if due else today
    monthly = "FREQ=MONTHLY"
    if day.day > _LONG_MONTH:
        days = ",".join(str(number) for number in range(_LONG_MONTH, day.day + 1))
        monthly += ";BYMONTHDAY=-1" if day.day == 31 else f";BYMONTHDAY={days};BYSETPOS=-1"
    leap_day = ";BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1" if (day.month, day.day) == (2, 29) else ""
    return {
        "day": "FREQ=DAILY",
        "workdays": f"FREQ=WEEKLY;BYDAY={_WORKDAYS}",
        "week": "FREQ=WEEKLY",
        "month": monthly,
        "year": f"FREQ=YEARLY{leap_day}",
    }.get(code)


def code_words(code: str) -> str:
    return {
        "none": _("Does not repeat"),
        "day": _("Every day"),
        "workdays": _("On weekdays"),
        "week": _("Every week"),
        "month": _("Every month"),
        "year": _("Every year"),
    }[code]


def repeat_words(task: Task) -> str:
    """A task's rule, and from when the next one counts."""
    said = rule_words(task.rrule or "", task.due)
    if task.repeat_from is RepeatFrom.COMPLETION:
        said += ", " + _("counted from the day it is done")
    return said


def rule_words(rule: str, due: Due | None = None) -> str:
    """A rule as a person says it: "every 2 weeks on Fri, until 18 Dec". The zone of `due` tells which day an end is."""
    parts = dict(part.split("=", 1) for part in rule.split(";") if "=" in part)
    said = _every(parts)
    if days := _on_days(parts):
        said += f" ({days})"
    if "UNTIL" in parts:
        said += ", " + _("until {date}").format(date=_until(parts["UNTIL"], due))
    if "COUNT" in parts:
        count = int(parts["COUNT"])
        said += ", " + ngettext("{count} time", "{count} times", count).format(count=count)
    return said


def _every(parts: dict[str, str]) -> str:
    count = int(parts.get("INTERVAL", "1"))
    if parts.get("BYDAY") == _WORKDAYS and count == 1:
        return _("on weekdays")
    freq = parts.get("FREQ", "MONTHLY")
    if count == 1:
        once = {"HOURLY": _("Every hour"), "DAILY": _("Every day"), "WEEKLY": _("Every week")}
        return once.get(freq, _("Every year") if freq == "YEARLY" else _("Every month")).lower()
    match freq:
        case "HOURLY":
            said = ngettext("every {count} hour", "every {count} hours", count)
        case "DAILY":
            said = ngettext("every {count} day", "every {count} days", count)
        case "WEEKLY":
            said = ngettext("every {count} week", "every {count} weeks", count)
        case "YEARLY":
            said = ngettext("every {count} year", "every {count} years", count)
        case _:
            said = ngettext("every {count} month", "every {count} months", count)
    return said.format(count=count)


def _on_days(parts: dict[str, str]) -> str:
    """Days of the week by name, days of the month by number, the last one by words."""
    if parts.get("BYDAY") == _WORKDAYS:
        return ""
    if "BYMONTHDAY" in parts:
        days = parts["BYMONTHDAY"].split(",")
        if days == ["-1"]:
            return _("the last day")
        day = days[-1] if "BYSETPOS" in parts else ", ".join(days)
        if "BYMONTH" in parts:
            leap = date(2024, int(parts["BYMONTH"]), int(day))
            return str(format_date(leap, format="d MMMM", locale=language()))
        return _("day {days}").format(days=day)
    names = get_day_names("abbreviated", locale=language())
    return ", ".join(_weekday(one, names) for one in parts.get("BYDAY", "").split(",") if one)


def _weekday(code: str, names: Mapping[int, str]) -> str:
    """ "FR" is Fri, "2FR" the second Fri, "-1FR" the last."""
    name = names[_DAYS.index(code[-2:])]
    place = code[:-2]
    if place == "-1":
        return _("last {day}").format(day=name)
    return _("{day} of week {place}").format(day=name, place=place) if place else name


def _until(value: str, due: Due | None) -> str:
    day = date.fromisoformat(f"{value[:4]}-{value[4:6]}-{value[6:8]}")
    if value.endswith("Z") and due is not None:
        end = datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        day = end.astimezone(due.zone).date()
    return str(format_date(day, format="d MMM y", locale=language()))
