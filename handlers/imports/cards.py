"""Cards of an import: what the file seems to be, what its columns mean, what would be taken in, what was."""

from collections.abc import Sequence

from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.exports import Kind
from crm.imports import (
    NEEDED,
    OF,
    BrokenFile,
    CallFacts,
    ContactFacts,
    Fault,
    Field,
    Imported,
    Mapped,
    Plan,
    Table,
    TakenBack,
    TaskFacts,
)
from crm.imports.tables import SHOWN
from crm.people import Actor
from handlers.exports.columns import kind_words
from handlers.texts import due_words, formatted, moment_words, ngettext
from handlers.texts import gettext as _

PAGE = 8  # columns on one page
FIRST = 3  # rows shown of what is new


def offer(mark: int, name: str, rows: int, kinds: Sequence[Kind]) -> Answer:
    """What is in the file? The likeliest first."""
    said = ngettext(
        "{name}: {count} row. What is in it? I show what would be taken in before anything changes.",
        "{name}: {count} rows. What is in it? I show what would be taken in before anything changes.",
        rows,
    ).format(name=name, count=rows)
    buttons = tuple(_button(kind_words(kind), mark, f"kind:{kind.value}") for kind in kinds)
    return Answer(said, buttons=(buttons, (_cancel(mark),)))


def broken(fault: BrokenFile) -> Answer:
    """Row by row, why nothing was taken in."""
    return Answer("\n".join([_(fault.text), *_faults(fault.faults)]))


