"""Filters: which tasks a list shows, said in words after /tasks or carried by a button."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from crm.errors import N_, BadInput
from crm.grammar.letters import words
from crm.grammar.tokens import folded


class When(StrEnum):
    """Which due; of done tasks TODAY and WEEK say when they were done."""

    TODAY = "d"
    OVERDUE = "o"
    WEEK = "w"
    NO_DATE = "n"


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list shows; all of it must hold. `mine` is for whoever looks, so a button of a group shows each their
    own. With `label_begins` the label is only the beginning of one that did not fit a button."""

    mine: bool = False
    assignee_id: int | None = None
    when: When | None = None
    contact_id: int | None = None
    label: str | None = None
    label_begins: bool = False
    done: bool = False

    @property
    def code(self) -> str:
        """All but the label, as a button carries it: m.o.c12"""
        parts = [
            "m" if self.mine else "",
            f"u{self.assignee_id}" if self.assignee_id is not None else "",
            self.when.value if self.when else "",
            "x" if self.done else "",
            f"c{self.contact_id}" if self.contact_id is not None else "",
        ]
        return ".".join(filter(None, parts)) or "-"

    def of(self, member_id: int) -> "Filter":
        """With `mine` said by name."""
        return replace(self, mine=False, assignee_id=member_id) if self.mine else self


CODE = r"(?:-|[a-z0-9.]{1,48})"
"""What `Filter.code` may look like, for the patterns of buttons."""


def filter_of(code: str, label: str = "") -> Filter:
    """The filter of a button; a label that ends in … is only its beginning. Raises ValueError for another code."""
    parts = [] if code == "-" else code.split(".")
    found = Filter(label=label.removesuffix("…") or None, label_begins=label.endswith("…"))
    for part in parts:
        if part == "m":
            found = replace(found, mine=True)
        elif part == "x":
            found = replace(found, done=True)
        elif part[:1] == "u":
            found = replace(found, assignee_id=_id(part))
        elif part[:1] == "c":
            found = replace(found, contact_id=_id(part))
        else:
            found = replace(found, when=When(part))
    return found


def _id(part: str) -> int:
    """As long as an id may be (bigint). Raises ValueError."""
    if len(part) > 19:
        raise ValueError("not a valid id")
    return int(part[1:])


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was typed: the filter, and names that are still to be looked up. `member` was said with an @."""

    filter: Filter
    member: str | None = None
    name: str | None = None


_WORDS: dict[str, dict[str, object]] = {
    "mine my me мои моя мое мной я": {"mine": True},
    "team all everybody everyone команда команды все всех": {"mine": False},
    "today сегодня": {"when": When.TODAY},
    "overdue late просроченные просроченное просроченных просрочено просрочки": {"when": When.OVERDUE},
    "week неделя неделю неделе": {"when": When.WEEK},
    "undated": {"when": When.NO_DATE},
    "done completed finished выполненные выполнено выполненных готово готовые сделанные сделано": {
        "done": True
    },
}
_NO_DATE: dict[str, object] = {"when": When.NO_DATE}
_PHRASES: dict[str, dict[str, object]] = {
    **dict.fromkeys(("no date", "no due", "without date", "без даты", "без дат", "без срока"), _NO_DATE),
    **{word: meaning for listed, meaning in _WORDS.items() for word in listed.split()},
}
_BETWEEN = words(
    "and the for of with by to in this tasks task и на за по у с со о об для от эта эту этой задачи задач"
)
_MARK = re.compile(r"[@#]\S+")


def read_filter(text: str) -> Wanted:
    """What may follow /tasks, in any order and either language. Raises BadInput for two of a kind."""
    said: dict[str, object] = {}
    label = member = None
    names: list[str] = []
    said_words = text.replace(",", " ").split()
    at = 0
    while at < len(said_words):
        word = said_words[at]
        pair = folded(" ".join(said_words[at : at + 2]))
        if pair in _PHRASES:
            _say(said, _PHRASES[pair])
            at += 1
        elif folded(word) in _PHRASES:
            _say(said, _PHRASES[folded(word)])
        elif _MARK.fullmatch(word):
            if (word[0] == "#" and label) or (word[0] == "@" and member):
                raise _two()
            label, member = (word[1:], member) if word[0] == "#" else (label, word[1:])
        elif folded(word) not in _BETWEEN:
            names.append(word)
        at += 1
    found = Filter(
        mine=bool(said.get("mine")),
        when=_when(said.get("when")),
        label=label,
        done=bool(said.get("done")),
    )
    if (found.done and found.when in (When.OVERDUE, When.NO_DATE)) or (member and found.mine):
        raise _two()
    return Wanted(found, member, " ".join(names) or None)


def _say(said: dict[str, object], meaning: dict[str, object]) -> None:
    for name, value in meaning.items():
        if said.setdefault(name, value) != value:
            raise _two()


def _when(said: object) -> When | None:
    return said if isinstance(said, When) else None


def _two() -> BadInput:
    return BadInput(N_("Two of those don't go together. Say one of a kind, for example: /tasks mine overdue"))


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days of a person's calendar, `first` to `last`, and the moments they begin and end at (UTC)."""

    first: date
    last: date
    begins: datetime
    ends: datetime


def days(first: date, last: date, zone: ZoneInfo) -> Days:
    utc = ZoneInfo("UTC")
    begins = datetime.combine(first, time(), zone).astimezone(utc)
    return Days(first, last, begins, datetime.combine(last + timedelta(days=1), time(), zone).astimezone(utc))


def today_of(now: datetime, zone: ZoneInfo) -> Days:
    today = now.astimezone(zone).date()
    return days(today, today, zone)


def week_of(now: datetime, zone: ZoneInfo) -> Days:
    """Monday to Sunday."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    return days(monday, monday + timedelta(days=6), zone)


def month_of(now: datetime, zone: ZoneInfo) -> Days:
    first = now.astimezone(zone).date().replace(day=1)
    return days(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1), zone)
