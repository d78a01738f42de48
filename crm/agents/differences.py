"""Differences: which fields of an assistant an edit changed, and the lines of its texts that came and went."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from crm.agents.entities import Agent, AgentSpec

Kept = Agent | AgentSpec
FIELDS: Mapping[str, Callable[[Kept], object]] = {
    "slug": lambda one: one.slug,
    "names": lambda one: dict(one.names),
    "descriptions": lambda one: dict(one.descriptions),
    "instructions": lambda one: dict(one.instructions),
    "model": lambda one: one.model,
    "fallback_models": lambda one: tuple(one.fallback_models),
    "settings": lambda one: dict(one.settings),
    "tools": lambda one: tuple(one.tools),
    "keywords": lambda one: one.rules.keywords,
    "examples": lambda one: one.examples,
    "languages": lambda one: one.rules.languages,
    "chat_kinds": lambda one: one.rules.chat_kinds,
    "is_default": lambda one: one.is_default,
    "budget_micros": lambda one: one.budget_micros,
    "is_active": lambda one: one.is_active if isinstance(one, Agent) else True,
}
"""All that an edit may change, and how it is read; the names are those of agents.yaml."""
TEXTS = ("names", "descriptions", "instructions")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field, or one language of a text. `gone` and `come` are the lines of it that differ."""

    field: str
    language: str | None
    gone: Sequence[str]
    come: Sequence[str]


def changed_fields(before: Kept, after: Kept) -> tuple[str, ...]:
    return tuple(name for name, read in FIELDS.items() if read(before) != read(after))


def differences(before: Kept, after: Kept) -> list[Difference]:
    """In the order of FIELDS; a text is compared line by line in each language."""
    found = []
    for name in changed_fields(before, after):
        old, new = FIELDS[name](before), FIELDS[name](after)
        if name in TEXTS and isinstance(old, dict) and isinstance(new, dict):
            for language in sorted(old.keys() | new.keys()):
                if old.get(language) != new.get(language):
                    gone, come = _lines(old.get(language, ""), new.get(language, ""))
                    found.append(Difference(name, language, gone, come))
        else:
            found.append(Difference(name, None, _said(old), _said(new)))
    return found


def _lines(old: str, new: str) -> tuple[list[str], list[str]]:
    compared = list(difflib.ndiff(old.splitlines(), new.splitlines()))
    return (
        [line[2:] for line in compared if line.startswith("- ")],
        [line[2:] for line in compared if line.startswith("+ ")],
    )


def _said(value: object) -> list[str]:
    if value is None or (isinstance(value, tuple | dict) and not value):
        return []
    if isinstance(value, tuple):
        return [", ".join(str(one) for one in value)]
    if isinstance(value, dict):
        return [f"{name} = {told}" for name, told in value.items()]
    return [str(value)]
