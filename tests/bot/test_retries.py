"""Retries: pauses that grow to their longest, an end where there is one, and a page that says so."""

from pathlib import Path

from bot.retries import ANSWER, CALL, STORAGE, TABLE, as_page

ROOT = Path(__file__).parent.parent.parent


def test_each_pause_is_twice_the_one_before_up_to_the_longest() -> None:
    assert [STORAGE.pause(failed) for failed in range(1, 8)] == [0.5, 1, 2, 4, 8, 10, 10]
    assert [CALL.pause(failed) for failed in range(1, 5)] == [1, 2, 4, 4]
    assert STORAGE.pause(10_000) == STORAGE.longest


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
