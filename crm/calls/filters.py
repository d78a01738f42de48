"""Filters: which calls a list shows, short enough to travel in a button."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from crm.calls.outcomes import Direction, Outcome

_CODE = re.compile(r"([atw])([a-z-])([io-])([0-9a-z]{0,13})\.([0-9a-z]{0,13})", re.ASCII)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_OUTCOMES = {
    "c": Outcome.CONNECTED,
    "n": Outcome.NO_ANSWER,
    "b": Outcome.BUSY,
    "v": Outcome.LEFT_VOICEMAIL,
    "l": Outcome.LEFT_LIVE_MESSAGE,
    "w": Outcome.WRONG_NUMBER,
    "r": Outcome.CALLBACK_REQUESTED,
    "x": Outcome.OTHER,
    "-": None,
}
_DIRECTIONS = {"i": Direction.INBOUND, "o": Direction.OUTBOUND, "-": None}


class Span(StrEnum):
    """Since when, for whoever looks; a week begins on Monday."""

    ALWAYS = "a"
    TODAY = "t"
    WEEK = "w"


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Each field that is set narrows the list."""

    span: Span = Span.ALWAYS
    outcome: Outcome | None = None
    direction: Direction | None = None
    contact_id: int | None = None
    member_id: int | None = None

    def code(self) -> str:
        """The filter for a button: at most 28 of a-z, 0-9, "-" and "."."""
        outcome = next(letter for letter, word in _OUTCOMES.items() if word is self.outcome)
        direction = next(letter for letter, word in _DIRECTIONS.items() if word is self.direction)
        return f"{self.span}{outcome}{direction}{based(self.contact_id)}.{based(self.member_id)}"

    def since(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """The first moment that counts, on the wall clock of that zone."""
        if self.span is Span.ALWAYS:
            return None
        today = now.astimezone(zone).date()
        back = today.weekday() if self.span is Span.WEEK else 0
        return datetime.combine(today - timedelta(days=back), time(), zone)


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a page begins: beyond the call `edge`, on the far side (`back` on the near one); None is the first page."""

    edge: int | None = None
    back: bool = False


def filter_of(code: str) -> CallFilter:
    """The filter that a button carries. Raises ValueError for one that no list offers."""
    found = _CODE.fullmatch(code)
    if found is None or found[2] not in _OUTCOMES:
        raise ValueError(code)
    contact_id, member_id = (int(digits, 36) if digits else None for digits in (found[4], found[5]))
    return CallFilter(Span(found[1]), _OUTCOMES[found[2]], _DIRECTIONS[found[3]], contact_id, member_id)


def based(number: int | None) -> str:
    """In base 36, as int(…, 36) reads it back; nothing for None."""
    digits = ""
    while number:
        number, last = divmod(number, 36)
        digits = _DIGITS[last] + digits
    return digits
