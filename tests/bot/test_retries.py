"""Retries: pauses that grow to their longest, an end where there is one, and a page that says so."""

from pathlib import Path

import pytest

from bot.retries import (
    ANSWER,
    CALL,
    CONFLICT,
    EFFECT,
    MODEL,
    POLL,
    REDIS,
    STORAGE,
    TABLE,
    TOKEN,
    Retry,
    as_page,
)
from tests.fakes import FakeClock

ROOT = Path(__file__).parent.parent.parent


def test_each_pause_is_twice_the_one_before_up_to_the_longest() -> None:
    assert [STORAGE.pause(failed) for failed in range(1, 8)] == [0.5, 1, 2, 4, 8, 10, 10]
    assert [CALL.pause(failed) for failed in range(1, 5)] == [1, 2, 4, 4]
    assert STORAGE.pause(10_000) == STORAGE.longest


@pytest.mark.parametrize(
    ("policy", "moments"),
    [
        (CALL, [0, 1, 3, 7]),
        (ANSWER, [0, 1, 3, 7, 15]),
        (STORAGE, [0, 0.5, 1.5, 3.5, 7.5, 15.5, 25.5, 35.5]),
        (EFFECT, [0, 1, 3]),
        (POLL, [0, 1, 3, 7, 15, 30, 45, 60]),
        (TOKEN, [0, 2, 6, 14, 30, 60, 90, 120]),
        (CONFLICT, [0, 1, 2, 3, 4, 5, 6, 7]),
        (REDIS, [0, 5, 10, 15, 20, 25, 30, 35]),
        (MODEL, [0, 1, 3]),
    ],
    ids=lambda one: one.what if isinstance(one, Retry) else "",
)
def test_when_each_policy_tries_on_a_clock(policy: Retry, moments: list[float]) -> None:
    clock, tried = FakeClock(), list[float]()
    begun = clock()
    for failed in range(1, 9):
        tried.append((clock() - begun).total_seconds())
        if policy.ends(failed):
            break
        clock.move(seconds=policy.pause(failed))
    assert tried == moments


def test_every_policy_is_tried_on_that_clock() -> None:
    assert set(TABLE) == {CALL, ANSWER, STORAGE, EFFECT, POLL, TOKEN, CONFLICT, REDIS, MODEL}


def test_tries_are_counted_where_they_end() -> None:
    assert [ANSWER.ends(failed) for failed in (4, 5, 6)] == [False, True, True]
    assert not STORAGE.ends(10_000)


def test_all_tries_of_one_call_fit_into_a_lease() -> None:
    """Whoever is still trying when its lease has run out would send beside the next holder."""
    from bot.gate import PATIENCE
    from crm.deliveries import LEASE

    assert sum(CALL.pause(failed) for failed in range(1, CALL.tries or 0)) < PATIENCE
    assert LEASE.total_seconds() > PATIENCE


def test_the_page_is_this_table() -> None:
    page = (ROOT / "docs" / "retries.md").read_text(encoding="utf-8")
    assert page == as_page()
    assert all(one.what in page and one.why in page for one in TABLE)
