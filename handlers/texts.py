"""Texts: English in the code, other languages from the catalogues, formatted by entities."""

import gettext as gnu
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from aiogram.utils.formatting import Text
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from crm.answers import Entity
from crm.grammar.dates import Due

_CATALOGUES = Path(__file__).parent.parent / "locales"
_language: ContextVar[str] = ContextVar("language", default="en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Texts made inside are in this language; one without a catalogue is English."""
    before = _language.set(language)
    try:
        yield
    finally:
        _language.reset(before)


def speak(language: str) -> None:
    """From here on in this task."""
    _language.set(language)


def language() -> str:
    return _language.get()


def gettext(text: str) -> str:
    return _catalogue(_language.get()).gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    return _catalogue(_language.get()).ngettext(one, many, count)


@cache
def _catalogue(language: str) -> gnu.NullTranslations:
    """Compiled in memory at first use, a few milliseconds, so that no built file can be out of date."""
    path = _CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return gnu.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gnu.GNUTranslations(compiled)


def formatted(*parts: Any) -> tuple[str, tuple[Entity, ...]]:
    """Text and entities of aiogram's formatting pieces; nothing is ever escaped by hand."""
    text, entities = Text(*parts).render()
    return text, tuple(
        Entity(entity.type, entity.offset, entity.length, entity.url, entity.language) for entity in entities
    )


def due_words(due: Due, year: int | None = None) -> str:
    """A due as people write it: day of the week, date, the time if it has one, the year unless it is `year`."""
    year_words = "" if year in (None, due.date.year) else " y"
    if due.time is None:
        return str(format_date(due.date, format=f"EEE, d MMM{year_words}", locale=language()))
    clock = datetime.combine(due.date, due.time)
    return str(format_datetime(clock, format=f"EEE, d MMM{year_words}, HH:mm", locale=language()))


def day_words(day: date) -> str:
    """A day close by, as a button has room for it."""
    return str(format_date(day, format="EEE, d MMM", locale=language()))


def length_words(seconds: int) -> str:
    """How long something took, to the minute: "12 min", "1 h 5 min"; less than a minute is one."""
    hours, minutes = divmod(max(1, round(seconds / 60)), 60)
    if not hours:
        return gettext("{minutes} min").format(minutes=minutes)
    if not minutes:
        return gettext("{hours} h").format(hours=hours)
    return gettext("{hours} h {minutes} min").format(hours=hours, minutes=minutes)


def moment_words(moment: datetime) -> str:
    """An aware moment in its own zone."""
    return format_datetime(moment.replace(tzinfo=None), format="d MMM, HH:mm", locale=language())
