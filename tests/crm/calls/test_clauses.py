"""Clauses of notes: what is to be done by a date becomes an offer; what was merely talked about does not."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crm.calls.clauses import LIMIT, offered_due, still_to_offer, task_offers
from crm.grammar.readers import Reader

NOW = datetime(2026, 11, 23, 11, 20, tzinfo=UTC)  # Monday, 14:20 in Moscow
READER = Reader(ZoneInfo("Europe/Moscow"), "ru")


def offered(notes: str) -> list[str]:
    found = task_offers(notes, NOW, READER)
    return [f"{one['title']} · {one['date']}{' ' + one['time'] if one['time'] else ''}" for one in found]


@pytest.mark.parametrize(
    ("notes", "offers"),
    [
        ("wants pricing by Friday", ["wants pricing · 2026-11-27"]),
        ("хочет цену к пятнице", ["хочет цену · 2026-11-27"]),
        ("договорились, завтра в 10 встреча", ["встреча · 2026-11-24 10:00"]),
        ("liked it. send the offer in 3 days", ["send the offer · 2026-11-26"]),
        ("ждут договор до конца месяца", ["ждут договор · 2026-11-30"]),
        ("send it by Friday, demo on Tuesday at 15:00", ["send it · 2026-11-27", "demo · 2026-11-24 15:00"]),
    ],
)
def test_a_dated_clause_is_offered(notes: str, offers: list[str]) -> None:
    assert offered(notes) == offers


@pytest.mark.parametrize(
    "notes",
    [
        "",
        "wants the new price",
        "re: pricing 10:30",
        "called last Friday",
        "Friday",
        "+7 999 123 by Friday",
        ". , ;",
    ],
)
def test_what_was_talked_about_is_not(notes: str) -> None:
    assert offered(notes) == []


def test_a_card_offers_only_so_many() -> None:
    assert len(offered(", ".join(f"thing {letter} by Friday" for letter in "abcdef"))) == LIMIT


def test_an_offer_says_when_it_is_due() -> None:
    (offer,) = task_offers("встреча завтра в 10", NOW, READER)
    due = offered_due(offer)
    assert due.at == datetime(2026, 11, 24, 7, tzinfo=UTC)
    assert due.tz == "Europe/Moscow"


def test_a_clause_whose_task_was_made_is_not_offered_again_when_the_notes_change() -> None:
    notes = "send it by Friday, demo on Tuesday"
    send, demo = task_offers(notes, NOW, READER)
    again = task_offers(f"{notes}, visit on Thursday", NOW, READER)
    assert [one["title"] for one in still_to_offer(again, notes, [send])] == ["send it", "visit"]
    assert [one["title"] for one in still_to_offer(again, notes, [send, demo])] == [
        "send it",
        "demo",
        "visit",
    ]
