"""The registry file: agents.yaml in and out, with the line and the reason of every fault."""

from collections.abc import Hashable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from crm.agents import SLUG_PATTERN, Agent, AgentSpec, RoutingRules
from crm.agents.checks import (
    AGENTS,
    BUDGET_LIMIT,
    DESCRIPTION_LIMIT,
    MICROS,
    NAME_LIMIT,
    PROMPT_LIMIT,
    SETTINGS,
)
from crm.agents.files import FILE_LIMIT, BrokenRegistry, Fault, ReadSpec
from crm.errors import N_
from crm.people import LANGUAGES, ChatKind
from llm.tools import TOOLS

DEPTH = 10  # levels; the deepest of ours is 5
NODES = 20_000
FAULTS = 20  # told at once
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _texts(limit: int) -> Any:
    text = Annotated[str, StringConstraints(min_length=1, max_length=limit, strict=True)]
    return Annotated[dict[str, text], Field(min_length=1)]


class RulesEntry(BaseModel):
    model_config = ConfigDict(extra="forbid")
    keywords: list[str] = []
    languages: list[str] = []
    chat_kinds: list[ChatKind] = []


class AgentEntry(BaseModel):
    model_config = ConfigDict(extra="forbid")
    slug: Annotated[str, Field(pattern=f"^{SLUG_PATTERN}$")]
    names: _texts(NAME_LIMIT)  # type: ignore[valid-type]  # the limit is a value
    descriptions: _texts(DESCRIPTION_LIMIT)  # type: ignore[valid-type]  # the limit is a value
    instructions: _texts(PROMPT_LIMIT)  # type: ignore[valid-type]  # the limit is a value
    is_default: bool = False
    model: str | None = None
    fallback_models: list[str] = []
    settings: dict[str, object] = {}
    tools: list[str] = []
    budget: Annotated[float, Field(ge=0, le=BUDGET_LIMIT, allow_inf_nan=False)] | None = None
    examples: list[str] = []
    rules: RulesEntry = RulesEntry()


class RegistryFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    agents: Annotated[list[AgentEntry], Field(min_length=1, max_length=AGENTS)]


def load(text: str) -> list[AgentSpec]:
    """Raises BrokenRegistry with the line and reason of each fault."""
    return [one.spec for one in read_registry(text)]


def read_registry(text: str) -> list[ReadSpec]:
    """The agents of a file with the lines they begin on. Raises BrokenRegistry."""
    try:
        root = _compose(text)
        told = _Built(root)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None) or getattr(fault, "context_mark", None)
        reason = getattr(fault, "problem", None) or "it ends too early"
        raise BrokenRegistry(
            [Fault(mark.line + 1 if mark else 1, N_("this is no YAML ({reason})"), {"reason": reason})]
        ) from None
    try:
        file = RegistryFile.model_validate(told.value)
    except ValidationError as fault:
        raise BrokenRegistry([_fault(one, root) for one in fault.errors()[:FAULTS]]) from None
    if faults := _beyond_shape(file, root):
        raise BrokenRegistry(sorted(faults, key=lambda one: one.line)[:FAULTS])
    return [
        ReadSpec(_spec(entry), line_of(root, ("agents", at)), partial(_line_within, root, at))
        for at, entry in enumerate(file.agents)
    ]


def dump(specs: Sequence[AgentSpec | Agent]) -> str:
    """The file that `load` reads back the same."""
    return yaml.safe_dump(
        {"agents": [_entry(spec) for spec in specs]}, allow_unicode=True, sort_keys=False, width=110
    )


