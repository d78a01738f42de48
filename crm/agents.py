"""Assistants: who they are, and which one answers a message, with the reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from crm.errors import N_, NotFound
from crm.people import Actor, ChatKind

SLUG_PATTERN = r"[a-z][a-z0-9_-]{1,31}"
RECENT = timedelta(minutes=15)  # how long the agent that answered last goes on answering (DESIGN §5)


@dataclass(frozen=True, slots=True)
class RoutingRules:
    """When an agent answers unasked: any keyword in the text, within the languages and chat kinds named (none
    named = all). Keywords are lower case with ё folded; a trailing * stands for any ending."""

    keywords: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    chat_kinds: tuple[ChatKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent as a row. `names`, `descriptions` and `instructions` map a language to text; `model` None means
    the bot's MODEL; `workspace_id` None means global. Each edit makes a new `version`."""

    id: int
    slug: str
    version: int
    names: Mapping[str, str]
    descriptions: Mapping[str, str]
    instructions: Mapping[str, str]
    model: str | None = None
    fallback_models: tuple[str, ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)
    tools: tuple[str, ...] = ()
    rules: RoutingRules = RoutingRules()
    is_default: bool = False
    workspace_id: int | None = None

    def name(self, language: str) -> str:
        return in_language(self.names, language)

    def description(self, language: str) -> str:
        return in_language(self.descriptions, language)


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text in `language`, else in English, else in whichever there is; '' when there is none."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


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


class AgentStore(Protocol):
    async def active(self) -> Sequence[Agent]:
        """Agents the entered workspace may use: the global ones and its own."""


class AgentDirectory(Protocol):
    """Cached lookups; two tiers, and PostgreSQL when both fail (DESIGN §5)."""

    async def roster(self, actor: Actor) -> Sequence[Agent]: ...


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """A global agent as agents.yaml tells it."""

    slug: str
    names: Mapping[str, str]
    descriptions: Mapping[str, str]
    instructions: Mapping[str, str]
    model: str | None = None
    fallback_models: tuple[str, ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)
    tools: tuple[str, ...] = ()
    rules: RoutingRules = RoutingRules()
    is_default: bool = False


class AgentDoors(Protocol):
    async def import_global(self, specs: Sequence[AgentSpec], *, only_if_empty: bool) -> int:
        """Create or update global agents by slug, each change a version; how many changed. `only_if_empty`
        leaves a registry that has agents alone (the first start)."""

    async def export_global(self) -> Sequence[AgentSpec]: ...


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
