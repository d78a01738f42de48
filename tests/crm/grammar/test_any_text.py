"""Any text at all: it is read without a fault, the same way each time, and nothing of it is lost or read twice."""

from datetime import UTC, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm.grammar.contactlines import parse_contact_line
from crm.grammar.contacts import KnownContact, KnownContacts
from crm.grammar.drafts import parse, parse_call, parse_lines
from crm.grammar.fields import Draft
from crm.grammar.letters import on_one_line
from crm.grammar.readers import Reader

NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # Monday, 12:00 in Moscow
READER = Reader(ZoneInfo("Europe/Moscow"), "ru")
CONTACTS = KnownContacts(
    [
        KnownContact(1, "Анна Петрова", None, frozenset({"анна", "анне", "петрова", "петровой"})),
        KnownContact(2, "Bob", None, frozenset({"bob"})),
        KnownContact(3, "Ромашка", None, frozenset({"Ромашка", "«ромашка»"})),
    ]
)
WORDS = (
    "завтра tomorrow today's в at on на через in 5 24 10:00 10:00-11:00 24:00 25:61 5pm p.m. вечера часов мин. "
    "! !! p1 « » \" “ ” „ ' +7 +79991234567 999 123-45-67 - – : , . ё İ за\u1c80тра \0 \ud800 \u202e 🙂 👨‍👩‍👧 día "
    "<b> {x} %s day after ٥ minutes hour и 1h30m дня every каждый second вторую пятницу friday next следующий to "
    "до с по from until месяца of the last day 31 числа 05.12 05/06 2026-12-05 раз в неделю после выполнения "
    "remind me напомни за час before #label @bob c:Bob Анне Bob «Ромашка» ( ) половине шестого without без десяти "
    "/call /звонок /task call звонок исх вх out 12м дозвонился busy занято половиной half past five за начиная "
    "starting 3 times weeks недели quarter Berlin time по Москве UTC+3 мск+2 end week конца полночь midnight tonight "
    "утром morning a couple from now 29 февраля Feb 30 год year through 999999 00 0 1/0 99.99 -1 ноль oh single please"
)
LINES = st.lists(st.sampled_from(WORDS.split(" ")) | st.text(max_size=5), max_size=14).map(
    " ".join
) | st.text(max_size=80)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants bounds without a zone and adds it
ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "Europe/Moscow", "Asia/Kolkata", "Australia/Lord_Howe", "America/New_York"]
)


def read(text: str, now: datetime = NOON, reader: Reader = READER) -> Draft:
    return parse(text, now=now, reader=reader, contacts=CONTACTS)


@given(text=LINES, now=MOMENTS, zone=ZONES)
@example(text="every 31 числа 05.12", now=NOON, zone="UTC")
@example(text="/call", now=NOON, zone="UTC")
def test_any_text_is_read_the_same_way_each_time(text: str, now: datetime, zone: str) -> None:
    reader = Reader(ZoneInfo(zone))
    draft = read(text, now, reader)
    assert read(text, now, reader) == draft
    for said in (draft.title, draft.notes, draft.contact_name):
        assert said is None or (said == said.strip() and said and "\0" not in said)
        (said or "").encode()  # nothing UTF-8 can't hold
    assert draft.ambiguous is bool(draft.alternatives)
    for alternative in draft.alternatives:
        assert alternative.of(draft) != draft
    parse_contact_line(text, reader=reader)
    parse_call(text, now=now, reader=reader, contacts=CONTACTS)
    parse_lines(text, now=now, reader=reader, contacts=CONTACTS)


@given(text=LINES, now=MOMENTS, zone=ZONES)
def test_a_due_is_ahead_unless_it_is_flagged(text: str, now: datetime, zone: str) -> None:
    draft = read(text, now, Reader(ZoneInfo(zone)))
    for each in (draft, *(alternative.of(draft) for alternative in draft.alternatives)):
        if each.due is None or draft.confirm == "past":
            continue
        if each.due.at is not None:
            assert each.due.at >= now.replace(microsecond=0)
        else:
            assert each.due.date >= now.astimezone(each.due.zone).date()


@given(text=LINES)
@example(text='c:"Bob" завтра')
@example(text=" завтра :")
@example(text="/звонок Bob исх 5м, busy, call Bob tomorrow: ok")
def test_what_was_read_and_the_title_cover_the_text_and_never_overlap(text: str) -> None:
    draft, seen = read(text), on_one_line(text)
    spans = sorted(span for each in draft.spans.values() for span in each)
    left, position = [], 0
    for start, end in spans:
        assert position <= start <= end <= len(text)
        left.append(seen[position:start])
        position = end
    left.append(seen[position:])
    if draft.object != "call":
        rest = [letter for letter in "".join(left) if letter.isalnum()]
        assert [letter for letter in draft.title or "" if letter.isalnum()] == rest


@given(text=LINES, now=MOMENTS, minutes=st.integers(1, 9_999), zone=ZONES)
@example(text="", now=datetime(2026, 10, 25, 0, 50, tzinfo=UTC), minutes=30, zone="Europe/Berlin")
@example(text="", now=datetime(2026, 4, 4, 14, 50, tzinfo=UTC), minutes=20, zone="Australia/Lord_Howe")
def test_so_many_minutes_are_so_many_minutes_in_any_zone(
    text: str, now: datetime, minutes: int, zone: str
) -> None:
    draft = parse(f"in {minutes} minutes", now=now, reader=Reader(ZoneInfo(zone)))
    assert draft.due is not None
    assert draft.due.time is not None
    assert draft.due.time.fold == 0  # a row keeps no fold
    assert draft.due.at == (now + timedelta(minutes=minutes)).replace(microsecond=0)


@pytest.mark.parametrize(
    "piece",
    [
        "x", "«", '"', "'", "+", "1", "9 ", "+7 999 ", "в ", "„“", "🙂", "in 1 hour ", "\0", "(", "every ", "single ",
        "a week from ", "10-", "c:", "@a ", ", ", ": ", "31 числа ", "/", "please ", "5.", "без ",
    ],
)  # fmt: skip
def test_ten_thousand_characters_are_read_in_no_time(piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    began = perf_counter()
    read(text)
    read("every " + text)
    parse_contact_line(text, reader=READER)
    parse_call(text, now=NOON, reader=READER)
    assert perf_counter() - began < 4
