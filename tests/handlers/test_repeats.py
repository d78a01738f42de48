"""Repeats in words: Russian and English, plurals, days by name, ends by the day they are in the zone."""

from datetime import date, time

import pytest

from crm.grammar.dates import Due
from crm.tasks import RepeatFrom, Status, Task
from handlers.repeats import CODES, code_words, repeat_words, rule_of, rule_words
from handlers.texts import speaking
from tests.fakes import MONDAY

DUE = Due(date(2026, 3, 3), time(10), "Europe/Moscow")


@pytest.mark.parametrize(
    ("rule", "english", "russian"),
    [
        ("FREQ=HOURLY", "every hour", "каждый час"),
        ("FREQ=DAILY", "every day", "каждый день"),
        ("FREQ=WEEKLY", "every week", "каждую неделю"),
        ("FREQ=MONTHLY", "every month", "каждый месяц"),
        ("FREQ=YEARLY", "every year", "каждый год"),
        ("FREQ=HOURLY;INTERVAL=2", "every 2 hours", "каждые 2 часа"),
        ("FREQ=HOURLY;INTERVAL=21", "every 21 hours", "каждый 21 час"),
        ("FREQ=DAILY;INTERVAL=2", "every 2 days", "каждые 2 дня"),
        ("FREQ=DAILY;INTERVAL=5", "every 5 days", "каждые 5 дней"),
        ("FREQ=DAILY;INTERVAL=11", "every 11 days", "каждые 11 дней"),
        ("FREQ=DAILY;INTERVAL=21", "every 21 days", "каждый 21 день"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", "every 2 weeks (Mon, Fri)", "каждые 2 недели (пн, пт)"),
        ("FREQ=WEEKLY;INTERVAL=21", "every 21 weeks", "каждую 21 неделю"),
        ("FREQ=MONTHLY;INTERVAL=3", "every 3 months", "каждые 3 месяца"),
        ("FREQ=YEARLY;INTERVAL=5", "every 5 years", "каждые 5 лет"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "on weekdays", "по будням"),
        ("FREQ=MONTHLY;BYMONTHDAY=15", "every month (day 15)", "каждый месяц (15 числа)"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "every month (the last day)", "каждый месяц (последний день)"),
        ("FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1", "every month (day 30)", "каждый месяц (30 числа)"),
        (
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1",
            "every year (29 February)", "каждый год (29 февраля)",
        ),
        ("FREQ=MONTHLY;BYDAY=-1FR", "every month (last Fri)", "каждый месяц (пт последней недели)"),
        ("FREQ=MONTHLY;BYDAY=2FR", "every month (Fri of week 2)", "каждый месяц (пт 2-й недели)"),
        ("FREQ=DAILY;COUNT=1", "every day, 1 time", "каждый день, 1 раз"),
        ("FREQ=DAILY;COUNT=3", "every day, 3 times", "каждый день, 3 раза"),
        ("FREQ=DAILY;COUNT=5", "every day, 5 times", "каждый день, 5 раз"),
        ("FREQ=DAILY;UNTIL=20261218", "every day, until 18 Dec 2026", "каждый день, до 18 дек. 2026"),
        ("FREQ=DAILY;UNTIL=20261218T205959Z", "every day, until 18 Dec 2026", "каждый день, до 18 дек. 2026"),
        ("FREQ=DAILY;UNTIL=20261217T210000Z", "every day, until 18 Dec 2026", "каждый день, до 18 дек. 2026"),
    ],
)  # fmt: skip
def test_a_rule_is_told_as_a_person_says_it(rule: str, english: str, russian: str) -> None:
    for language, words in (("en", english), ("ru", russian)):
        with speaking(language):
            assert rule_words(rule, DUE) == words


@pytest.mark.parametrize(("language", "words"), [("en", "counted from"), ("ru", "выполнен")])
def test_one_that_counts_from_completion_says_so(language: str, words: str) -> None:
    task = Task(id=1, number=1, title="x", status=Status.NOT_STARTED, created_at=MONDAY, rrule="FREQ=DAILY")
    completed = Task(
        id=1, number=1, title="x", status=Status.NOT_STARTED, created_at=MONDAY, rrule="FREQ=DAILY",
        repeat_from=RepeatFrom.COMPLETION,
    )  # fmt: skip
    with speaking(language):
        assert words not in repeat_words(task)
        assert words in repeat_words(completed)


@pytest.mark.parametrize(
    ("code", "day", "rule"),
    [
        ("none", date(2026, 3, 3), None),
        ("day", date(2026, 3, 3), "FREQ=DAILY"),
        ("workdays", date(2026, 3, 3), "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("week", date(2026, 3, 3), "FREQ=WEEKLY"),
        ("month", date(2026, 3, 28), "FREQ=MONTHLY"),
        ("month", date(2026, 3, 30), "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1"),
        ("month", date(2026, 3, 31), "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("year", date(2026, 3, 3), "FREQ=YEARLY"),
        ("year", date(2028, 2, 29), "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1"),
    ],
)
def test_a_button_makes_the_rule_of_the_tasks_day(code: str, day: date, rule: str | None) -> None:
    assert rule_of(code, Due(day, None, "UTC"), date(2026, 1, 1)) == rule
    assert rule_of(code, None, day) == rule


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_rule_that_is_offered_has_words_of_its_own(language: str) -> None:
    with speaking(language):
        assert len({code_words(code) for code in CODES}) == len(CODES)
