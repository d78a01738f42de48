"""Drafts: what a line says of a task, a contact or a call; and that any text at all can be read."""

from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm.grammar.dates import Due
from crm.grammar.drafts import CallDraft, Draft, parse, parse_call, parse_contact
from crm.grammar.letters import on_one_line

MOSCOW = ZoneInfo("Europe/Moscow")
NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # Monday, 12:00 in Moscow


def read(text: str) -> Draft:
    return parse(text, now=NOON, zone=MOSCOW)


def call(text: str) -> CallDraft:
    return parse_call(text, now=NOON, zone=MOSCOW)


def test_a_whole_line() -> None:
    text = "Позвонить Анне завтра в 10:00 +7 999 123-45-67 !!"
    draft = read(text)
    assert draft.title == "Позвонить Анне"
    assert draft.due == Due(date(2026, 3, 3), time(10), "Europe/Moscow")
    assert (draft.priority, draft.task_type, draft.phone) == ("urgent", "call", "+79991234567")
    assert [text[slice(*span)] for span in draft.spans] == ["завтра", "в 10:00", "+7 999 123-45-67", "!!"]


@pytest.mark.parametrize(
    ("text", "title", "priority"),
    [
        ("! pay", "pay", "high"),
        ("pay !!", "pay", "urgent"),
        ("p1 pay", "pay", "urgent"),
        ("pay P2", "pay", "high"),
        ("p3 pay", "pay", "normal"),
        ("pay p4", "pay", "low"),
        ("pay!", "pay!", "normal"),
        ("pay !!!", "pay !!!", "normal"),
        ("p5 pay", "p5 pay", "normal"),
        ("shop1 pay", "shop1 pay", "normal"),
    ],
)
def test_priority_is_a_token_of_its_own(text: str, title: str, priority: str) -> None:
    assert (read(text).title, read(text).priority) == (title, priority)


@pytest.mark.parametrize(
    "text",
    [
        "read «Завтра в 10:00»",
        'read "tomorrow !! p1"',
        "read “in 5 minutes +79991234567”",
        "прочесть „Через час“",
    ],
)
def test_what_is_in_quotes_is_literal(text: str) -> None:
    draft = read(text)
    assert (draft.title, draft.due, draft.phone, draft.priority, draft.spans) == (
        text,
        None,
        None,
        "normal",
        (),
    )


def test_a_quote_that_never_closes_hides_nothing() -> None:
    assert read('read "Dune tomorrow').due == Due(date(2026, 3, 3), None, "Europe/Moscow")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("tomorrow 10:00 - call Anna", "call Anna"),
        ("Call Anna at 10.", "Call Anna"),
        ("(10:00)", ""),
        ("tomorrow!", ""),
        ("  a \n\t b  ", "a b"),
        ("ёлка завтра", "ёлка"),
        ("İstanbul завтра", "İstanbul"),
        ("🎂 tomorrow", "🎂"),
        ("🫩 tomorrow", "🫩"),  # newer than the tables of Python 3.11
        (".env tomorrow", ".env"),
        ("gnp\u202e.exe\u2066 tomorrow", "gnp .exe"),  # would turn the rest of the card around
    ],
)
def test_the_title_is_what_is_left(text: str, title: str) -> None:
    assert read(text).title == title


def test_the_digits_of_a_phone_are_no_time_and_a_time_is_no_part_of_a_phone() -> None:
    draft = read("call +49 30 123456 10:00")
    assert (draft.title, draft.phone) == ("call", "+4930123456")
    assert draft.due == Due(date(2026, 3, 3), time(10), "Europe/Moscow")


@pytest.mark.parametrize(
    ("text", "task_type"),
    [
        ("call Anna", "call"),
        ("tomorrow ring Bob", "call"),
        ("Созвониться с Анной", "call"),
        ("callback page", "todo"),
        ("buy a phone", "todo"),
    ],
)
def test_a_line_that_begins_with_calling_is_a_call_to_make(text: str, task_type: str) -> None:
    assert read(text).task_type == task_type


@pytest.mark.parametrize(
    ("text", "who", "how", "notes"),
    [
        ("Anna", "Anna", ("outbound", "connected", None), ""),
        ("to Anna", "Anna", ("outbound", "connected", None), ""),
        ("incoming call from Anna 10 min", "Anna", ("inbound", "connected", 600), ""),
        ("звонок от Анны", "Анны", ("inbound", "connected", None), ""),
        ("Анна, 1 час 20 мин.", "Анна", ("outbound", "connected", 4800), ""),
        ("Anna no answer", "Anna", ("outbound", "no_answer", None), ""),
        ("Анна не ответила, просила перезвонить", "Анна", ("outbound", "no_answer", None), ""),
        ("Анна занято: завтра в 10:00 снова", "Анна", ("outbound", "busy", None), "завтра в 10:00 снова"),
        ("Anna from Acme: from: to", "Anna from Acme", ("outbound", "connected", None), "from: to"),
        ("«Busy Bee» voicemail", "«Busy Bee»", ("outbound", "left_voicemail", None), ""),
        ("", None, ("outbound", "connected", None), ""),
    ],
)
def test_a_call_log(text: str, who: str | None, how: tuple[str, str, int | None], notes: str) -> None:
    draft = call(text)
    assert (draft.contact_name, draft.notes) == (who, notes)
    assert (draft.direction, draft.outcome, draft.duration_seconds) == how
    assert draft.started_at == NOON - timedelta(seconds=draft.duration_seconds or 0)


def test_a_contact_in_quotes_keeps_its_digits() -> None:
    assert parse_contact("ООО «Ромашка 12345» +79991234567").title == "ООО «Ромашка 12345»"


WORDS = (
    "завтра tomorrow today's в at on на через in 5 24 10:00 10:00-11:00 24:00 25:61 5pm p.m. вечера часов мин. "
    '! !! p1 « » " “ ” „ +7 +79991234567 999 123-45-67 - – : , . ё İ за\u1c80тра \0 \ud800 \u202e 🙂 👨‍👩‍👧 día '
    "<b> {x} %s day after ٥ minutes hour и 1h30m дня"
)
LINES = st.lists(st.sampled_from(WORDS.split(" ")) | st.text(max_size=5), max_size=12).map(
    " ".join
) | st.text(max_size=80)


@given(text=LINES)
@example("in 0 days")
@example("через  день")
@example("+" * 50)
def test_any_text_can_be_read(text: str) -> None:
    draft = read(text)
    assert read(text) == draft
    assert parse_contact(text).title == parse_contact(text).title.strip()
    assert call(text).started_at <= NOON
    assert draft.due is None or draft.past is None
    assert "\0" not in draft.title
    draft.title.encode()  # nothing UTF-8 can't hold


@given(text=LINES)
def test_what_was_read_lies_in_the_text_and_is_gone_from_the_title(text: str) -> None:
    draft, seen = read(text), on_one_line(text)
    left, position = [], 0
    for start, end in draft.spans:
        assert position <= start < end <= len(text)
        left.append(seen[position:start])
        position = end
    left.append(seen[position:])
    assert draft.title in " ".join(" ".join(left).split())


@pytest.mark.parametrize(
    "letter", ["x", "«", '"', "+", "1", "9 ", "+7 999 ", "в ", "„“", "🙂", "in 1 hour ", "\0"]
)
def test_ten_thousand_characters_are_read_in_no_time(letter: str) -> None:
    text = (letter * 10_000)[:10_000]
    began = perf_counter()
    read(text)
    parse_contact(text)
    call(text)
    assert perf_counter() - began < 1
