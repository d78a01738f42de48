"""Assistants, as the rest of the program sees them, and the ports that keep them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from crm.people import Actor, ChatKind

SLUG_PATTERN = r"[a-z][a-z0-9_-]{1,31}"


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
    the bot's MODEL; `workspace_id` None means global. Each edit makes a new `version`. `examples` are messages
    meant for it."""

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
    examples: tuple[str, ...] = ()
    is_default: bool = False
    workspace_id: int | None = None

    def name(self, language: str) -> str:
        return in_language(self.names, language)

    def description(self, language: str) -> str:
        return in_language(self.descriptions, language)


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text in `language`, else in English, else in whichever there is; '' when there is none."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


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
    examples: tuple[str, ...] = ()
    is_default: bool = False


class AgentDoors(Protocol):
    async def import_global(self, specs: Sequence[AgentSpec], *, only_if_empty: bool) -> int:
        """Create or update global agents by slug, each change a version; how many changed. `only_if_empty`
        leaves a registry that has agents alone (the first start)."""

    async def export_global(self) -> Sequence[AgentSpec]: ...
