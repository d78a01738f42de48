"""Edits: what a typed line or a pressed button makes of an assistant."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from crm.agents.checks import (
    check_model_name,
    checked_budget,
    checked_examples,
    checked_keywords,
    checked_settings,
    checked_slug,
    checked_text,
)
from crm.agents.differences import TEXTS
from crm.agents.entities import Agent
from crm.errors import N_, BadInput
from crm.people import LANGUAGES, ChatKind

TYPED = (*TEXTS, "slug", "model", "keywords", "examples", "budget_micros", "settings")
"""Fields that are answered by a message."""
LISTED = ("model", "fallback_models", "tools", "languages", "chat_kinds")
"""Fields that are answered by one of several buttons."""
SWITCHED = ("is_default", "is_active")
"""Fields that are on or off."""
KINDS = (ChatKind.PRIVATE, ChatKind.GROUP)
Edit = Callable[[Agent], Agent]
_PLAIN: Mapping[str, Callable[[str], object]] = {
    "slug": checked_slug,
    "model": check_model_name,
    "examples": checked_examples,
    "budget_micros": checked_budget,
}
Value = TypeVar("Value")


def typed(field: str, language: str, text: str) -> Edit:
    """`language` is that of a text. Raises BadInput for what can't be read."""
    if field in TEXTS:
        kept = checked_text(field, text)
        return lambda agent: _with_text(agent, field, language, kept)
    if field in _PLAIN:
        told = _PLAIN[field](text)
        return lambda agent: _with_field(agent, field, told)
    if field == "keywords":
        keywords = checked_keywords(text)
        return lambda agent: replace(agent, rules=replace(agent.rules, keywords=keywords))
    settings = checked_settings(text)
    return lambda agent: replace(agent, settings=settings)


def _with_field(agent: Agent, field: str, value: Any) -> Agent:
    return replace(agent, **{field: value})


def chosen(field: str, value: str) -> Edit:
    """`value` is what was pressed: of a list it is put in or taken out; '' of a model is the bot's own.

    Raises BadInput for what is not on offer.
    """
    if field == "is_default":
        return lambda agent: replace(agent, is_default=not agent.is_default)
    if field == "is_active":
        return lambda agent: replace(agent, is_active=not agent.is_active)
    return _of_list(field, value)


def _of_list(field: str, value: str) -> Edit:
    if field == "model":
        return lambda agent: replace(agent, model=value or None)
    if field == "languages" and value in LANGUAGES:
        return lambda agent: replace(
            agent, rules=replace(agent.rules, languages=_toggled(agent.rules.languages, value))
        )
    if field == "chat_kinds" and value in KINDS:
        kind = ChatKind(value)
        return lambda agent: replace(
            agent, rules=replace(agent.rules, chat_kinds=_toggled(agent.rules.chat_kinds, kind))
        )
    if field == "tools":
        return lambda agent: replace(agent, tools=_toggled(agent.tools, value))
    if field == "fallback_models":
        return lambda agent: replace(agent, fallback_models=_toggled(agent.fallback_models, value))
    raise BadInput(N_("This button is too old. Open the list again: /agents"))


def _with_text(agent: Agent, field: str, language: str, text: str) -> Agent:
    if field == "names":
        return replace(agent, names={**agent.names, language: text})
    if field == "descriptions":
        return replace(agent, descriptions={**agent.descriptions, language: text})
    return replace(agent, instructions={**agent.instructions, language: text})


def _toggled(there: tuple[Value, ...], one: Value) -> tuple[Value, ...]:
    return tuple(kept for kept in there if kept != one) if one in there else (*there, one)
