"""Checks: what an assistant may be, the same for a typed field and for a file."""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from crm.agents.entities import SLUG_PATTERN, Agent, AgentSpec
from crm.errors import N_, BadInput
from crm.grammar.letters import on_one_line, says_nothing, storable

NAME_LIMIT = 64  # characters
DESCRIPTION_LIMIT = 300
PROMPT_LIMIT = 20_000
KEYWORDS, KEYWORD_LIMIT = 50, 64  # how many, and characters of one
EXAMPLES, EXAMPLE_LIMIT = 500, 200  # how many messages meant for it, and characters of one
AGENTS = 50  # of one team, deleted ones not counted
BUDGET_LIMIT = 1_000_000  # dollars a month
MICROS = 1_000_000  # in a dollar
MODEL_PATTERN = r"[a-z][\w.-]{0,40}:\S{1,100}"
FALLBACKS = 5
SETTINGS: Mapping[str, tuple[type[int] | type[float], float, float]] = {
    "temperature": (float, 0, 2),
    "top_p": (float, 0, 1),
    "max_tokens": (int, 1, 100_000),
    "presence_penalty": (float, -2, 2),
    "frequency_penalty": (float, -2, 2),
    "seed": (int, 0, 2**31 - 1),
    "timeout": (float, 1, 90),
}
"""What a model takes beside its text: of which type, from, to."""


Place = tuple[int | str, ...]
"""Where something is within an assistant, as a file tells it: a field, then a language, a number or a name."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What assistants can be made of here, as the composition root tells it: the tools there are, the models that are
    configured, and whether another one, typed, can be used."""

    tools: tuple[str, ...]
    models: tuple[str, ...]
    usable: Callable[[str], Awaitable[bool]]


def checked_slug(text: str) -> str:
    slug = text.strip().removeprefix("@").lower()
    if not re.fullmatch(SLUG_PATTERN, slug):
        raise BadInput(
            N_(
                "A short name is 2 to 32 Latin letters, digits and hyphens and begins with a letter: sales-coach"
            )
        )
    return slug


def checked_text(field: str, text: str) -> str:
    """A name, a description or instructions, as it is kept. Raises BadInput for none or a long one."""
    limit = {"names": NAME_LIMIT, "descriptions": DESCRIPTION_LIMIT}.get(field, PROMPT_LIMIT)
    kept = storable(text).strip() if field == "instructions" else on_one_line(storable(text)).strip()
    if says_nothing(kept):
        raise BadInput(N_("There is no text in that. Write it in words."))
    if len(kept) > limit:
        raise BadInput(
            N_("That is {length} characters; at most {limit} fit here."), length=len(kept), limit=limit
        )
    return kept


def checked_keywords(text: str) -> tuple[str, ...]:
    """Words with commas or line ends between, folded as routing reads them; a lone dash is none."""
    if text.strip() in ("-", "–", "—"):
        return ()
    words = (
        on_one_line(word).strip().strip("\"'«»").lower().replace("ё", "е")
        for word in re.split(r"[,;\n]", text)
    )
    return kept_keywords(tuple(dict.fromkeys(word for word in words if word)))


def kept_keywords(words: tuple[str, ...]) -> tuple[str, ...]:
    if len(words) > KEYWORDS:
        raise BadInput(
            N_("Those are {count} words; up to {limit} are taken."), count=len(words), limit=KEYWORDS
        )
    for word in words:
        if len(word) > KEYWORD_LIMIT or says_nothing(word.replace("*", "")):
            raise BadInput(N_("“{word}” can't be a word to listen for."), word=word[:KEYWORD_LIMIT])
    return words


def checked_examples(text: str) -> tuple[str, ...]:
    """Messages meant for it, one on a line; a lone dash is none."""
    if text.strip() in ("-", "–", "—"):
        return ()
    lines = (on_one_line(storable(line)).strip() for line in text.splitlines())
    return kept_examples(tuple(dict.fromkeys(line for line in lines if line)))


