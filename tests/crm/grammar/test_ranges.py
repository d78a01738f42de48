"""Ranges and lengths: from when, until when, for how long."""

import pytest

from tests.crm.grammar.lines import said


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("meeting from 10 to 12 tomorrow", "meeting · 11-24 10:00 · minutes=120"),
        ("meeting tomorrow 10am-11am", "meeting · 11-24 10:00 · minutes=60"),
        ("tomorrow at 2pm demo for 1 hour", "demo · 11-24 14:00 · minutes=60"),
        ("from Monday to Friday vacation", "vacation · 12-04 · start_date=2026-11-30"),
        ("Dec 20-31 vacation", "vacation · 12-31 · start_date=2026-12-20"),
        ("meeting monday at 9am for 45 min", "meeting · 11-30 09:00 · minutes=45"),
        (
            "meeting on Monday 10:00-11:30 with Anna",
            "meeting with Anna · 11-30 10:00 · contact=Anna · minutes=90",
        ),
        (
            "call Anna between 2 and 4pm tomorrow",
            "call Anna · 11-24 14:00 · contact=Anna · type=call · minutes=120",
        ),
        ("from 9 to 5 conference tomorrow", "conference · 11-24 09:00 · minutes=480"),
        ("2-4pm workshop on friday", "workshop · 11-27 14:00 · minutes=120"),
        ("tomorrow 2 to 4 pm workshop", "workshop · 11-24 14:00 · minutes=120"),
        ("с 10 до 12 встреча завтра", "встреча · 11-24 10:00 · minutes=120"),
        ("завтра с 14:00 до 15:30 встреча", "встреча · 11-24 14:00 · minutes=90"),
        ("завтра в 15 встреча на час", "встреча · 11-24 15:00 · minutes=60"),
        ("завтра в 15 встреча на 2 часа", "встреча · 11-24 15:00 · minutes=120"),
        ("с понедельника по пятницу отпуск", "отпуск · 12-04 · start_date=2026-11-30"),
        ("с 1 по 14 декабря отпуск", "отпуск · 12-14 · start_date=2026-12-01"),
        ("с 25 по 30 ноября отпуск", "отпуск · 11-30 · start_date=2026-11-25"),
        ("с 1 декабря по 15 января отпуск", "отпуск · 2027-01-15 · start_date=2026-12-01"),
        ("1-5 декабря конференция", "конференция · 12-05 · start_date=2026-12-01"),
        ("с 10:00 до 11:30 завтра созвон", "созвон · 11-24 10:00 · minutes=90"),
        ("с двух до четырёх завтра встреча", "встреча · 11-24 14:00 · minutes=120 ? 11-24 02:00"),
        ("завтра с 9 до 18 конференция", "конференция · 11-24 09:00 · minutes=540"),
        ("завтра 10:00-12:00 встреча", "встреча · 11-24 10:00 · minutes=120"),
        ("завтра встреча в 15 на полтора часа", "встреча · 11-24 15:00 · minutes=90"),
        ("отпуск с 10 по 20 января", "отпуск · 2027-01-20 · start_date=2027-01-10"),
        ("созвон с клиентом во вторник с 11 до 12", "созвон с клиентом · 11-24 11:00 · minutes=60"),
        ("созвон с клиентом во вторник в 11 на 30 минут", "созвон с клиентом · 11-24 11:00 · minutes=30"),
        ("tomorrow 3-4pm sync", "sync · 11-24 15:00 · minutes=60"),
        ("tomorrow from 3pm to 4:30pm sync", "sync · 11-24 15:00 · minutes=90"),
        ("tomorrow 10:00 - 11:30 sync", "sync · 11-24 10:00 · minutes=90"),
        ("tomorrow at 10 for an hour sync", "sync · 11-24 10:00 · minutes=60"),
        ("tomorrow at 10 for 90 minutes sync", "sync · 11-24 10:00 · minutes=90"),
        ("tomorrow at 10 for 1.5 hours sync", "sync · 11-24 10:00 · minutes=90"),
        ("Dec 24 - Jan 2 vacation", "vacation · 2027-01-02 · start_date=2026-12-24"),
        ("from Dec 24 to Jan 2 vacation", "vacation · 2027-01-02 · start_date=2026-12-24"),
        ("24-26 December vacation", "vacation · 12-26 · start_date=2026-12-24"),
        ("between Dec 24 and Dec 26 vacation", "vacation · 12-26 · start_date=2026-12-24"),
        ("monday to friday conference", "conference · 12-04 · start_date=2026-11-30"),
    ],
)
def test_a_range_is_read(text: str, meaning: str) -> None:
    assert said(text) == meaning
