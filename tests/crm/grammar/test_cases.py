"""The cases kept as data: each is read as it says, and the score the README gives is the true one."""

import json
import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from benchmarks.cases import Case, cases_of, differences
from bot.parsing import answered
from crm.grammar.doubts import is_talk
from crm.grammar.readers import Reader

README = Path(__file__).parent.parent.parent.parent / "README.md"
CASES = [case for name in ("shared", "en", "ru", "more") for case in cases_of(name)]


def mistakes(case: Case) -> dict[str, object]:
    (answer,) = answered([json.dumps(case)])
    return dict(differences(case, json.loads(answer)))


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_case_is_read_as_it_says(case: Case) -> None:
    assert mistakes(case) == {}, case["text"]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_what_passes_for_talk_has_nothing_to_save_whoever_reads_it(case: Case) -> None:
    zone = ZoneInfo(case["tz"])
    now = datetime.fromisoformat(case["now"])
    stranger = Reader(zone, case["lang"])
    if is_talk(case["text"], now=now if now.tzinfo else now.replace(tzinfo=zone), reader=stranger):
        (answer,) = answered([json.dumps(case)])
        read = json.loads(answer)
        assert (read["object"], read["due"], read["due_date"], read["rrule"]) == ("task", None, None, None)


def test_the_readme_gives_the_true_score() -> None:
    shared = cases_of("shared")
    right = sum(not mistakes(case) for case in shared)
    published = re.search(r"Quick-add reads (\d+) of (\d+) ", README.read_text(encoding="utf-8"))
    assert published is not None
    assert (int(published[1]), int(published[2])) == (right, len(shared))
    assert len(shared) == 62


def test_a_wrong_answer_counts_as_one() -> None:
    (case,) = [case for case in cases_of("shared") if case["id"] == "en-04"]
    (answer,) = answered([json.dumps(case)])
    read = json.loads(answer)
    assert differences(case, read) == {}
    assert "due_date" in differences(case, read | {"due_date": "2026-12-05"})
    assert "ambiguous" in differences(case, read | {"ambiguous": False})
    assert "alternatives" in differences(case, read | {"alternatives": []})
    assert "title" in differences(case, {})
