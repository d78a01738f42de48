"""Filters: what may follow /tasks, and what a button carries of it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from crm.errors import BadInput
from crm.tasks.filters import Filter, Wanted, When, filter_of, month_of, read_filter, today_of, week_of

MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("", Filter()),
        ("mine", Filter(mine=True)),
        ("мои", Filter(mine=True)),
        ("team", Filter()),
        ("команда", Filter()),
        ("today", Filter(when=When.TODAY)),
        ("на сегодня", Filter(when=When.TODAY)),
        ("OVERDUE", Filter(when=When.OVERDUE)),
        ("просроченные", Filter(when=When.OVERDUE)),
        ("this week", Filter(when=When.WEEK)),
        ("на этой неделе", Filter(when=When.WEEK)),
        ("no date", Filter(when=When.NO_DATE)),
        ("без срока", Filter(when=When.NO_DATE)),
        ("done", Filter(done=True)),
        ("выполненные за неделю", Filter(done=True, when=When.WEEK)),
        ("сегодня мои", Filter(mine=True, when=When.TODAY)),
        ("мои, просроченные", Filter(mine=True, when=When.OVERDUE)),
        ("done this week", Filter(done=True, when=When.WEEK)),
        ("#звонки", Filter(label="звонки")),
        ("#звонки today", Filter(label="звонки", when=When.TODAY)),
    ],
)
def test_words_in_any_order_and_either_language_make_a_filter(words: str, wanted: Filter) -> None:
    assert read_filter(words) == Wanted(wanted)


def test_names_are_left_to_be_looked_up() -> None:
    assert read_filter("@boris overdue") == Wanted(Filter(when=When.OVERDUE), member="boris")
    assert read_filter("Анна Петрова сегодня") == Wanted(Filter(when=When.TODAY), name="Анна Петрова")
    assert read_filter("задачи по Анне") == Wanted(Filter(), name="Анне")


@pytest.mark.parametrize(
    "words",
    ["today overdue", "сегодня без даты", "mine team", "#a #b", "@a @b", "done overdue", "mine @boris"],
)
def test_two_of_a_kind_are_asked_to_be_one(words: str) -> None:
    with pytest.raises(BadInput, match="don't go together"):
        read_filter(words)


@pytest.mark.parametrize(
    "one",
    [
        Filter(),
        Filter(mine=True, when=When.OVERDUE),
        Filter(assignee_id=12, contact_id=345, done=True, when=When.WEEK),
        Filter(label="звонки", when=When.NO_DATE),
        Filter(label="очень", label_begins=True),
    ],
)
def test_a_button_carries_a_filter_there_and_back(one: Filter) -> None:
    label = (one.label or "") + ("…" if one.label_begins else "")
    assert filter_of(one.code, label) == one


@pytest.mark.parametrize("code", ["z", "u", "cx", "m.q", "m..o", ".", f"u{10**30}"])
def test_a_code_of_no_filter_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match=r"not a valid|invalid literal"):
        filter_of(code)


def test_days_are_those_of_the_persons_zone() -> None:
    sunday_night = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)  # Monday in Moscow
    assert today_of(sunday_night, MOSCOW).first == date(2026, 3, 2)
    week = week_of(sunday_night, MOSCOW)
    assert (week.first, week.last) == (date(2026, 3, 2), date(2026, 3, 8))
    assert (week.begins, week.ends) == (
        datetime(2026, 3, 1, 21, tzinfo=UTC),
        datetime(2026, 3, 8, 21, tzinfo=UTC),
    )
    month = month_of(datetime(2026, 2, 28, 22, tzinfo=UTC), MOSCOW)
    assert (month.first, month.last) == (date(2026, 3, 1), date(2026, 3, 31))


def test_a_day_of_a_clock_change_has_its_own_length() -> None:
    day = today_of(datetime(2026, 3, 29, 12, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    assert (day.ends - day.begins).total_seconds() == 23 * 3600
