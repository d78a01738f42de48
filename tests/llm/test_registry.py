"""The file of assistants: each fault with its line, and nothing that grows when it is read."""

import time

import pytest
import yaml

from crm.agents.files import FILE_LIMIT, BrokenRegistry
from llm.registry import dump, load, read_registry

ONE = "agents:\n  - slug: ab\n    names: {en: x}\n    descriptions: {en: x}\n    instructions: {en: x}\n"


def faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(BrokenRegistry) as broken:
        load(text)
    return [(fault.line, fault.place) for fault in broken.value.faults]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (ONE + "    budget: lots\n", [(6, "agents.0.budget")]),
        (ONE + "    rules:\n      chat_kinds:\n        - moon\n", [(8, "agents.0.rules.chat_kinds.0")]),
        (ONE + "    rules:\n      languages: [en, fr]\n", [(7, "agents.0.rules.languages.1")]),
        (
            ONE + "  - slug: cd\n",
            [(6, "agents.1.names"), (6, "agents.1.descriptions"), (6, "agents.1.instructions")],
        ),
        (ONE + "    settings:\n      warmth: 3\n", [(7, "agents.0.settings.warmth")]),
        (
            ONE + "    is_default: true\n" + ONE[8:].replace("ab", "cd") + "    is_default: true\n",
            [(11, "agents.1.is_default")],
        ),
        (ONE.replace("en: x}\n    desc", "fr: x}\n    desc"), [(3, "agents.0.names.fr")]),
        (ONE + "    budget: .nan\n", [(6, "agents.0.budget")]),
        ("", [(1, "")]),
        ("- agents\n", [(1, "")]),
    ],
)
def test_a_fault_of_the_schema_has_its_line_too(text: str, found: list[tuple[int, str]]) -> None:
    assert faults(text) == found


def test_all_faults_are_told_at_once() -> None:
    assert len(faults(ONE + "    tools: [fly]\n    fallback_models: 3\n    foo: 1\n")) == 2
    assert len(faults(ONE + "    tools: [fly, swim]\n")) == 2


@pytest.mark.parametrize(
    "text",
    [
        "a: &a x\nb: *a\n",
        "a: &a x\n",
        "<<: *a\n",
        "[" * 100_000,
        "{a: " * 5000,
        "- - - - - - - - - - - - x\n",
        "- x\n" * 30_000,
        "x" * (FILE_LIMIT + 1),
        "? [a]\n: b\n",
    ],
)
def test_what_would_grow_is_refused_before_it_does(text: str) -> None:
    began = time.process_time()
    with pytest.raises(BrokenRegistry):
        load(text)
    assert time.process_time() - began < 5  # a bomb takes minutes, and all of the memory


def test_the_budget_goes_round_in_dollars() -> None:
    (spec,) = load(ONE + "    budget: 2.5\n")
    assert spec.budget_micros == 2_500_000
    assert yaml.safe_load(dump([spec]))["agents"][0]["budget"] == 2.5
    assert load(dump([spec])) == [spec]


def test_each_assistant_knows_its_line() -> None:
    assert [one.line for one in read_registry(ONE + ONE[8:].replace("ab", "cd"))] == [2, 6]
