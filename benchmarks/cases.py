"""Cases of quick-add: lines with what they mean, and how an answer differs from it."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "tests" / "crm" / "grammar" / "cases"
Case = dict[str, Any]


def cases_of(name: str) -> list[Case]:
    """The cases of one file, "shared" for the ones the score is published of; none while there is no such file."""
    file = FOLDER / f"{name}.json"
    return list(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else []


def differences(case: Case, answer: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What the case expects and what was answered, for each key that differs; keys it doesn't name don't count."""
    differing = {
        key: (expected, answer.get(key))
        for key, expected in case["expect"].items()
        if not _agrees(expected, answer.get(key))
    }
    if bool(case.get("ambiguous")) is not bool(answer.get("ambiguous")):
        differing["ambiguous"] = (case.get("ambiguous"), answer.get("ambiguous"))
    expected, answered = _in_order(case.get("alternatives")), _in_order(answer.get("alternatives"))
    if case.get("ambiguous") and expected != answered:
        differing["alternatives"] = (case.get("alternatives"), answer.get("alternatives"))
    return differing


def _agrees(expected: Any, answered: Any) -> bool:
    if isinstance(expected, dict) and isinstance(answered, dict):
        return all(_agrees(each, answered.get(key)) for key, each in expected.items())
    return bool(expected == answered)


def _in_order(alternatives: list[dict[str, Any]] | None) -> list[str]:
    return sorted(json.dumps(each, sort_keys=True) for each in alternatives or ())
