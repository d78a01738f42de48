"""A contact's card: who it is, what happened and what is next, and buttons. A group reads a name, a stage and counts
only (DESIGN §2.8); a button opens the rest in private."""

from collections.abc import Sequence

from aiogram.utils.formatting import Bold, Email, PhoneNumber, Text

from crm.answers import Answer, Button
from crm.contacts import Contact, ContactCard, Found, SavedContact, Stage, TaskLine
from crm.people import Actor, ChatKind
from crm.zones import city
from handlers.changed_values import value_words
from handlers.texts import due_words, formatted, language, moment_words, ngettext
from handlers.texts import gettext as _

Rows = tuple[tuple[Button, ...], ...]


def contact_card(
    card: ContactCard,
    actor: Actor,
    *,
    head: str | None = None,
    edit: bool = False,
    buttons: Rows | None = None,
) -> Answer:
    """`head` is said above it; `buttons` are a menu's instead of the card's own."""
    contact = card.contact
    above = [head, "\n"] if head else []
    if actor.chat_kind is not ChatKind.PRIVATE:
        text, entities = formatted(*above, *_for_groups(card))
        return Answer(text, entities, buttons=((_open_in_private(contact, actor),),), edit=edit)
    lines: list[object] = [Bold(contact.full_name)]
    for line in (*about(contact), *_happened(card, actor)):
        lines += ["\n", line]
    text, entities = formatted(*above, *lines)
    return Answer(text, entities, buttons=_chips(contact) if buttons is None else buttons, edit=edit)


def saved_contact(saved: SavedContact, actor: Actor) -> Answer:
    """What was saved, with a way to log a call, and others that may be the same one."""
    contact = saved.contact
    head = _("New contact") if saved.is_new else _("Contact")
    if actor.chat_kind is not ChatKind.PRIVATE:
        text, entities = formatted(head, "\n", Bold(shown_name(contact, actor)))
        return Answer(text, entities, buttons=((_open_in_private(contact, actor),),))
    parts: list[object] = [head, "\n", Bold(contact.full_name)]
    for line in about(contact):
        parts += ["\n", line]
    if saved.others:
        parts += ["\n\n", _("Is it one of these? Then merge them.")]
    text, entities = formatted(*parts)
    rows = tuple(
        (Button(_("Merge with {name}").format(name=short(other)), data=f"{mark(contact)}:into:{other.id}"),)
        for other in saved.others
    )
    call = Button(_("Log a call"), data=f"callfor:{contact.id}")
    return Answer(text, entities, buttons=((call, Button(_("Open"), data=f"contact:{contact.id}")), *rows))


def found_contacts(found: Found, actor: Actor) -> Answer:
    """Several that a text means, or the nearest to it and a way to make it; one is opened instead."""
    rows = tuple((_open(one, actor),) for one in (found.contacts or found.nearest))
    if found.contacts:
        said = _("Which one?") if not found.has_more else _("There are more of them: type more of the name.")
        return Answer(said, buttons=rows)
    shown = found.text[:100]
    if not any(letter.isalpha() for letter in found.text):
        return Answer(_("No contact has this number. Add a name to save it: /contact Anna +7 999 123-45-67"))
    data = f"knew:{found.text}"
    if len(data.encode()) <= 64 and "@" not in found.text:
        rows = (*rows, (Button(_("New contact: {name}").format(name=shown), data=data),))
    said = _("There is no contact “{name}”.").format(name=shown)
    if found.nearest:
        said += " " + _("Did you mean one of these?")
    return Answer(said, buttons=rows)


def about(contact: Contact) -> list[object]:
    """A line for each thing that is known, for a private chat."""
    lines: list[object] = []
    if contact.do_not_call:
        lines.append("🚫 " + _("Do not call: they asked for it"))
    if contact.company:
        lines.append("🏢 " + contact.company)
    lines += [Text("☎ ", PhoneNumber(phone)) for phone in contact.phones if phone != contact.full_name]
    if contact.email:
        lines.append(Text("✉ ", Email(contact.email)))
    if contact.telegram:
        lines.append("Telegram: @" + contact.telegram)
    lines.append(_("Stage: {stage}").format(stage=stage_words(contact.stage)))
    if contact.labels:
        lines.append("🏷 " + " ".join(f"#{label}" for label in contact.labels))
    if contact.owner_name:
        lines.append(_("Looked after by {name}").format(name=contact.owner_name))
    if contact.timezone:
        lines.append(_("Time zone: {city}").format(city=city(contact.timezone, language())))
    return lines


def stage_words(stage: Stage) -> str:
    return {
        Stage.LEAD: _("lead"),
        Stage.ACTIVE: _("active"),
        Stage.WON: _("won"),
        Stage.LOST: _("lost"),
        Stage.DORMANT: _("dormant"),
    }[stage]


