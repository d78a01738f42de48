"""Cards of assistants: the list, one of them, and what may be done with it."""

from collections.abc import Sequence

from aiogram.utils.formatting import Bold

from crm.agents import Agent
from crm.agents.writing import Entry
from crm.answers import Answer, Button
from crm.people import Actor, ChatKind
from handlers.agents.marks import Rows, mark
from handlers.agents.words import budget_words, shown_name, value_words
from handlers.picking.cards import bind_button
from handlers.texts import formatted, language
from handlers.texts import gettext as _

PAGE = 8  # assistants on a page
WORDS_SHOWN = 15  # of those it listens for


def list_card(entries: Sequence[Entry], page: int, actor: Actor, *, edit: bool = False) -> Answer:
    pages = max(1, -(-len(entries) // PAGE))
    page = min(max(page, 0), pages - 1)
    here = entries[page * PAGE : (page + 1) * PAGE]
    parts: list[object] = [Bold(_("Assistants"))]
    for one in here:
        state = state_words(one)
        parts += [
            "\n\n",
            Bold(_listed(one)),
            f" · @{one.agent.slug}",
            f" · {state}" if state else "",
        ]
        parts += ["\n", one.agent.description(language())]
    if not entries:
        parts += ["\n\n", _("There are no assistants yet.")]
    text, entities = formatted(*parts)
    each = [(Button(_listed(one), data=mark(one.agent, "card")),) for one in here]
    turns = [(page - 1, "‹"), (page + 1, "›")]
    steps = tuple(Button(sign, data=f"asl:{to}") for to, sign in turns if 0 <= to < pages)
    rows = (*each, steps) if steps else tuple(each)
    return Answer(text, entities, buttons=(*rows, *_making(entries, actor)), edit=edit)


def _listed(entry: Entry) -> str:
    """Its name; where the team's own stands in for the bot's of the same name, with whose it is."""
    name = shown_name(entry.agent)[:60]
    if entry.replaces is not None:
        return _("{name} (the team's own)").format(name=name)
    return _("{name} (the bot's own)").format(name=name) if entry.replaced_by is not None else name


def agent_card(entry: Entry, actor: Actor, *, edit: bool = False, head: str | None = None) -> Answer:
    """`head` says what was just done, or why not."""
    agent = entry.agent
    parts: list[object] = [head, "\n\n"] if head else []
    parts += [Bold(shown_name(agent)), f" · @{agent.slug}", "\n", agent.description(language()), "\n"]
    for line in (*_lines(entry), *_where_to_edit(entry, actor)):
        parts += ["\n", line]
    text, entities = formatted(*parts)
    return Answer(text, entities, buttons=card_rows(entry, actor), edit=edit)


def card_rows(entry: Entry, actor: Actor) -> Rows:
    """What this person may do with it; a group is no place to edit in."""
    agent, rows = entry.agent, list[tuple[Button, ...]]()
    if actor.chat_kind is ChatKind.PRIVATE:
        if entry.may_edit:
            switch = _("Switch off") if agent.is_active else _("Switch on")
            rows.append(
                (Button(_("Edit"), data=mark(agent, "edit")), Button(_("Try it"), data=mark(agent, "try")))
            )
            rows.append(
                (
                    Button(switch, data=mark(agent, "set:is_active")),
                    Button(_("Copy"), data=mark(agent, "copy")),
                )
            )
            rows.append(
                (
                    Button(_("History"), data=mark(agent, "log:0")),
                    Button(_("Delete"), data=mark(agent, "del")),
                )
            )
        elif entry.manages:
            rows.append(
                (Button(_("Try it"), data=mark(agent, "try")), Button(_("Copy"), data=mark(agent, "copy")))
            )
        if entry.manages and agent.workspace_id is None:
            hide = (_("Show in this team"), "show") if entry.is_hidden else (_("Hide in this team"), "hide")
            rows.append((Button(hide[0], data=mark(agent, hide[1])),))
            if entry.replaced_by is None:
                rows.append((Button(_("Put our own in its place"), data=mark(agent, "own")),))
    if agent.is_active and (entry.manages or actor.chat_kind is ChatKind.PRIVATE):
        rows.append((bind_button(agent),))
    rows.append((Button(_("‹ All assistants"), data="asl:0"),))
    return tuple(rows)


def state_words(entry: Entry) -> str:
    """What is unusual about it here, '' for nothing."""
    if not entry.agent.is_active:
        return _("off")
    if entry.replaced_by is not None:
        return _("the team's own answers instead")
    if entry.is_hidden:
        return _("hidden in this team")
    return _("default") if entry.is_default else ""


def deletion_card(entry: Entry) -> Answer:
    agent = entry.agent
    lines = [_("Delete “{name}”? /undo brings it back.").format(name=shown_name(agent))]
    if entry.conversations and entry.replaces is not None:
        lines.append(
            _("It has conversations here: they go on with the bot's own assistant of the same short name.")
        )
    elif entry.conversations:
        lines.append(_("It has conversations here: they go on with the default assistant, who says so."))
    yes = Button(_("Yes, delete"), data=mark(agent, "gone"))
    return Answer("\n".join(lines), buttons=((yes, Button(_("No"), data=mark(agent, "card"))),), edit=True)


def deleted_card(entry: Entry, heir: Agent | None) -> Answer:
    text = _("Deleted: {name}. /undo brings it back.").format(name=shown_name(entry.agent))
    if heir is not None:
        text += "\n" + _("What went to it goes to {name} now.").format(name=shown_name(heir))
    return Answer(text, buttons=((Button(_("‹ All assistants"), data="asl:0"),),), edit=True)


def copy_card(entry: Entry) -> Answer:
    """Asked of operators alone: who shall have the copy."""
    here = Button(_("For this team"), data=mark(entry.agent, "copy:here"))
    everyone = Button(_("For everyone"), data=mark(entry.agent, "copy:all"))
    back = (Button(_("‹ Back"), data=mark(entry.agent, "card")),)
    return Answer(_("Who shall have the copy?"), buttons=((here, everyone), back), edit=True)


def _making(entries: Sequence[Entry], actor: Actor) -> Rows:
    may = actor.is_operator or any(one.manages for one in entries)
    if actor.chat_kind is not ChatKind.PRIVATE or not may:
        return ()
    files = (Button(_("Export"), data="af:export"), Button(_("Import"), data="af:import"))
    return ((Button(_("New assistant"), data="asl:new"),), files)


def _where_to_edit(entry: Entry, actor: Actor) -> list[str]:
    may = entry.may_edit or entry.manages
    if not may or actor.chat_kind is ChatKind.PRIVATE:
        return []
    return [_("It is edited and tried in our private chat: send /agents there.")]


def _lines(entry: Entry) -> list[str]:
    agent, here = entry.agent, language()
    lines = [_("The bot's own, for all teams") if agent.workspace_id is None else _("The team's own")]
    if state := state_words(entry):
        lines.append(_("Here: {state}").format(state=state))
    lines.append(_("Model: {model}").format(model=value_words(agent, "model", here)))
    if agent.tools:
        lines.append(_("Uses: {tools}").format(tools=value_words(agent, "tools", here)))
    if agent.rules.keywords:
        shown = ", ".join(agent.rules.keywords[:WORDS_SHOWN])
        more = " …" if len(agent.rules.keywords) > WORDS_SHOWN else ""
        lines.append(_("Listens for: {words}").format(words=shown + more))
    if agent.rules.languages:
        lines.append(_("Languages: {languages}").format(languages=value_words(agent, "languages", here)))
    if agent.rules.chat_kinds:
        lines.append(_("Chats: {kinds}").format(kinds=value_words(agent, "chat_kinds", here)))
    if agent.budget_micros is not None:
        lines.append(_("Budget: {budget}").format(budget=budget_words(agent)))
    lines.append(_("Version {number}").format(number=agent.version))
    return lines
