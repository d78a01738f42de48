"""When a call was: logs look back, to the most recent time that fits."""

from datetime import date, datetime, time

from crm.grammar.dates import Due


def moment_of(day: date, clock: time, key: str, zone: object) -> datetime:
    at = Due(day, clock, key).at
    assert at is not None  # noqa: S101 - a clock was given
    return at.astimezone(Due(day, clock, key).zone)