def _compose(text: str) -> Any:
    """The tree of a file that is small, shallow and without aliases, so that nothing in it grows when it is read."""
    if len(text.encode("utf-8", "replace")) > FILE_LIMIT:
        raise BrokenRegistry(
            [Fault(1, N_("the file is larger than {limit} KB"), {"limit": FILE_LIMIT // 1000})]
        )
    depth = nodes = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BrokenRegistry([Fault(line, N_("aliases (& and *) are not taken: write the text out"))])
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        nodes += isinstance(event, yaml.NodeEvent)
        if depth > DEPTH or nodes > NODES:
            raise BrokenRegistry([Fault(line, N_("this is nested too deep, or too much"))])
    return yaml.compose(text, Loader=_Loader)


class _Built:
    """The values of a tree, each key of a mapping once."""

    def __init__(self, root: Any) -> None:
        self._faults: list[Fault] = []
        self._constructor = yaml.constructor.SafeConstructor()
        self._look(root)
        if self._faults:
            raise BrokenRegistry(self._faults)
        self.value = None if root is None else self._constructor.construct_document(root)

    def _look(self, node: Any) -> None:
        if isinstance(node, yaml.SequenceNode):
            for one in node.value:
                self._look(one)
        elif isinstance(node, yaml.MappingNode):
            seen: set[Hashable] = set()
            for key, value in node.value:
                line, name = key.start_mark.line + 1, str(key.value)[:64]
                if not isinstance(key, yaml.ScalarNode):
                    self._faults.append(Fault(line, N_("a name before the colon is missing")))
                elif key.value in seen:
                    self._faults.append(Fault(line, N_("“{name}” is said twice"), {"name": name}))
                seen.add(name)
                self._look(value)


def line_of(root: Any, place: Sequence[int | str]) -> int:
    """The line, from 1, of the node at a place, or of the deepest on the way there that exists."""
    node, line = root, 1 if root is None else root.start_mark.line + 1
    for step in place:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        elif isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == step]
            if not found:
                break
            key, node = found[0]
            line = key.start_mark.line + 1
        else:
            break
    return line


def _line_within(root: Any, at: int, place: Sequence[int | str]) -> int:
    """The line of a place within the agent with that number."""
    return line_of(root, ("agents", at, *place))


_REASONS: Mapping[str, str] = {
    "missing": N_("“{name}” is missing"),
    "extra_forbidden": N_("“{name}” is not known here"),
    "string_type": N_("this must be text; put it in quotes"),
    "string_too_short": N_("there is no text in it"),
    "string_too_long": N_("this is longer than {max_length} characters"),
    "string_pattern_mismatch": N_(
        "a short name is 2 to 32 small Latin letters, digits and hyphens and begins with a letter"
    ),
    "list_type": N_("this must be a list: lines that begin with a hyphen"),
    "dict_type": N_("this must be lines of “name: text”"),
    "model_type": N_("this must be lines of “name: text”"),
    "model_attributes_type": N_("this must be lines of “name: text”"),
    "bool_parsing": N_("this is true or false"),
    "bool_type": N_("this is true or false"),
    "enum": N_("this is one of {expected}"),
    "too_long": N_("these are more than {max_length}"),
    "too_short": N_("there is nothing in it"),
}


def _fault(told: Any, root: Any) -> Fault:
    """pydantic's fault in our words; those it has no words for are said as pydantic does."""
    place = told["loc"]
    fields = {**told.get("ctx", {}), "name": place[-1] if place else "agents", "reason": told["msg"]}
    reason = _REASONS.get(told["type"], N_("this can't be read ({reason})"))
    return Fault(line_of(root, place), reason, fields, ".".join(str(part) for part in place))


def _beyond_shape(file: RegistryFile, root: Any) -> list[Fault]:
    """What depends on more than one place, or on what there is here."""
    faults: list[Fault] = []
    seen: set[str] = set()
    default = None
    for at, entry in enumerate(file.agents):
        where: tuple[int | str, ...] = ("agents", at)

        def add(
            step: Sequence[int | str], text: str, where: tuple[int | str, ...] = where, **fields: object
        ) -> None:
            place = (*where, *step)
            faults.append(Fault(line_of(root, place), text, fields, ".".join(str(part) for part in place)))

        if entry.slug in seen:
            add(["slug"], N_("“{name}” is said twice"), name=entry.slug)
        seen.add(entry.slug)
        for number, tool in enumerate(entry.tools):
            if tool not in TOOLS:
                add(["tools", number], N_("there is no tool “{name}”"), name=tool[:64])
        for field in ("names", "descriptions", "instructions"):
            for language in getattr(entry, field):
                if language not in LANGUAGES:
                    add([field, language], N_("“{name}” is not known here"), name=language[:64])
        for name in entry.settings:
            if name not in SETTINGS:
                add(["settings", name], N_("“{name}” is not known here"), name=name[:64])
        for number, language in enumerate(entry.rules.languages):
            if language not in LANGUAGES:
                add(["rules", "languages", number], N_("“{name}” is not known here"), name=language[:64])
        if entry.is_default and default is not None:
            add(["is_default"], N_("only one may be the default; “{name}” is it already"), name=default)
        default = entry.slug if entry.is_default and default is None else default
    return faults


def _spec(entry: AgentEntry) -> AgentSpec:
    return AgentSpec(
        slug=entry.slug,
        names=entry.names,
        descriptions=entry.descriptions,
        instructions=entry.instructions,
        model=entry.model,
        fallback_models=tuple(entry.fallback_models),
        settings=entry.settings,
        tools=tuple(entry.tools),
        rules=RoutingRules(
            tuple(keyword.lower().replace("ё", "е") for keyword in entry.rules.keywords),
            tuple(entry.rules.languages),
            tuple(entry.rules.chat_kinds),
        ),
        examples=tuple(entry.examples),
        is_default=entry.is_default,
        budget_micros=None if entry.budget is None else round(entry.budget * MICROS),
    )


def _entry(spec: AgentSpec | Agent) -> dict[str, Any]:
    return {
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
        "budget": None if spec.budget_micros is None else spec.budget_micros / MICROS,
        "rules": {
            "keywords": list(spec.rules.keywords),
            "languages": list(spec.rules.languages),
            "chat_kinds": [kind.value for kind in spec.rules.chat_kinds],
        },
    }