def columns_card(mark: int, headers: Sequence[str], mapped: Mapped, page: int, missing: str = "") -> Answer:
    """Each column with what it stands for, as a button that changes it."""
    page = max(0, min(page, (len(headers) - 1) // PAGE))
    shown = range(page * PAGE, min(len(headers), (page + 1) * PAGE))
    rows = [
        (_button(f"{_short(headers[at], at)} → {field_words(mapped[at])}", mark, f"col:{at}"),)
        for at in shown
    ]
    turns = [(page - 1, "‹", page > 0), (page + 1, "›", (page + 1) * PAGE < len(headers))]
    steps = tuple(_button(sign, mark, f"cols:{to}") for to, sign, there in turns if there)
    ready = (_button(_("Ready"), mark, "try"), _cancel(mark))
    said = missing or _("What each column means. Press one to change it.")
    return Answer(said, buttons=(*rows, *((steps,) if steps else ()), ready), edit=True)


def field_card(mark: int, kind: Kind, header: str, at: int) -> Answer:
    fields = [_button(field_words(field), mark, f"set:{at}:{field.value}") for field in OF[kind]]
    rows = tuple(tuple(fields[first : first + 2]) for first in range(0, len(fields), 2))
    skip = (
        _button(_("Leave it out"), mark, f"set:{at}:skip"),
        _button(_("Back"), mark, f"cols:{at // PAGE}"),
    )
    said = _("What is in the column “{header}”?").format(header=_short(header, at))
    return Answer(said, buttons=(*rows, skip), edit=True)


def missing_words(kind: Kind, mapped: Mapped) -> str:
    """Which column is still needed."""
    wanted = next(fields for fields in NEEDED[kind] if not fields & set(mapped))
    names = ", ".join(field_words(field) for field in OF[kind] if field in wanted)
    return _("I need a column with one of these: {names}. Press the column that has it.").format(names=names)


def preview(
    mark: int, name: str, kind: Kind, table: Table, mapped: Mapped, plan: Plan, actor: Actor
) -> Answer:
    """What would be made, changed and left out; nothing has been changed yet."""
    parts: list[object] = [Bold(f"{name}: {kind_words(kind)}"), "\n"]
    parts.append("\n".join(_counts(plan)))
    samples = [_sample(one.facts, actor) for one in plan.main.new[:FIRST]]
    if samples:
        parts += ["\n\n", _("The first new ones:"), *(f"\n• {line}" for line in samples)]
    if plan.refused:
        parts += ["\n\n", _("Left out:"), *(f"\n{line}" for line in _faults(plan.refused))]
    for note in _notes(table, mapped, plan):
        parts += ["\n\n", note]
    text, entities = formatted(*parts)
    total = len(plan.main)
    go = (_button(_("Take in {count}").format(count=total), mark, "go"),) if plan.steps else ()
    rows = (go, (_button(_("Columns"), mark, "cols:0"), _cancel(mark)))
    return Answer(text, entities, buttons=tuple(row for row in rows if row), edit=True)


def taken_in(done: Imported) -> Answer:
    lines = [_("Taken in."), *_counts(done.plan)]
    button = Button(_("Take it all back"), data=f"imported:{done.id}:undo")
    return Answer("\n".join(lines), buttons=((button,),), edit=True)


def taken_back(back: TakenBack) -> Answer:
    lines = [
        ngettext("Taken back: {count} row.", "Taken back: {count} rows.", back.gone).format(count=back.gone)
    ]
    if back.left:
        stayed = ngettext(
            "{count} row stays: it was changed or used since.",
            "{count} rows stay: they were changed or used since.",
            back.left,
        )
        lines.append(stayed.format(count=back.left))
    return Answer(" ".join(lines), edit=True)


def _counts(plan: Plan) -> list[str]:
    lines = [
        _("New: {count}").format(count=len(plan.main.new)),
        _("Changed: {count}").format(count=len(plan.main.changed)),
    ]
    if plan.kind is not Kind.CONTACTS and plan.contacts.new:
        lines.append(_("New contacts on the way: {count}").format(count=len(plan.contacts.new)))
    if plan.same:
        lines.append(_("Nothing new: {count}").format(count=plan.same))
    if plan.refused:
        lines.append(_("Left out: {count}").format(count=len(plan.refused)))
    return lines


def _faults(faults: Sequence[Fault]) -> list[str]:
    lines = [
        _("row {number}: {reason}").format(number=one.row, reason=_(one.text).format(**dict(one.fields)))
        for one in faults[:SHOWN]
    ]
    if len(faults) > SHOWN:
        lines.append(_("and {count} more").format(count=len(faults) - SHOWN))
    return lines


def _notes(table: Table, mapped: Mapped, plan: Plan) -> list[str]:
    notes = []
    used = [f"{_short(header, at)} → {field_words(field)}"
            for at, (header, field) in enumerate(zip(table.headers, mapped, strict=True)) if field]  # fmt: skip
    notes.append(_("Columns: {columns}").format(columns=_some(used)))
    left = [header for header, field in zip(table.headers, mapped, strict=True) if header and not field]
    if left:
        notes.append(_("Columns left out: {columns}").format(columns=_some(left)))
    if table.repeated:
        said = _(
            "These headers stand over several columns: {columns}. Look whether the right ones are taken."
        )
        notes.append(said.format(columns=_some(table.repeated)))
    if plan.strangers:
        said = _("Not in the team, so what is theirs becomes yours: {names}")
        notes.append(said.format(names=_some(plan.strangers)))
    return notes


def _some(names: Sequence[str], limit: int = 8) -> str:
    more = len(names) - limit
    listed = ", ".join(name[:60] for name in names[:limit])
    return listed + (" " + _("and {count} more").format(count=more) if more > 0 else "")


def _sample(facts: ContactFacts | TaskFacts | CallFacts, actor: Actor) -> str:
    if isinstance(facts, ContactFacts):
        told = [facts.name, *facts.phones[:2], facts.email, facts.company]
    elif isinstance(facts, TaskFacts):
        told = [facts.title[:100], due_words(facts.due) if facts.due else None]
    else:
        minutes = None
        if facts.duration_seconds:
            minutes = _("{minutes} min").format(minutes=max(1, round(facts.duration_seconds / 60)))
        told = [moment_words(facts.started_at.astimezone(actor.zone)), facts.phone, minutes, facts.notes[:60]]
    return " · ".join(one for one in told if one)


def field_words(field: Field | None) -> str:
    """What a column stands for; «—» for one that is left out."""
    return {
        Field.ID: _("Switchboard ID"),
        Field.NAME: _("Name"),
        Field.FIRST_NAME: _("First name"),
        Field.MIDDLE_NAME: _("Middle name"),
        Field.LAST_NAME: _("Last name"),
        Field.PHONE: _("Phone"),
        Field.EMAIL: _("E-mail"),
        Field.COMPANY: _("Company"),
        Field.TELEGRAM: _("Telegram"),
        Field.STAGE: _("Stage"),
        Field.OWNER: _("Responsible"),
        Field.LABELS: _("Labels"),
        Field.DO_NOT_CALL: _("Do not call"),
        Field.NOTE: _("Notes"),
        Field.TITLE: _("Title"),
        Field.DESCRIPTION: _("Description"),
        Field.STATUS: _("Status"),
        Field.PRIORITY: _("Priority"),
        Field.TASK_TYPE: _("Kind"),
        Field.DUE: _("Due"),
        Field.DUE_TIME: _("Time of the due"),
        Field.ASSIGNEE: _("Assignee"),
        Field.CONTACT: _("Contact"),
        Field.RESULT: _("Result"),
        Field.DONE: _("Done on"),
        Field.EXTERNAL_ID: _("Call ID"),
        Field.STARTED: _("Began"),
        Field.START_TIME: _("Time it began"),
        Field.DIRECTION: _("Direction"),
        Field.OUTCOME: _("Outcome"),
        Field.DURATION: _("Duration"),
        Field.MEMBER: _("Member"),
        None: "—",
    }[field]


def _short(header: str, at: int) -> str:
    return header[:30] if header else _("Column {number}").format(number=at + 1)


def _button(text: str, mark: int, what: str) -> Button:
    return Button(text, data=f"im:{mark}:{what}")


def _cancel(mark: int) -> Button:
    return _button(_("Cancel"), mark, "no")
