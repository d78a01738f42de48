"""`python -m bot parse`: JSON lines in, JSON lines out; a bad line spoils no other."""

import json
import subprocess
import sys
from typing import Any

import pytest

from bot.parsing import answered

ASKED = {
    "lang": "en",
    "now": "2026-11-23T14:20:00-05:00",
    "tz": "America/New_York",
    "text": "call Anna tomorrow at 9",
}
KEYS = {
    "object", "title", "due", "due_date", "priority", "assignee", "contact", "phone", "rrule", "repeat_from",
    "task_type", "labels", "reminders", "start_date", "duration_minutes", "due_tz", "dst", "confirm", "error",
    "direction", "outcome", "duration_seconds", "started_at", "notes", "contact_name", "follow_up", "ambiguous",
    "alternatives",
}  # fmt: skip


def ask(**changes: Any) -> dict[str, Any]:
    (answer,) = answered([json.dumps(ASKED | changes)])
    return dict(json.loads(answer))


def test_every_key_is_answered_and_null_is_what_was_not_said() -> None:
    answer = ask(known_contacts=["Anna"])
    assert answer.keys() >= KEYS
    assert (answer["title"], answer["due"], answer["contact"]) == (
        "call Anna",
        "2026-11-24T09:00:00-05:00",
        "Anna",
    )
    assert (answer["due_date"], answer["rrule"], answer["labels"], answer["follow_up"]) == (
        None,
        None,
        None,
        None,
    )
    assert answer["ambiguous"] is False
    assert answer["alternatives"] == []


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "[]",
        "12",
        "null",
        "{}",
        '{"now": "2026-11-23T14:20:00", "tz": "Nowhere/Land", "text": "x"}',
        '{"now": "yesterday", "tz": "UTC", "text": "x"}',
        '{"now": "2026-11-23T14:20:00Z", "tz": "../etc/passwd", "text": "x"}',
        '{"now": "2026-11-23T14:20:00Z", "tz": "UTC", "text": "x", "settings": {"morning": "late"}}',
        '{"now": "2026-11-23T14:20:00Z", "tz": "UTC", "text": "x", "settings": 5}',
        '{"now": "2026-11-23T14:20:00Z", "tz": "UTC", "text": "x", "known_contacts": 5}',
    ],
)
def test_a_bad_line_gives_its_error_and_the_rest_goes_on(line: str) -> None:
    first, second = [json.loads(answer) for answer in answered([line, "", json.dumps(ASKED)])]
    assert list(first) == ["error"]
    assert second["title"] == "call Anna"


def test_settings_decide_and_unknown_ones_are_ignored() -> None:
    assert (
        ask(text="05/06 renew", settings={"date_order": "DMY", "colour": "red"})["due_date"] == "2027-06-05"
    )
    assert (
        ask(text="tomorrow morning run", settings={"morning": "07:30"})["due"] == "2026-11-24T07:30:00-05:00"
    )
    assert ask(text="call 8 916 123-45-67", settings={"region": "RU"})["phone"] == "+79161234567"


def test_an_alternative_names_only_what_differs() -> None:
    assert ask(text="Monday report")["alternatives"] == [
        {"due_date": "2026-11-23"},
        {"title": "Monday report", "due_date": None},
    ]
    assert ask(text="meet Anna and Bob", known_contacts=["Anna", "Bob"])["alternatives"] == [
        {"contact": "Bob"}
    ]
    assert ask(text="daily standup at 10")["alternatives"] == [{"title": "daily standup", "rrule": None}]


def test_the_command_reads_a_stream_without_loading_the_bot() -> None:
    lines = "\n".join([json.dumps(ASKED | {"text": f"task {n} завтра"}) for n in range(200)] + ["broken"])
    code = (
        "import sys; from bot.cli import app\n"
        "try: app(['parse'])\n"
        "except SystemExit: pass\n"
        "assert not {'aiogram', 'sqlalchemy', 'pydantic_ai'} & sys.modules.keys()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], input=lines, capture_output=True, text=True, check=True
    )
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(answers) == 201
    assert answers[7]["title"] == "task 7"
    assert list(answers[200]) == ["error"]


def test_a_fault_nobody_foresaw_is_one_lines_error_and_the_next_is_read() -> None:
    first, second = answered(["[" * 100_000, json.dumps(ASKED)])  # deeper than Python follows
    assert json.loads(first)["error"].startswith("RecursionError")
    assert json.loads(second)["title"] == "call Anna"


def test_half_a_surrogate_pair_is_one_lines_error() -> None:
    first, second = answered([json.dumps(ASKED | {"text": "call \ud83d tomorrow"}), json.dumps(ASKED)])
    assert "error" in json.loads(first.encode())
    assert json.loads(second)["title"] == "call Anna"
