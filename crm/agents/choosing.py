"""Which assistant answers a message, with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from crm.agents.entities import Agent, RoutingRules
from crm.errors import N_, NotFound
from crm.people import ChatKind

RECENT = timedelta(minutes=15)  # how long the agent that answered last goes on answering (DESIGN §5)


class Reason(StrEnum):
    """Why an agent answers, in the order of DESIGN §5."""

    ADDRESSED = "addressed"
    BOUND = "bound"
    RULE = "rule"
    RECENT = "recent"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which agent answers and why; `text` is the message without the address. `detail` names the keyword."""

    agent: Agent
    reason: Reason
    text: str
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Here:
    """What is known of a chat or topic: the agent bound to it, and the one that answered this person lately."""

    bound_agent_id: int | None = None
    recent_agent_id: int | None = None


def choose(text: str, *, language: str, chat_kind: ChatKind, here: Here, roster: Sequence[Agent]) -> Choice:
    """Which agent answers `text`. Pure; the order is DESIGN §5's. Raises NotFound when there are no agents."""
    if not roster:
        raise NotFound(N_("There are no assistants yet. The bot's operator can add them."))
    by_slug = {agent.slug: agent for agent in roster}
    by_id = {agent.id: agent for agent in roster}
    first, *rest = text.split(maxsplit=1) or [""]
    if first.startswith("@") and (addressed := by_slug.get(first[1:].rstrip(",:").lower())) and rest:
        return Choice(addressed, Reason.ADDRESSED, rest[0].strip())
    if here.bound_agent_id in by_id:
        return Choice(by_id[here.bound_agent_id], Reason.BOUND, text)
    for agent in roster:
        if (keyword := matching_keyword(agent.rules, text, language, chat_kind)) is not None:
            return Choice(agent, Reason.RULE, text, keyword)
    if here.recent_agent_id in by_id:
        return Choice(by_id[here.recent_agent_id], Reason.RECENT, text)
    default = next((agent for agent in roster if agent.is_default), roster[0])
    return Choice(default, Reason.DEFAULT, text)


def matching_keyword(rules: RoutingRules, text: str, language: str, chat_kind: ChatKind) -> str | None:
    """The first keyword of the rules found in the text as a word, None when the rules don't apply."""
    if rules.languages and language not in rules.languages:
        return None
    if rules.chat_kinds and chat_kind not in rules.chat_kinds:
        return None
    padded = f" {_words(text)} "
    for keyword in rules.keywords:
        words = _words(keyword)
        if words and (f" {words}" if keyword.endswith("*") else f" {words} ") in padded:
            return keyword
    return None


def _words(text: str) -> str:
    """Lower case, ё folded, everything between words one space: "Follow-up!" is "follow up"."""
    folded = "".join(letter if letter.isalnum() else " " for letter in text.lower().replace("ё", "е"))
    return " ".join(folded.split())