def kept_examples(lines: tuple[str, ...]) -> tuple[str, ...]:
    if len(lines) > EXAMPLES:
        raise BadInput(
            N_("Those are {count} messages; up to {limit} are taken."), count=len(lines), limit=EXAMPLES
        )
    for line in lines:
        if len(line) > EXAMPLE_LIMIT or says_nothing(line):
            raise BadInput(
                N_("“{line}” can't be an example: up to {limit} characters, in words."),
                line=line[:64],
                limit=EXAMPLE_LIMIT,
            )
    return lines


def checked_budget(text: str) -> int | None:
    """Dollars a month as micros; a lone dash is no limit."""
    told = text.strip().removeprefix("$").removesuffix("$").strip().replace(",", ".")
    if told in ("-", "–", "—"):
        return None
    if not re.fullmatch(r"\d{1,7}(\.\d{1,4})?", told) or float(told) > BUDGET_LIMIT:
        raise BadInput(N_("Type dollars a month, for example 5 or 0.50; a dash (-) for no limit."))
    return round(float(told) * MICROS)


def checked_settings(text: str) -> dict[str, object]:
    """`temperature 0.3, max_tokens 800`; a lone dash is none of them."""
    if text.strip() in ("-", "–", "—"):
        return {}
    found: dict[str, object] = {}
    for part in filter(None, (part.strip() for part in re.split(r"[,;\n]", text))):
        name, _mark, told = (*re.split(r"\s*([=:]|\s)\s*", part, maxsplit=1), "", "")[:3]
        try:
            found[name] = float(told) if "." in told else int(told)
        except ValueError:
            raise BadInput(
                N_("“{part}” says no number. For example: temperature 0.3"), part=part[:64]
            ) from None
    check_settings(found)
    return found


def check_settings(settings: Mapping[str, object]) -> None:
    for name, value in settings.items():
        if name not in SETTINGS:
            raise BadInput(
                N_("There is no setting “{name}”. There are: {known}."),
                name=name[:64],
                known=", ".join(SETTINGS),
            )
        kind, low, high = SETTINGS[name]
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if (
            not is_number
            or (kind is int and not isinstance(value, int))
            or not low <= float(str(value)) <= high
        ):
            raise BadInput(N_("{name} goes from {low} to {high}."), name=name, low=low, high=high)


def check_model_name(name: str) -> str:
    name = name.strip()
    if not re.fullmatch(MODEL_PATTERN, name):
        raise BadInput(N_("A model is written as provider:model, for example openai:gpt-5-mini"))
    return name


async def check_models(offer: Offer, *names: str | None) -> None:
    """Raises BadInput for one that can't be used here."""
    for name in names:
        if name is not None and name not in offer.models:
            check_model_name(name)
            if not await offer.usable(name):
                raise BadInput(
                    N_("The model {name} can't be used here: its provider is unknown or has no key."),
                    name=name,
                )


def check(one: Agent | AgentSpec, offer: Offer) -> None:
    """All but the models and whether the slug is free. Raises BadInput for the first that is wrong."""
    for _place, check_it in checks(one, offer):
        check_it()


def checks(one: Agent | AgentSpec, offer: Offer) -> Iterator[tuple[Place, Callable[[], object]]]:
    """Each of them with what it looks at."""
    yield ("slug",), partial(checked_slug, one.slug)
    for field in ("names", "descriptions", "instructions"):
        texts: Mapping[str, str] = getattr(one, field)
        for language, text in texts.items():
            yield (field, language), partial(checked_text, field, text)
    yield ("rules", "keywords"), partial(kept_keywords, one.rules.keywords)
    yield ("examples",), partial(kept_examples, one.examples)
    for name, value in one.settings.items():
        yield ("settings", name), partial(check_settings, {name: value})
    for number, tool in enumerate(one.tools):
        yield ("tools", number), partial(_check_tool, tool, offer)
    yield ("fallback_models",), partial(_check_fallbacks, one.fallback_models)


def _check_tool(tool: str, offer: Offer) -> None:
    if tool not in offer.tools:
        raise BadInput(N_("There is no tool “{tool}”."), tool=tool[:64])


def _check_fallbacks(models: Sequence[str]) -> None:
    if len(models) > FALLBACKS:
        raise BadInput(N_("At most {limit} models can stand in."), limit=FALLBACKS)
