"""The registry file: agents.yaml in and out, with every fault named."""

from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from crm.agents import SLUG_PATTERN, AgentSpec, RoutingRules
from crm.people import ChatKind
from llm.tools import TOOLS

Texts = Annotated[dict[str, str], Field(min_length=1)]


class RegistryError(Exception):
    """What is wrong with the file: one line for each fault."""


class RulesEntry(BaseModel):
    model_config = ConfigDict(extra="forbid")
    keywords: list[str] = []
    languages: list[str] = []
    chat_kinds: list[ChatKind] = []


class AgentEntry(BaseModel):
    model_config = ConfigDict(extra="forbid")
    slug: Annotated[str, Field(pattern=f"^{SLUG_PATTERN}$")]
    names: Texts
    descriptions: Texts
    instructions: Texts
    is_default: bool = False
    model: str | None = None
    fallback_models: list[str] = []
    settings: dict[str, object] = {}
    tools: list[str] = []
    examples: list[str] = []
    rules: RulesEntry = RulesEntry()


class Registry(BaseModel):
    model_config = ConfigDict(extra="forbid")
    agents: Annotated[list[AgentEntry], Field(min_length=1)]


def load(text: str) -> list[AgentSpec]:
    """Raises RegistryError with the place and reason of each fault."""
    try:
        registry = Registry.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        raise RegistryError(f"{line}{getattr(fault, 'problem', None) or 'not YAML'}") from None
    except ValidationError as fault:
        lines = [f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in fault.errors()]
        raise RegistryError("\n".join(lines)) from None
    slugs = [entry.slug for entry in registry.agents]
    faults = [f"{slug}: named twice" for slug in sorted({slug for slug in slugs if slugs.count(slug) > 1})]
    faults += [
        f"{e.slug}: there is no tool {tool}" for e in registry.agents for tool in e.tools if tool not in TOOLS
    ]
    if sum(entry.is_default for entry in registry.agents) > 1:
        faults.append("is_default: only one agent may be the default")
    if faults:
        raise RegistryError("\n".join(faults))
    return [_spec(entry) for entry in registry.agents]


def dump(specs: list[AgentSpec]) -> str:
    """The file that `load` reads back the same."""
    entries = [
        {
            "slug": spec.slug,
            "is_default": spec.is_default,
            "names": dict(spec.names),
            "descriptions": dict(spec.descriptions),
            "instructions": dict(spec.instructions),
            "model": spec.model,
            "fallback_models": list(spec.fallback_models),
            "settings": dict(spec.settings),
            "tools": list(spec.tools),
            "examples": list(spec.examples),
            "rules": {
                "keywords": list(spec.rules.keywords),
                "languages": list(spec.rules.languages),
                "chat_kinds": [kind.value for kind in spec.rules.chat_kinds],
            },
        }
        for spec in specs
    ]
    return yaml.safe_dump({"agents": entries}, allow_unicode=True, sort_keys=False, width=110)


def _spec(entry: AgentEntry) -> AgentSpec:
    rules = RoutingRules(
        tuple(keyword.lower().replace("ё", "е") for keyword in entry.rules.keywords),
        tuple(entry.rules.languages),
        tuple(entry.rules.chat_kinds),
    )
    fields = entry.model_dump(exclude={"rules", "tools", "fallback_models", "examples"})
    return AgentSpec(
        **fields,
        tools=tuple(entry.tools),
        examples=tuple(entry.examples),
        fallback_models=tuple(entry.fallback_models),
        rules=rules,
    )
