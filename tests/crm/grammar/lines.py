"""Lines and what is read in them, written short enough to be listed in tables."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.parsing import known, shown
from crm.grammar.drafts import Draft, parse
from crm.grammar.readers import Reader

NEW_YORK = ZoneInfo("America/New_York")
MOSCOW = ZoneInfo("Europe/Moscow")
MONDAY = "2026-11-23T14:20"
ENGLISH = ("Anna", "Bob", "Kim", "Max", "Tom", "Dana", "Lena", "Mark", "Acme")
RUSSIAN = ("Анна", "Петров", "Марина", "Олег", "Ольга", "Сидоров", "Сергей", "Пётр", "Ромашка", "John")
_LEFT_OUT = frozenset({"object", "title", "due", "due_date", "ambiguous", "alternatives", "follow_up"})


_USUAL = (("direction", "outbound"), ("outcome", "connected"), ("error", "title_required"))
_NAMES = {
    "duration_seconds": "seconds",
    "duration_minutes": "minutes",
    "started_at": "at",
    "task_type": "type",
}


def draft_of(text: str, now: str = MONDAY, contacts: tuple[str, ...] | None = None) -> Draft:
    """A line with a Russian letter is read in Moscow among Russian contacts, another in New York among English ones."""
    is_russian = any("а" <= letter <= "я" or letter == "ё" for letter in text.casefold())
    zone = MOSCOW if is_russian else NEW_YORK
    people = known(contacts if contacts is not None else RUSSIAN if is_russian else ENGLISH)
    reader = Reader(zone, "ru" if is_russian else "en")
    return parse(text, now=datetime.fromisoformat(now).replace(tzinfo=zone), reader=reader, contacts=people)


def said(text: str, now: str = MONDAY, contacts: tuple[str, ...] | None = None) -> str:
    """All that was read: "title · when · field=value … ? another reading"."""
    fields = shown(draft_of(text, now, contacts))
    return " ? ".join([_short(fields), *map(_short, fields["alternatives"])])


def _short(fields: dict[str, object]) -> str:
    kind = {"reminder": "remind: ", "call": "call: "}.get(str(fields.get("object")), "")
    parts = [f"{kind}{fields['title'] or '–'}"] if "title" in fields else []
    is_whole = "object" in fields
    for key in ("due", "due_date"):
        if fields.get(key):
            parts.append(_moment(str(fields[key])))
        elif key in fields and not is_whole:
            parts.append("no date")
    for key, value in fields.items():
        if key in _LEFT_OUT or (key, value) in _USUAL or (value is None and (is_whole or key != "rrule")):
            continue
        if value or key == "rrule":
            listed = ",".join(map(str, value)) if isinstance(value, list) else str(value)
            parts.append(
                f"{_NAMES.get(key, key)}={_moment(listed) if key == 'started_at' else listed.replace('FREQ=', '')}"
            )
    follow_up = fields.get("follow_up")
    if isinstance(follow_up, dict):
        parts.append(f"then [{_short(follow_up)}]")
    return " · ".join(parts)


def _moment(written: str) -> str:
    """Without this year, seconds that are none, and the two zones the lines are read in."""
    short = written.removeprefix("2026-").replace("T", " ")
    return short.removesuffix("+03:00").removesuffix("-05:00").removesuffix(":00") if ":" in short else short
