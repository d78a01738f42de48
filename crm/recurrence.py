"""Recurrence: when something that repeats comes next, on the wall clock of its zone."""

from datetime import UTC, datetime, time

from dateutil.rrule import rrulestr

from crm.grammar.dates import Due


def next_due(rule: str, due: Due, anchor: Due, *, now: datetime, from_completion: bool = False) -> Due | None:
    """The next hit after `due`, drawn from the anchor so that a clamped 31st comes back (RFC 5545); None at the end.

    From the schedule it is the first hit after this one that is still ahead of `now` (aware); from completion, the
    rule's first step counted from the day of `now`, and beyond `due` too: one done early is not asked for again.
    """
    today, clock = now.astimezone(due.zone), due.time or time()
    here = datetime.combine(due.date, clock)
    if from_completion:
        hits = rrulestr(_local(rule, due), dtstart=datetime.combine(today.date(), clock))
        then = hits.after(max(here, datetime.combine(today.date(), time.max)))
    else:
        # hours are counted from the anchor's own; of days, the clock may have been changed since
        start = anchor.time or time() if "FREQ=HOURLY" in rule else clock
        hits = rrulestr(_local(rule, due), dtstart=datetime.combine(anchor.date, start))
        ahead = (hit for hit in hits.xafter(here) if not _is_past(_on_the_wall(hit, due), today))
        then = next(ahead, None)
    return None if then is None else _on_the_wall(then, due)


def _on_the_wall(hit: datetime, due: Due) -> Due:
    return Due(hit.date(), None if due.time is None else hit.time(), due.tz)


def _is_past(due: Due, today: datetime) -> bool:
    return due.at <= today if due.at is not None else due.date < today.date()


def _local(rule: str, due: Due) -> str:
    """The rule with UNTIL on the wall clock, as dateutil wants it: as naive as the start, a day to its end."""
    parts = []
    for part in rule.split(";"):
        name, _, value = part.partition("=")
        if name == "UNTIL" and value.endswith("Z"):
            until = datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).astimezone(due.zone)
            parts.append(f"UNTIL={until:%Y%m%dT%H%M%S}")
        elif name == "UNTIL" and "T" not in value:
            parts.append(f"{part}T235959")
        else:
            parts.append(part)
    return ";".join(parts)
