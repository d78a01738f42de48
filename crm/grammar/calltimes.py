"""When a call was: logs look back, to the most recent time that fits."""

from datetime import date, datetime, time, timedelta
from itertools import product

from crm.grammar.dates import UTC, Due
from crm.grammar.days import Day
from crm.grammar.dials import Clock, Dial
from crm.grammar.sayings import Setting


def started_at(
    day: Day | None, clock: Clock | None, setting: Setting, *, seconds: int | None, ago: int | None
) -> list[datetime]:
    """When the call may have begun, the likeliest first. With a length and no time it ends now."""
    zone = setting.zone
    just_now = (setting.now.astimezone(UTC) - timedelta(seconds=ago or seconds or 0)).astimezone(zone)
    days = past_days(day, setting)
    if ago is not None or not days:
        return [just_now]
    if clock is None:
        if day is None or days[0] == setting.today:
            return [just_now]
        return [_moment(days[0], setting.reader.workday_starts, setting)]
    hours = [clock.hour]
    if clock.dial in (Dial.EITHER, Dial.MORNING):
        hours.append(clock.hour + 12)
    moments = (_moment(day, time(hour, clock.minute), setting) for day, hour in product(days, hours))
    past = [moment for moment in moments if moment <= setting.now]
    if not past:
        return [just_now]
    if clock.dial is Dial.EITHER:
        return _either(past, is_dated=day is not None)
    latest = max([moment for moment in past if moment.hour == clock.hour] or past)
    if clock.dial is Dial.MORNING and day is None:
        evening = latest.replace(hour=clock.hour + 12)
        if evening <= setting.now:
            return [latest, evening]
    return [latest]


def _either(past: list[datetime], *, is_dated: bool) -> list[datetime]:
    """The latest of each half of the day: on a named day the afternoon first, else the most recent."""
    by_half = {moment.hour < 12: moment for moment in sorted(past)}
    return sorted(
        by_half.values(), key=lambda moment: (moment.hour >= 12) if is_dated else moment, reverse=True
    )


def past_days(day: Day | None, setting: Setting) -> list[date]:
    """The days that may be meant, the most recent first; none when only one ahead is."""
    today = setting.today
    if day is None:
        return [today, today - timedelta(days=1)]
    if day.kind in ("weekday", "nearest", "last", "this"):
        back = (today.weekday() - day.weekday) % 7 or (7 if day.kind == "last" else 0)
        return [today - timedelta(days=back), today - timedelta(days=back + 7)]
    dates = setting.dates(day)
    if day.kind == "date" and day.year is None and dates and dates[0] > today:
        year = dates[0].year - 1
        return [dates[0].replace(year=year)] if (day.month, day.day) != (2, 29) else []
    return [found for found in dates[:1] if found <= today]


def _moment(day: date, clock: time, setting: Setting) -> datetime:
    at = Due(day, clock, setting.zone.key).at or setting.now
    return at.astimezone(setting.zone)
