"""Next steps: when a call that missed its contact is best tried again, and the task that follows from a call."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crm.calls.entities import Ask, Call
from crm.calls.outcomes import MISSED, Outcome
from crm.grammar.dates import Due
from crm.people import Actor

STARTS, ENDS = time(9), time(18)  # of a working day, on the contact's clock
_MORNING = time(10)
_LATER = {Outcome.BUSY: timedelta(minutes=15)}  # else two hours
_STEP = timedelta(minutes=15)


def asks_for_next(call: Call) -> bool:
    """Whether the card asks what comes next: there is no next task, and nobody said that none is needed."""
    return Ask.NEXT in call.asks and call.follow_up is None


def retries(call: Call, now: datetime, actor: Actor) -> Sequence[datetime]:
    """When to try again, each on the contact's own clock: soon, and on the next working day.

    None for a call that reached somebody, and none for a contact who asked not to be called.
    """
    if call.outcome not in MISSED or call.do_not_call:
        return ()
    zone = zone_of(call, actor)
    soon = _within_hours(_rounded((now + _LATER.get(call.outcome, timedelta(hours=2))).astimezone(zone)))
    later = datetime.combine(_working_day(soon.date() + timedelta(days=1)), _MORNING, zone)
    return (soon, later)


def zone_of(call: Call, actor: Actor) -> ZoneInfo:
    """The contact's zone, and while nobody knows it, that of whoever calls."""
    return ZoneInfo(call.contact_zone) if call.contact_zone else actor.zone


def due_in(days: int, now: datetime, actor: Actor) -> Due:
    """So many days ahead, for whoever calls."""
    return Due(now.astimezone(actor.zone).date() + timedelta(days=days), None, actor.timezone)


def next_week(now: datetime, actor: Actor) -> Due:
    """Next Monday."""
    return due_in(7 - now.astimezone(actor.zone).weekday(), now, actor)


def due_at(moment: datetime, actor: Actor) -> Due:
    """A moment, on the clock of whoever calls, so that it stands right in their day."""
    there = moment.astimezone(actor.zone)
    return Due(there.date(), there.time(), actor.timezone)


def _rounded(moment: datetime) -> datetime:
    """Up to the next quarter of an hour."""
    past = timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    return moment - past + _STEP if past else moment


def _within_hours(moment: datetime) -> datetime:
    day = _working_day(moment.date())
    if day == moment.date() and moment.time() < STARTS:
        return datetime.combine(day, STARTS, moment.tzinfo)
    if day == moment.date() and moment.time() < ENDS:
        return moment
    if day == moment.date():
        day = _working_day(day + timedelta(days=1))
    return datetime.combine(day, STARTS, moment.tzinfo)


def _working_day(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= 5 else day
