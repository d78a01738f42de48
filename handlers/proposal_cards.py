"""Cards of proposals: the fields that would be saved, and what became of it. A group reads no phone and no notes."""

from dataclasses import replace

from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.calls import Call
from crm.contacts import SavedContact
from crm.people import Actor, ChatKind
from crm.proposals import Card, Effect, Kind, Proposal, State
from crm.reminders import Reminder
from crm.tasks import Completed, Task
from handlers.calls import call_card
from handlers.calls.words import facts, name_words
from handlers.contacts.cards import about as about_contact
from handlers.contacts.cards import saved_contact, shown_name
from handlers.private import title_for
from handlers.reminders import reminder_card
from handlers.task_cards import about as about_task
from handlers.task_cards import done_card, task_card
from handlers.texts import due_words, formatted
from handlers.texts import gettext as _

Rows = tuple[tuple[Button, ...], ...]


def proposal_card(card: Card, actor: Actor, *, edit: bool = False) -> Answer:
    """What is to be decided, or, once it was written, the card of what was written."""
    if card.proposal.state is State.CANCELED:
        return Answer(_("Not saved."), edit=edit)
    if card.proposal.state is State.CONFIRMED:
        if card.effect is None:
            return Answer(toast=_("Saved already."))
        return replace(_written(card.effect, actor, card), edit=edit)
    head = (
        _("This card has waited too long, and nothing was saved.")
        if card.has_expired
        else _("Check and save")
    )
    parts: list[object] = [Bold(head), "\n", *_fields(card, actor)]
    if (doubt := _doubt(card)) is not None:
        parts += ["\n\n", doubt]
    text, entities = formatted(*parts)
    return Answer(text, entities, buttons=_rows(card), edit=edit)


def mark(proposal: Proposal, what: str) -> str:
    """What a button carries: a press on an older drawing of a card confirms nothing."""
    return f"p:{proposal.id}.{proposal.version}:{what}"


def _rows(card: Card) -> Rows:
    confirm = Button(_("Confirm"), data=mark(card.proposal, "ok"))
    again = Button(_("Make again"), data=mark(card.proposal, "again"))
    edit = Button(_("Edit"), data=mark(card.proposal, "edit"))
    cancel = Button(_("Cancel"), data=mark(card.proposal, "no"))
    if card.has_expired:
        return ((again, cancel),)
    if card.effect is None:
        return ((edit, cancel),)
    return ((confirm, edit), (cancel,)) if card.proposal.asked.kind is not Kind.DONE else ((confirm, cancel),)


def _doubt(card: Card) -> str | None:
    if card.doubt is not None:
        return _(card.doubt.text).format(**card.doubt.fields)
    return _("That time has already passed.") if card.is_late and not card.has_expired else None


def _fields(card: Card, actor: Actor) -> list[object]:
    """What it is, and a line for each field."""
    effect = card.effect
    if effect is None:
        return ["\n", title_for(" ".join(card.proposal.asked.said.values()), actor)]
    named, lines = _described(effect, card, actor)
    return [*named, *(part for line in lines for part in ("\n", line))]


def _described(effect: Effect, card: Card, actor: Actor) -> tuple[list[object], list[object]]:
    is_private = actor.chat_kind is ChatKind.PRIVATE
    if isinstance(effect, Completed):
        task = effect.task
        return [_("Task done"), f" #{task.number} ", Bold(title_for(task.title, actor))], []
    if isinstance(effect, Task):
        is_new = card.proposal.asked.kind is Kind.TASK
        kind = [_("New task"), "\n"] if is_new else [_("Task changed"), f" #{effect.number} "]
        return [*kind, Bold(title_for(effect.title, actor))], [*about_task(effect, actor)]
    if isinstance(effect, Reminder):
        return [_("Reminder"), "\n", Bold(title_for(effect.text, actor))], ["📅 " + due_words(effect.due)]
    if isinstance(effect, Call):
        phone = [effect.phone] if effect.phone and effect.phone != effect.contact.full_name else []
        follow_up = [f"→ {effect.follow_up.title}"] if effect.follow_up else []
        own: list[object] = (
            [*phone, *([effect.notes] if effect.notes else []), *follow_up] if is_private else []
        )
        return (
            [_("Call"), "\n☎ ", Bold(name_words(effect.contact, actor))],
            [" · ".join(facts(effect, actor)), *own],
        )
    return _contact(effect, actor, is_private=is_private)


def _contact(saved: SavedContact, actor: Actor, *, is_private: bool) -> tuple[list[object], list[object]]:
    head = _("New contact") if saved.is_new else _("Contact changed")
    lines = about_contact(saved.contact) if is_private else []
    return [head, "\n", Bold(shown_name(saved.contact, actor))], lines


def _written(effect: Effect, actor: Actor, card: Card) -> Answer:
    """The command's own card, with its buttons."""
    if isinstance(effect, Completed):
        return done_card(effect, actor)
    if isinstance(effect, Task):
        return task_card(effect, actor)
    if isinstance(effect, Reminder):
        return reminder_card(effect)
    if isinstance(effect, Call):
        return call_card(effect, actor, card.now)
    return saved_contact(effect, actor)
