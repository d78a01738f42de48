"""Checks of call logs: lengths no call has, times still ahead, and what a line left unsaid."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm.calls import Ask
from crm.calls.checks import check_moment, check_times, read_length, read_moment, unsaid
from crm.errors import BadInput
from crm.grammar.drafts import parse_call
from crm.grammar.readers import Reader

NOW = datetime(2026, 11, 23, 11, 20, tzinfo=UTC)  # Monday, 14:20 in Moscow
READER = Reader(ZoneInfo("Europe/Moscow"), "ru")


def check(text: str) -> None:
    check_times(parse_call(text, now=NOW, reader=READER), text, NOW, READER)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Anna -5 min", "-5 min"),
        ("Anna −5 min no answer", "−5 min"),
        ("Анна минус 5 минут", "минус 5 минут"),
        ("Anna minus 1 hour", "minus 1 hour"),
        ("Anna 25 h", "25 h"),
        ("Анна 1441 мин", "1441 мин"),
        ("Anna 2 days", "2 days"),
        ("Анна 2 дня: долго говорили", "2 дня"),
    ],
)
def test_a_negative_or_day_long_call_is_refused_with_what_was_typed(text: str, said: str) -> None:
    with pytest.raises(BadInput, match="can't last") as refused:
        check(text)
    assert refused.value.fields == {"length": said}


@pytest.mark.parametrize(
    "text",
    [
        "Anna tomorrow 10:00", "Анна завтра", "Anna tomorrow 10:00 5 min connected", "Анна сегодня в 18:00",
        "анна завтра в 10", "the bank tomorrow",
        "Anna today at 18:00: will tell",
    ],
)  # fmt: skip
def test_a_call_in_the_future_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="still ahead"):
        check(text)


@pytest.mark.parametrize(
    "text",
    [
        "Anna 24 h", "Anna - 5 min", "Anna 5-10 min", "Anna at 18:00", "Анна вчера в 18:00", "Anna 20 minutes ago",
        "Anna wants pricing tomorrow", "Anna asked to call back tomorrow", "Анна просила перезвонить завтра в 10",
        "Anna: tomorrow", "Anna, send the offer tomorrow", "Anna: 2 days of talks", "Anna out 12m", "Anna",
    ],
)  # fmt: skip
def test_what_is_said_of_a_call_that_was_passes(text: str) -> None:
    check(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("12", 720), ("12 min", 720), ("1 h 5 min", 3900), ("полчаса", 1800), ("24 ч", 86400), ("90 s", 90)],
)
def test_a_length_is_read_as_a_line_says_it(text: str, seconds: int) -> None:
    assert read_length(text) == seconds


@pytest.mark.parametrize("text", ["-5", "−5 min", "0", "25 h", "2 days", "1441"])
def test_a_typed_length_no_call_has_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="can't last"):
        read_length(text)


@pytest.mark.parametrize("text", ["", "long", "12 min and then some", "-", "five-ish"])
def test_a_length_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="can't read a length"):
        read_length(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("20 minutes ago", "2026-11-23T14:00"),
        ("вчера 15:00", "2026-11-22T15:00"),
        ("в 9:30", "2026-11-23T09:30"),
    ],
)
def test_a_moment_is_read_as_a_log_says_it(text: str, moment: str) -> None:
    said = read_moment(text, NOW, READER).astimezone(READER.zone)
    assert said.replace(tzinfo=None) == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("text", "refusal"), [("tomorrow 10:00", "still ahead"), ("whenever", "can't read a time")]
)
def test_a_moment_ahead_or_none_is_refused(text: str, refusal: str) -> None:
    with pytest.raises(BadInput, match=refusal):
        read_moment(text, NOW, READER)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Anna", [Ask.DIRECTION, Ask.OUTCOME, Ask.DURATION, Ask.NEXT]),
        ("Anna out 12m connected", [Ask.NEXT]),
        ("Anna out 12m connected, call back Thursday 10:00", []),
        ("Anna no answer", [Ask.NEXT]),
        ("from Anna", [Ask.OUTCOME, Ask.DURATION, Ask.NEXT]),
        ("Anna out talked", [Ask.DURATION, Ask.NEXT]),
    ],
)
def test_only_what_is_worth_it_is_asked(text: str, asks: list[Ask]) -> None:
    assert list(unsaid(parse_call(text, now=NOW, reader=READER))) == asks


def test_clocks_that_differ_a_little_are_no_future() -> None:
    assert check_moment(NOW + timedelta(seconds=30), NOW) == NOW + timedelta(seconds=30)
    with pytest.raises(BadInput, match="still ahead"):
        check_moment(NOW + timedelta(minutes=2), NOW)
