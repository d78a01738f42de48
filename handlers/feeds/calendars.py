"""Calendars: events as an iCalendar file (RFC 5545) that any calendar program reads."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, vRecur, vText
from icalendar import Event as Entry

from crm.feeds import Event
from handlers.feeds.timezones import timezone_of

EVERY = timedelta(hours=1)  # how often a program may look again
_STATUS = {
    "deferred": "TENTATIVE",
    "canceled": "CANCELLED",
}  # all else is confirmed: an event knows no "done"


def calendar_of(events: Sequence[Event]) -> bytes:
    """The same events make the same bytes, so that a program can be told that nothing changed."""
    calendar = Calendar()
    calendar.add("prodid", "-//Switchboard//Tasks//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Switchboard")
    calendar.add("refresh-interval", EVERY, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", vText(f"PT{EVERY // timedelta(hours=1)}H"))
    for event in events:
        calendar.add_component(_entry(event))
    first = min((event.begins.date.year for event in events), default=0) - 1
    zones = [timezone_of(name, first) for name in sorted(calendar.get_missing_tzids())]
    calendar.subcomponents[:0] = zones
    return bytes(calendar.to_ical())


def _entry(event: Event) -> Entry:
    entry = Entry()
    entry.add("uid", event.uid)
    entry.add("dtstamp", event.updated_at.astimezone(UTC).replace(microsecond=0))
    entry.add("last-modified", event.updated_at.astimezone(UTC).replace(microsecond=0))
    done = event.status == "completed"
    entry.add("summary", f"✓ {event.title}" if done else event.title)
    entry.add("description", event.description)
    entry.add("status", _STATUS.get(event.status, "CONFIRMED"))
    if event.begins.time is None:
        entry.add("dtstart", event.begins.date)
        entry.add("dtend", event.begins.date + timedelta(days=1))
        entry.add("transp", "TRANSPARENT")  # a day's task keeps nobody busy all day
    else:
        # on the wall clock of its zone; a clock that the zone skips is said as the moment it means
        shifted = event.begins.dst == "gap_shifted" and event.begins.at is not None
        moment = event.begins.at.astimezone(event.begins.zone) if shifted and event.begins.at else None
        entry.add(
            "dtstart", moment or datetime.combine(event.begins.date, event.begins.time, event.begins.zone)
        )
        entry.add("duration", timedelta(minutes=event.minutes))
        entry.add("transp", "TRANSPARENT" if done else "OPAQUE")
    if event.rrule is not None:
        entry.add("rrule", vRecur.from_ical(event.rrule))
    for before in event.alarms:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", event.title)
        alarm.add("trigger", -before)
        entry.add_component(alarm)
    return entry
