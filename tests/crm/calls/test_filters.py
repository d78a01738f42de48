"""Filters of calls: they travel in a button and come back the same; words say them too."""

from datetime import UTC, datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from crm.calls import CallFilter, Direction, Outcome, Span
from crm.calls.filters import filter_of
from crm.calls.lists import read_filter
from tests.fakes import an_actor

ANNA = an_actor(member_id=5)
HUGE = 10**18 - 1
MOSCOW = ZoneInfo("Europe/Moscow")


def test_a_filter_comes_back_from_its_button_as_it_was() -> None:
    for span, outcome, direction, contact_id, member_id in product(
        Span, (None, *Outcome), (None, *Direction), (None, 1, HUGE), (None, 36, HUGE)
    ):
        wanted = CallFilter(span, outcome, direction, contact_id, member_id)
        assert filter_of(wanted.code()) == wanted
        assert len(f"calls:{wanted.code()}:n{'z' * 12}".encode()) <= 64


@pytest.mark.parametrize("code", ["", "a--", "q--.", "az-.", "a--x.y.z", "a--" + "z" * 14 + ".", "A--."])
def test_what_no_list_offers_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        filter_of(code)


def test_days_and_weeks_begin_on_the_wall_clock_of_whoever_looks() -> None:
    now = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)  # Wednesday, 01:30 in Moscow
    assert CallFilter().since(now, MOSCOW) is None
    assert CallFilter(Span.TODAY).since(now, MOSCOW) == datetime(2026, 11, 25, tzinfo=MOSCOW)
    assert CallFilter(Span.WEEK).since(now, MOSCOW) == datetime(2026, 11, 23, tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("text", "wanted", "rest"),
    [
        ("", CallFilter(), ""),
        ("mine today", CallFilter(Span.TODAY, member_id=5), ""),
        ("мои за неделю", CallFilter(Span.WEEK, member_id=5), ""),
        ("this week no answer", CallFilter(Span.WEEK, Outcome.NO_ANSWER), ""),
        ("сегодня не дозвонились", CallFilter(Span.TODAY, Outcome.NO_ANSWER), ""),
        ("входящие занято", CallFilter(outcome=Outcome.BUSY, direction=Direction.INBOUND), ""),
        ("outgoing talked Anna", CallFilter(outcome=Outcome.CONNECTED, direction=Direction.OUTBOUND), "Anna"),
        ("team", CallFilter(), ""),
        ("с Анной Петровой, сегодня", CallFilter(Span.TODAY), "Анной Петровой,"),
        ("@boris", CallFilter(), "@boris"),
    ],
)
def test_words_narrow_a_list_and_the_rest_is_a_name(text: str, wanted: CallFilter, rest: str) -> None:
    assert read_filter(text, ANNA) == (wanted, rest)


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("talked", "connected"), ("поговорили", "connected"), ("no answer", "no_answer"),
        ("не дозвонились", "no_answer"), ("busy", "busy"), ("занято", "busy"), ("voicemail", "left_voicemail"),
        ("автоответчик", "left_voicemail"), ("left a message", "left_live_message"),
        ("передали сообщение", "left_live_message"), ("wrong number", "wrong_number"),
        ("ошибка номера", "wrong_number"), ("call back", "callback_requested"),
        ("просили перезвонить", "callback_requested"), ("other", "other"), ("другое", "other"),
    ],
)  # fmt: skip
def test_every_result_is_found_by_the_glossarys_own_words(words: str, outcome: str) -> None:
    assert read_filter(words, ANNA) == (CallFilter(outcome=Outcome(outcome)), "")