def shown_name(contact: Contact, actor: Actor) -> str:
    """A contact known by its number only shows the last four digits to a group."""
    name = contact.full_name
    is_number = name in contact.phones or (name.startswith("+") and name[1:].isdecimal())
    return f"…{name[-4:]}" if is_number and actor.chat_kind is not ChatKind.PRIVATE else name


def short(contact: Contact) -> str:
    """As a button has room for it: the name and what tells it from its namesakes."""
    more = contact.company or (f"…{contact.phones[0][-4:]}" if contact.phones else "")
    return " · ".join(filter(None, (contact.full_name, more)))[:60]


def mark(contact: Contact) -> str:
    """What a button's data begins with: the contact, and the version that was shown."""
    return f"k:{contact.id}.{contact.version}"


def _open(contact: Contact, actor: Actor) -> Button:
    if actor.chat_kind is ChatKind.PRIVATE:
        return Button(short(contact), data=f"contact:{contact.id}")
    start = f"contact_{actor.workspace_id}_{contact.id}"
    return Button(shown_name(contact, actor)[:60], start=start)


def _open_in_private(contact: Contact, actor: Actor) -> Button:
    return Button(_("Open in private"), start=f"contact_{actor.workspace_id}_{contact.id}")


def _for_groups(card: ContactCard) -> list[object]:
    name = card.contact.full_name
    named = f"…{name[-4:]}" if name in card.contact.phones else name
    stage = _("Stage: {stage}").format(stage=stage_words(card.contact.stage))
    tasks = ngettext("{count} open task", "{count} open tasks", card.task_count).format(count=card.task_count)
    calls = ngettext("{count} call", "{count} calls", card.call_count).format(count=card.call_count)
    return [Bold(named), "\n", stage, "\n", f"{tasks}, {calls}"]


def _happened(card: ContactCard, actor: Actor) -> list[object]:
    """The last and the next, then tasks, calls and notes."""
    lines: list[object] = [""]
    if card.last_at is not None:
        last = moment_words(card.last_at.astimezone(actor.zone))
        lines.append(_("Last activity: {when}").format(when=last))
    upcoming = next((task for task in card.tasks if task.due is not None), None)
    if upcoming is not None and upcoming.due is not None:
        lines.append(
            _("Next: {when}, {title}").format(when=due_words(upcoming.due), title=upcoming.title[:80])
        )
    if card.task_count:
        lines.append(_headed(_("Open tasks"), card.task_count, len(card.tasks)))
        lines += [_task(task) for task in card.tasks]
    if card.call_count:
        lines.append(_headed(_("Last calls"), card.call_count, len(card.calls)))
    for call in card.calls:
        facts = [moment_words(call.started_at.astimezone(actor.zone)), value_words(call.direction)]
        lines.append(" · ".join(filter(None, (*facts, value_words(call.outcome), call.notes[:100]))))
    if card.notes:
        lines.append(Bold(_("Notes")))
    for note in card.notes:
        told = (moment_words(note.at.astimezone(actor.zone)), note.who, note.body[:300])
        lines.append(" · ".join(filter(None, told)))
    return lines if len(lines) > 1 else []


def _headed(head: str, count: int, shown: int) -> object:
    return Bold(f"{head} ({count})" if count > shown else head)


def _task(task: TaskLine) -> str:
    due = [due_words(task.due)] if task.due else []
    return " · ".join((f"#{task.number} {task.title[:100]}", *due))


def _chips(contact: Contact) -> Rows:
    at = mark(contact)
    may_call = Button(_("May be called"), data=f"{at}:dnc:0")
    no_calls = Button(_("Do not call"), data=f"{at}:dnc:1")
    return (
        (
            Button(_("New task"), data=f"{at}:ask:task"),
            Button(_("Log a call"), data=f"callfor:{contact.id}"),
            Button(_("Note"), data=f"{at}:ask:note"),
        ),
        (
            Button(_("Stage"), data=f"{at}:stage"),
            Button(_("Edit"), data=f"{at}:edit"),
            Button(_("Merge"), data=f"{at}:merge"),
        ),
        (
            Button(_("Send as a file"), data=f"{at}:vcf"),
            may_call if contact.do_not_call else no_calls,
            Button(_("Delete"), data=f"{at}:del"),
        ),
    )


def list_lines(contacts: Sequence[Contact]) -> list[str]:
    """A line for each of a list."""
    lines = []
    for one in contacts:
        stage = stage_words(one.stage) if one.stage is not Stage.LEAD else ""
        no_call = _("do not call") if one.do_not_call else ""
        lines.append(" · ".join(filter(None, (one.full_name, one.company, stage, no_call))))
    return lines
