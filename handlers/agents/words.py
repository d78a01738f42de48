"""Words for what an assistant is made of."""

from collections.abc import Sequence

from crm.agents import Agent
from crm.agents.checks import MICROS
from crm.agents.writing import Edited
from crm.people import ChatKind
from handlers.texts import gettext as _
from handlers.texts import language

EXAMPLES_SHOWN = 2
LANGUAGE_NAMES = {"en": "English", "ru": "Русский"}


def field_name(field: str) -> str:
    return {
        "slug": _("short name"),
        "names": _("name"),
        "descriptions": _("description"),
        "instructions": _("instructions"),
        "model": _("model"),
        "fallback_models": _("stand-in models"),
        "settings": _("model settings"),
        "tools": _("what it uses"),
        "keywords": _("words it listens for"),
        "examples": _("examples"),
        "languages": _("languages"),
        "chat_kinds": _("kinds of chats"),
        "is_default": _("answers when nobody else is meant"),
        "budget_micros": _("budget"),
        "is_active": _("switched on"),
    }.get(field, field)


def field_names(fields: Sequence[str]) -> str:
    return ", ".join(field_name(field) for field in fields)


def tool_name(tool: str) -> str:
    """What a tool does; one that is no longer there is said by its name."""
    return tool_words().get(tool, tool)


def tool_words() -> dict[str, str]:
    return {
        "my_tasks": _("my tasks"),
        "search_tasks": _("search in tasks"),
        "my_reminders": _("my reminders"),
        "agenda": _("plan of the day"),
        "latest_calls": _("latest calls"),
        "time_now": _("date and time"),
        "find_contacts": _("contacts"),
        "stats": _("figures of tasks and calls"),
        "hand_over": _("passing on to another assistant"),
        "create_task": _("new tasks"),
        "create_reminder": _("new reminders"),
        "log_call": _("logging of calls"),
        "change_task": _("changes of tasks"),
        "finish_task": _("finishing of tasks"),
        "add_contact": _("new contacts"),
    }


def kind_name(kind: str) -> str:
    return {ChatKind.PRIVATE: _("private chats"), ChatKind.GROUP: _("groups")}.get(ChatKind(kind), kind)


def budget_words(agent: Agent) -> str:
    if agent.budget_micros is None:
        return _("no limit of its own")
    return _("${dollars} a month").format(dollars=f"{agent.budget_micros / MICROS:g}")


def examples_words(agent: Agent) -> str:
    """The first of the messages meant for it; there may be hundreds."""
    if not agent.examples:
        return "—"
    rest = len(agent.examples) - EXAMPLES_SHOWN
    shown = "; ".join(agent.examples[:EXAMPLES_SHOWN])
    return shown if rest <= 0 else _("{messages}; and {count} more").format(messages=shown, count=rest)


def value_words(agent: Agent, field: str, of_language: str) -> str:
    """A field as it is now, in a line; a text in one language."""
    none = "—"
    if field in ("names", "descriptions", "instructions"):
        return str(getattr(agent, field).get(of_language, none))
    return {
        "slug": lambda: f"@{agent.slug}",
        "model": lambda: agent.model or _("the bot's own"),
        "fallback_models": lambda: ", ".join(agent.fallback_models) or _("as the bot has them"),
        "settings": lambda: ", ".join(f"{name} {told}" for name, told in agent.settings.items()) or none,
        "tools": lambda: ", ".join(tool_name(tool) for tool in agent.tools) or none,
        "keywords": lambda: ", ".join(agent.rules.keywords) or none,
        "examples": lambda: examples_words(agent),
        "languages": lambda: (
            ", ".join(LANGUAGE_NAMES.get(one, one) for one in agent.rules.languages) or _("all")
        ),
        "chat_kinds": lambda: ", ".join(kind_name(kind) for kind in agent.rules.chat_kinds) or _("all"),
        "is_default": lambda: _("yes") if agent.is_default else _("no"),
        "budget_micros": lambda: budget_words(agent),
        "is_active": lambda: _("yes") if agent.is_active else _("no"),
    }[field]()


def edited_words(edited: Edited) -> str:
    """Who was faster, and with what."""
    if edited.author is None:
        return _("This assistant was changed meanwhile: {fields}.").format(fields=field_names(edited.changed))
    return _("{name} changed this assistant meanwhile: {fields}.").format(
        name=edited.author, fields=field_names(edited.changed)
    )


def shown_name(agent: Agent) -> str:
    return agent.name(language())
