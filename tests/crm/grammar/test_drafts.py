"""Drafts: several lines, other readings, odd input, and what each field came from."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from crm.grammar.dates import Due
from crm.grammar.drafts import as_text, parse, parse_call, parse_lines
from crm.grammar.readers import Reader, region_of
from tests.crm.grammar.lines import draft_of

NOW = datetime(2026, 11, 23, 11, 20, tzinfo=UTC)
READER = Reader(ZoneInfo("Europe/Moscow"), "ru")


def test_each_field_carries_the_stretch_it_came_from() -> None:
    text = "Позвонить Анне завтра в 10:00 +7 999 123-45-67 !! #продажи @ivan за час"
    draft = draft_of(text)
    assert {name: [text[slice(*span)] for span in spans] for name, spans in draft.spans.items()} == {
        "due": ["завтра", "в 10:00"],
        "phone": ["+7 999 123-45-67"],
        "priority": ["!!"],
        "labels": ["#продажи"],
        "assignee": ["@ivan"],
        "reminders": ["за час"],
    }
    assert draft.title == "Позвонить Анне"
    assert draft.due == Due(date(2026, 11, 24), time(10), "Europe/Moscow")


def test_several_lines_are_several_drafts_and_a_mark_before_an_item_is_no_part_of_it() -> None:
    text = "- завтра в 9 планёрка\n\n1. купить хлеб\n2) 05.12 демо\n—\nпозвонить Анне\r\n• 10 писем"
    drafts = parse_lines(text, now=NOW, reader=READER)
    assert [draft.title for draft in drafts] == [
        "планёрка",
        "купить хлеб",
        "демо",
        "позвонить Анне",
        "10 писем",
    ]
    assert len(parse_lines("\n".join(f"{n}. дело {n}" for n in range(50)), now=NOW, reader=READER)) == 50
    assert parse_lines(" \n...\n", now=NOW, reader=READER) == []


def test_another_reading_can_be_taken() -> None:
    draft = draft_of("at 5 call the bank")
    (other,) = [alternative.of(draft) for alternative in draft.alternatives]
    assert other.due == Due(date(2026, 11, 24), time(5), "America/New_York")
    assert (other.title, other.ambiguous, other.alternatives) == ("call the bank", False, ())


def test_as_text_all_is_the_title() -> None:
    assert as_text("  Monday\n report !! ").title == "Monday report !!"
    assert as_text(" \n").error == "title_required"


@pytest.mark.parametrize(
    "text", ["", "  ", "...", "\0\u202e", "!!", "завтра", "+79991234567", "every day", "«»", '""']
)
def test_with_nothing_to_do_a_title_is_asked_for(text: str) -> None:
    draft = parse(text, now=NOW, reader=READER)
    assert (draft.title, draft.error) == (None, "title_required")


def test_of_ten_dates_the_first_is_the_due_and_the_others_stay() -> None:
    draft = parse(" ".join(f"0{n}.12 дело" for n in range(1, 10)), now=NOW, reader=READER)
    assert draft.due == Due(date(2026, 12, 1), None, "Europe/Moscow")
    assert draft.title == "дело " + " ".join(f"0{n}.12 дело" for n in range(2, 10))


def test_what_was_typed_as_a_phone_and_is_none_is_told() -> None:
    assert parse("call +1234567890", now=NOW, reader=READER).bad_phone == "+1234567890"
    assert parse_call("Анна 8 999 123", now=NOW, reader=READER).bad_phone == "8 999 123"


def test_a_phone_without_a_country_is_of_the_zones_region_then_the_teams() -> None:
    berlin = Reader(ZoneInfo("Europe/Berlin"), team_region="RU")
    assert berlin.regions == ("DE", "RU")
    assert parse("call 030 901820", now=NOW, reader=berlin).phone == "+4930901820"
    london = Reader(ZoneInfo("Europe/London"), team_region="RU")
    assert parse("call 8 916 123-45-67", now=NOW, reader=london).phone == "+79161234567"
    assert Reader(ZoneInfo("Asia/Almaty"), region="RU").regions == ("RU",)
    assert region_of("UTC") is None


def test_parts_of_the_day_are_the_members_own() -> None:
    early = Reader(ZoneInfo("Europe/Moscow"), morning=time(7, 30), evening=time(20), workday_ends=time(17))
    assert parse("завтра утром бег", now=NOW, reader=early).due == Due(
        date(2026, 11, 24), time(7, 30), "Europe/Moscow"
    )
    assert parse("вечером кино", now=NOW, reader=early).due == Due(
        date(2026, 11, 23), time(20), "Europe/Moscow"
    )
    assert parse("до конца дня отчёт", now=NOW, reader=early).due == Due(
        date(2026, 11, 23), time(17), "Europe/Moscow"
    )


def test_with_a_named_zone_tomorrow_is_that_zones_tomorrow() -> None:
    late = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)  # Tuesday in Berlin, still Monday in New York
    new_york = Reader(ZoneInfo("America/New_York"))
    draft = parse("tomorrow 9am Moscow time sync", now=late, reader=new_york)
    assert draft.due == Due(date(2026, 11, 25), time(9), "Europe/Moscow")
    assert draft.due_tz == "Europe/Moscow"
    assert parse("tomorrow 9am sync", now=late, reader=new_york).due == Due(
        date(2026, 11, 24), time(9), "America/New_York"
    )


@pytest.mark.parametrize(
    ("text", "zone", "now", "dst"),
    [
        ("14.03.2027 в 2:30 релиз", "America/New_York", "2027-03-01T12:00", "gap_shifted"),
        ("07.11.2027 в 1:30 релиз", "America/New_York", "2027-11-01T12:00", "fold_first"),
        ("07.11.2027 в 3:30 релиз", "America/New_York", "2027-11-01T12:00", None),
    ],
)
def test_a_clock_that_the_zone_skips_or_shows_twice_is_flagged(
    text: str, zone: str, now: str, dst: str | None
) -> None:
    own = ZoneInfo(zone)
    draft = parse(text, now=datetime.fromisoformat(now).replace(tzinfo=own), reader=Reader(own))
    assert draft.dst == dst


def test_in_30_minutes_within_a_fold_is_half_an_hour_later() -> None:
    first = datetime(2026, 10, 25, 0, 50, tzinfo=UTC)  # the first 02:50 in Berlin
    draft = parse("in 30 minutes tea", now=first, reader=Reader(ZoneInfo("Europe/Berlin")))
    assert draft.due is not None
    assert draft.due.at == datetime(2026, 10, 25, 1, 20, tzinfo=UTC)
    assert draft.due.time == time(2, 20)
