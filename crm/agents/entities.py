"""Assistants, as the rest of the program sees them, and the ports that keep them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
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
    the bot's MODEL; `workspace_id` None means global. Each edit makes a new `version`. `budget_micros` is what it may
    cost in a calendar month (UTC), in millionths of a dollar, None without a limit of its own. `examples` are messages
    meant for it. `stands_for` are the ids of others of its slug that don't answer in the team: the bot's own that it
    replaces, earlier ones that were deleted; whatever named them means it."""

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
    budget_micros: int | None = None
    is_active: bool = True
    stands_for: tuple[int, ...] = field(default=(), compare=False)

    def name(self, language: str) -> str:
        return in_language(self.names, language)

    def description(self, language: str) -> str:
        return in_language(self.descriptions, language)


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text in `language`, else in English, else in whichever there is; '' when there is none."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


@dataclass(frozen=True, slots=True)
class Version:
    """An agent as one edit left it. `author` is the member's name, None for the bot's operator or a file."""

    number: int
    at: datetime
    author: str | None
    agent: Agent


class AgentStore(Protocol):
    """The global agents and the entered workspace's own. Managers write the latter, operators the former."""

    async def active(self) -> Sequence[Agent]:
        """Those that answer in the entered workspace; see crm.agents.roster."""

    async def kept(self) -> Sequence[Agent]:
        """All that are not deleted, switched off or not."""

    async def find(self, agent_id: int, *, to_change: bool = False) -> Agent | None:
        """One of `kept`; `to_change` holds it until the transaction ends, and finds only what the actor may write."""

    async def add(self, agent: Agent, author_person_id: int) -> Agent | None:
        """A new row with its first version; the id and version come back. None when the slug is taken."""

    async def save(self, agent: Agent, author_person_id: int) -> Agent | None:
        """Write the next version of a row held by `find`. None when the slug is taken."""

    async def delete(self, agent_id: int, now: datetime) -> bool: ...

    async def restore(self, agent_id: int) -> bool:
        """False when it is out of reach, or its slug is another's by now."""

    async def versions(self, agent_id: int, *, limit: int, offset: int) -> Sequence[Version]:
        """Newest first."""

    async def version(self, agent_id: int, number: int) -> Version | None: ...

    async def hidden(self, *, to_change: bool = False) -> frozenset[str]:
        """Slugs of the global agents that don't answer in this workspace."""

    async def set_hidden(self, slugs: frozenset[str]) -> None:
        """Raises NotAllowed for whoever doesn't manage the workspace."""

    async def conversations(self, agent_id: int) -> int:
        """How many of this workspace's conversations are with that agent."""

    async def was(self, agent_id: int) -> Agent | None:
        """One that is there or was deleted."""

    async def before(self, turn_id: int) -> Agent | None:
        """Whom that member last spoke with in the turn's chat and topic before it, deleted or not."""


class AgentDirectory(Protocol):
    """Cached lookups; two tiers, and PostgreSQL when both fail (DESIGN §5)."""

    async def roster(self, actor: Actor) -> Sequence[Agent]: ...


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """An agent as agents.yaml tells it."""

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
    budget_micros: int | None = None


class AgentDoors(Protocol):
    async def import_global(self, specs: Sequence[AgentSpec], *, only_if_empty: bool) -> int:
        """Create or update global agents by slug, each change a version; how many changed. `only_if_empty`
        leaves a registry that has agents alone (the first start)."""

    async def export_global(self) -> Sequence[AgentSpec]: ...

    async def purge(self, before: datetime) -> None:
        """Forget those that were deleted before this moment; who has conversations keeps a name."""
