"""Cells as values: dates, phones, lengths and words as other programs write them."""

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from crm.imports import values

MOSCOW = ZoneInfo("Europe/Moscow")
DAY, NINE = date(2026, 11, 25), time(9)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-25", (DAY, None)),
        ("2026-11-25 09:00", (DAY, NINE)),
        ("2026-11-25T09:00:00", (DAY, NINE)),
        ("2026-11-25T06:00:00Z", (DAY, NINE)),
        ("2026-11-25T08:00:00+02:00", (DAY, NINE)),
        ("25.11.2026", (DAY, None)),
        ("25.11.2026 9:00:00", (DAY, NINE)),
        ("25.11.26", (DAY, None)),
        ("25/11/2026 09:00", (DAY, NINE)),
        ("25-11-2026", (DAY, None)),
        ("25 ноября 2026 г.", (DAY, None)),
        ("25 ноя 2026, 09:00", (DAY, NINE)),
        ("25-Nov-26", (DAY, None)),
        ("Nov 25, 2026 9:00 AM", (DAY, NINE)),
        ("46351", (DAY, None)),
        ("46351.375", (DAY, NINE)),
        ("31.02.2026", None),
        ("tomorrow", None),
        ("25.11.2026 at nine", None),
        ("25.11.2026 25:00", None),
    ],
)
def test_dates_are_read_in_the_usual_formats(text: str, meant: object) -> None:
    assert values.when(text, MOSCOW, "DMY") == meant


def test_a_column_settles_what_its_slashes_mean() -> None:
    assert values.order_of(["03/04/2026", "11/25/2026"], "DMY") == "MDY"
    assert values.order_of(["03/04/2026", "25/11/2026"], "MDY") == "DMY"
    assert values.order_of(["03/04/2026"], "MDY") == "MDY"
    assert values.when("03/04/2026", MOSCOW, "MDY") == (date(2026, 3, 4), None)


@pytest.mark.parametrize(
    ("text", "numbers", "wrong"),
    [
        ("+7 999 123-45-67", ("+79991234567",), None),
        ("8 (999) 123-45-67", ("+79991234567",), None),
        ("79991234567", ("+79991234567",), None),
        ("'+79991234567", ("+79991234567",), None),
        ("+7 999 123-45-67, +7 999 123-45-68", ("+79991234567", "+79991234568"), None),
        ("+44 20 7946 0958; 8 999 123-45-67", ("+442079460958", "+79991234567"), None),
        ("7,99912E+10", (), "7"),
        ("нет", (), "нет"),
        ("+7 999", (), "+7 999"),
    ],
)
def test_phones_come_as_e164_or_are_told(text: str, numbers: tuple[str, ...], wrong: str | None) -> None:
    assert values.phones(text, ("RU",)) == (numbers, wrong)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("310", 310), ("5:10", 310), ("00:05:10", 310), ("5 мин 10 сек", 310), ("1 h 5 min", 3900), ("2 минуты", 120),
     ("-5", None), ("долго", None), ("5 попугаев", None)],
)  # fmt: skip
def test_lengths_are_read_as_telephony_writes_them(text: str, seconds: int | None) -> None:
    assert values.seconds(text) == seconds


def test_addresses_and_labels() -> None:
    assert values.email("Anna@example.com, x@example.org") == ("Anna@example.com", None)
    assert values.email("anna@") == (None, "anna@")
    assert values.labels("#vip, опт; vip") == ("vip", "опт")


@pytest.mark.parametrize(
    ("text", "known", "meant"),
    [("Исходящий", values.DIRECTIONS, "outbound"), ("incoming", values.DIRECTIONS, "inbound"),
     ("Пропущенный звонок", values.OUTCOMES, "no_answer"), ("В работе", values.STATUSES, "in_progress"),
     ("ждёт", values.STATUSES, "deferred"), ("left_voicemail", values.OUTCOMES, "left_voicemail"),
     ("Срочный", values.PRIORITIES, "urgent"), ("Встреча", values.TYPES, "meeting"), ("чушь", values.STAGES, None)],
)  # fmt: skip
def test_words_of_lists_are_known_in_both_languages(
    text: str, known: dict[str, str], meant: str | None
) -> None:
    assert values.word(text, known) == meant
