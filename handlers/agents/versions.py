"""Versions of an assistant: who changed what when, and what exactly."""

from collections.abc import Sequence

from aiogram.utils.formatting import Bold

from crm.agents import Version
from crm.agents.differences import Difference, changed_fields, differences
from crm.agents.registry import VERSIONS
from crm.agents.writing import Entry
from crm.answers import Answer, Button
from crm.people import Actor
from handlers.agents.marks import in_rows, mark
from handlers.agents.words import LANGUAGE_NAMES, field_name, field_names, shown_name
from handlers.texts import formatted, moment_words
from handlers.texts import gettext as _

LINE, LINES, WHOLE = 300, 20, 3500  # characters of a line, lines of a field, characters of all


def history_card(
    entry: Entry, found: Sequence[Version], page: int, actor: Actor, *, has_more: bool
) -> Answer:
    """`found` holds the one before the page's last too, if there is one, to compare with."""
    shown = found[:VERSIONS]
    parts: list[object] = [Bold(_("History: {subject}").format(subject=shown_name(entry.agent)))]
    for at, one in enumerate(shown):
        before = found[at + 1] if at + 1 < len(found) else None
        what = _("made") if before is None else field_names(changed_fields(before.agent, one.agent))
        parts += ["\n\n", _head(one, actor), "\n", what or _("as before")]
    text, entities = formatted(*parts)
    each = [Button(f"{one.number}", data=mark(entry.agent, "ver", one.number)) for one in shown]
    turns = [(page - 1, "‹", page > 0), (page + 1, "›", has_more)]
    steps = tuple(Button(sign, data=mark(entry.agent, "log", to)) for to, sign, there in turns if there)
    back = (Button(_("‹ Back"), data=mark(entry.agent, "card")),)
    rows = (*in_rows(each, 4), *((steps,) if steps else ()), back)
    return Answer(text, entities, buttons=rows, edit=True)


def version_card(entry: Entry, one: Version, before: Version | None, actor: Actor) -> Answer:
    """What it changed, line by line: − went, + came."""
    parts = [_head(one, actor)]
    if before is None:
        parts.append(_("made"))
    else:
        parts += [_difference(each) for each in differences(before.agent, one.agent)]
    text = "\n\n".join(parts)
    back = Button(_("‹ Back"), data=mark(entry.agent, "log", 0))
    again = Button(_("Make it so again"), data=mark(entry.agent, "back", one.number))
    rows = ((again,), (back,)) if one.number != entry.agent.version else ((back,),)
    return Answer(text if len(text) <= WHOLE else text[: WHOLE - 1] + "…", buttons=rows, edit=True)


def _head(one: Version, actor: Actor) -> str:
    who = one.author or _("whoever runs the bot")
    at = moment_words(one.at.astimezone(actor.zone))
    return _("Version {number}").format(number=one.number) + f" · {at} · {who}"


def _difference(one: Difference) -> str:
    title = field_name(one.field).capitalize()
    if one.language is not None:
        title += f" · {LANGUAGE_NAMES.get(one.language, one.language)}"
    lines = [f"− {line[:LINE]}" for line in one.gone[:LINES]] + [
        f"+ {line[:LINE]}" for line in one.come[:LINES]
    ]
    more = len(one.gone) > LINES or len(one.come) > LINES
    return "\n".join([title, *lines, *(["…"] if more else [])])
