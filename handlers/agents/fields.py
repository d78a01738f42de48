"""Fields of an assistant: the menu of them, and what each asks."""

from aiogram.utils.formatting import Bold

from crm.agents import Agent
from crm.agents.checks import DESCRIPTION_LIMIT, EXAMPLES, NAME_LIMIT, PROMPT_LIMIT, SETTINGS, Offer
from crm.agents.differences import TEXTS
from crm.agents.edits import KINDS, LISTED
from crm.agents.writing import Entry
from crm.answers import Answer, Button
from crm.people import LANGUAGES
from handlers.agents.marks import in_rows, mark, token
from handlers.agents.words import LANGUAGE_NAMES, field_name, kind_name, shown_name, tool_name, value_words
from handlers.texts import formatted, language
from handlers.texts import gettext as _

SHOWN = 3000  # characters of a text as it is now
MENU = (
    "names", "descriptions", "instructions", "slug", "model", "fallback_models", "tools", "keywords", "examples",
    "languages", "chat_kinds", "budget_micros", "settings", "is_default",
)  # fmt: skip


def edit_card(entry: Entry, *, head: str | None = None) -> Answer:
    """Every field and what it is now."""
    agent = entry.agent
    parts: list[object] = [head, "\n\n"] if head else []
    parts += [Bold(shown_name(agent)), "\n"]
    for field in MENU:
        now = value_words(agent, field, _its_language(agent, field))
        parts += ["\n", f"{field_name(field).capitalize()}: ", now if len(now) <= 120 else now[:119] + "…"]
    text, entities = formatted(*parts)
    buttons = [Button(field_name(field).capitalize(), data=mark(agent, *_opens(field))) for field in MENU]
    return Answer(
        text,
        entities,
        buttons=(*in_rows(buttons, 2), (Button(_("‹ Back"), data=mark(agent, "card")),)),
        edit=True,
    )


def question_card(
    agent: Agent, field: str, of_language: str, *, head: str | None = None, edit: bool = True
) -> Answer:
    """What a typed field asks, with what it is now; a text also in the other languages."""
    title = field_name(field).capitalize()
    if field in TEXTS:
        title += f" · {LANGUAGE_NAMES[of_language]}"
    now = value_words(agent, field, of_language)
    parts: list[object] = [head, "\n\n"] if head else []
    parts += [Bold(title), "\n", now if len(now) <= SHOWN else now[: SHOWN - 1] + "…", "\n\n", _asks(field)]
    text, entities = formatted(*parts)
    rows = []
    if field in TEXTS:
        rows.append(
            tuple(
                Button(LANGUAGE_NAMES[one], data=mark(agent, "ask", f"{field}:{one}"))
                for one in LANGUAGES
                if one != of_language
            )
        )
    rows.append((Button(_("‹ Back"), data=mark(agent, "edit")),))
    return Answer(text, entities, buttons=tuple(rows), edit=edit)


def choices_card(agent: Agent, field: str, offer: Offer, *, head: str | None = None) -> Answer:
    """Buttons of what there is; what is chosen has a tick."""
    title, invitation = field_name(field).capitalize(), _invites(field)
    buttons = [
        Button(f"✓ {name}" if is_chosen else name, data=mark(agent, "set", f"{field}:{token(value)}"))
        for value, name, is_chosen in options(agent, field, offer)
    ]
    rows = list(in_rows(buttons, 2 if field in ("languages", "chat_kinds") else 1))
    if field == "model":
        rows.append((Button(_("Type another"), data=mark(agent, "ask", "model")),))
    rows.append((Button(_("‹ Back"), data=mark(agent, "edit")),))
    text, entities = formatted(*([head, "\n\n"] if head else []), Bold(title), "\n", invitation)
    return Answer(text, entities, buttons=tuple(rows), edit=True)


def options(agent: Agent, field: str, offer: Offer) -> list[tuple[str, str, bool]]:
    """Value, words, chosen or not. What the agent has and is no longer on offer can still be taken out."""
    if field == "model":
        known = dict.fromkeys([*offer.models, *([agent.model] if agent.model else [])])
        own = ("", _("the bot's own"), agent.model is None)
        return [own, *((name, name, agent.model == name) for name in known)]
    if field == "fallback_models":
        names = dict.fromkeys([*offer.models, *agent.fallback_models])
        return [(name, name, name in agent.fallback_models) for name in names]
    if field == "tools":
        names = dict.fromkeys([*offer.tools, *agent.tools])
        return [(name, tool_name(name), name in agent.tools) for name in names]
    if field == "languages":
        return [(one, LANGUAGE_NAMES[one], one in agent.rules.languages) for one in LANGUAGES]
    return [(kind.value, kind_name(kind), kind in agent.rules.chat_kinds) for kind in KINDS]


def _its_language(agent: Agent, field: str) -> str:
    """The person's, or that in which there is a text."""
    texts = getattr(agent, field) if field in TEXTS else {}
    return language() if language() in texts or not texts else next(iter(texts))


def _opens(field: str) -> tuple[str, str]:
    if field == "is_default":
        return "set", field
    return ("pick", field) if field in LISTED else ("ask", field)


def _asks(field: str) -> str:
    return {
        "names": _("Send the new name, up to {limit} characters.").format(limit=NAME_LIMIT),
        "descriptions": _("Send what it is for, up to {limit} characters: by it a question finds it.").format(
            limit=DESCRIPTION_LIMIT
        ),
        "instructions": _(
            "Send the new instructions, up to {limit} characters; a long text as a .txt file."
        ).format(limit=PROMPT_LIMIT),
        "slug": _("Send a short name in Latin letters: it is what follows @ when somebody calls it."),
        "model": _("Send the model as provider:model, for example openai:gpt-5-mini"),
        "keywords": _(
            "Send words with commas between; an asterisk stands for any ending: invoice*, счёт*. A dash (-) for none."
        ),
        "examples": _(
            "Send messages that are meant for it, each on its own line, up to {limit} of them: by them it learns"
            " which ones to answer. A dash (-) for none."
        ).format(limit=EXAMPLES),
        "budget_micros": _("Type dollars a month, for example 5 or 0.50; a dash (-) for no limit."),
        "settings": _("Send settings of the model, for example: temperature 0.3. There are: {known}.").format(
            known=", ".join(SETTINGS)
        ),
    }[field]


def _invites(field: str) -> str:
    return {
        "model": _("Which model answers?"),
        "fallback_models": _("Which models stand in when the first one fails?"),
        "tools": _("What may it use? Whatever it would save is shown first, and a person confirms it."),
        "languages": _("In which languages does it answer to its words? None chosen is all."),
        "chat_kinds": _("In which chats does it answer to its words? None chosen is all."),
    }[field]
