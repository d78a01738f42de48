"""Editing: what a press on a contact's card changes, and the answers to what it asks."""

from collections.abc import Callable
from datetime import datetime

from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.answers import Answer, Button
from crm.contact_tasks import ContactTasks
from crm.contacts import Choices, Contact, ContactCard, ContactEdits, Contacts, Stage
from crm.contacts.changes import Change, drop_phone, set_do_not_call, set_owner, set_stage
from crm.errors import N_, BadInput, Stale
from crm.people import Actor
from crm.updates import Arrival
from handlers.contacts.cards import Rows, contact_card, mark, stage_words
from handlers.questions import CONTACT_FIELDS, ask, closing
from handlers.task_cards import saved_answer
from handlers.texts import gettext as _

Clock = Callable[[], datetime]


async def open_menu(
    query: CallbackQuery, actor: Actor, contacts: Contacts, contact_edits: ContactEdits
) -> Answer:
    contact_id, version, (what,) = pressed(query)
    try:
        choices = await contact_edits.choices(actor, contact_id, version)
    except Stale as stale:
        return await as_it_is_now(actor, contacts, contact_id, stale)
    return contact_card(choices.card, actor, edit=True, buttons=contact_menu(choices, what))


async def change_contact(
    query: CallbackQuery,
    actor: Actor,
    arrival: Arrival,
    contacts: Contacts,
    contact_edits: ContactEdits,
) -> Answer:
    contact_id, version, (what, value) = pressed(query)
    try:
        return await contact_edits.change(
            actor, arrival, contact_id, version, _meant(what, value), lambda card: _edited(card, actor)
        )
    except Stale as stale:
        return await as_it_is_now(actor, contacts, contact_id, stale)


async def ask_field(query: CallbackQuery, actor: Actor, contacts: Contacts, state: FSMContext) -> Answer:
    """The next message is the answer, about the contact as it is by then."""
    contact_id, _version, (_ask, field) = pressed(query)
    if field not in CONTACT_FIELDS:
        raise _too_old()
    card = await contacts.show(actor, contact_id)
    await state.set_data({"contact_id": contact_id})
    return await ask(state, f"contact:{field}", _question(field).format(name=card.contact.full_name))


async def type_field(
    message: Message,
    words: str,
    actor: Actor,
    arrival: Arrival,
    contact_edits: ContactEdits,
    contact_tasks: ContactTasks,
    state: FSMContext,
) -> Answer:
    """What can't be taken leaves the question open; any command ends it."""
    field, kept = str(await state.get_state()).removeprefix("contact:"), await state.get_data()
    contact_id, arrival = int(kept.get("contact_id", 0)), closing(state, arrival)

    def card(changed: ContactCard) -> Answer:
        return contact_card(changed, actor)

    if field == "task":
        return await contact_tasks.create(
            actor, arrival, contact_id, words, lambda saved: saved_answer(saved, actor, arrival.message_id)
        )
    if field == "note":
        return await contact_edits.note(actor, arrival, contact_id, words, card)
    return await contact_edits.type(actor, arrival, contact_id, field, words, card)


async def delete_contact(
    query: CallbackQuery,
    actor: Actor,
    arrival: Arrival,
    contacts: Contacts,
    contact_edits: ContactEdits,
    clock: Clock,
) -> Answer:
    contact_id, version, _what = pressed(query)
    try:
        return await contact_edits.delete(actor, arrival, contact_id, version, clock(), deleted)
    except Stale as stale:
        return await as_it_is_now(actor, contacts, contact_id, stale)


async def bring_back(
    query: CallbackQuery, actor: Actor, arrival: Arrival, contact_edits: ContactEdits
) -> Answer:
    contact_id, _version, _what = pressed(query)
    return await contact_edits.bring_back(actor, arrival, contact_id, lambda card: _edited(card, actor))


def pressed(query: CallbackQuery) -> tuple[int, int, list[str]]:
    """The contact, the version that was shown, and what was pressed."""
    _k, which, *what = str(query.data).split(":")
    contact_id, version = which.split(".")
    return int(contact_id), int(version), what


async def as_it_is_now(actor: Actor, contacts: Contacts, contact_id: int, stale: Stale) -> Answer:
    """A press on a card that has changed since changes nothing, and shows it."""
    return contact_card(await contacts.show(actor, contact_id), actor, head=_(stale.text), edit=True)


def deleted(contact: Contact) -> Answer:
    again = Button(_("Keep it after all"), data=f"{mark(contact)}:back")
    return Answer(_("Deleted: {name}").format(name=contact.full_name), buttons=((again,),), edit=True)


def _edited(card: ContactCard, actor: Actor) -> Answer:
    return contact_card(card, actor, edit=True)


def _meant(what: str, value: str) -> Change:
    """The change a press stands for. Raises BadInput for data no card offers."""
    if what == "stage" and value not in list(Stage):
        raise _too_old()
    changes: dict[str, Callable[[], Change]] = {
        "stage": lambda: set_stage(Stage(value)),
        "owner": lambda: set_owner(int(value)),
        "drop": lambda: drop_phone(int(value)),
        "dnc": lambda: set_do_not_call(value == "1"),
    }
    return changes[what]()


def contact_menu(choices: Choices, what: str) -> Rows | None:
    """The buttons of one menu; None for the card's own."""
    contact = choices.card.contact
    at = mark(contact)
    back = (Button(_("‹ Back"), data=f"{at}:{'edit' if what in ('owner', 'phones') else 'card'}"),)
    if what == "card":
        return None
    if what == "stage":
        rows = [Button(stage_words(one).capitalize(), data=f"{at}:stage:{one.value}") for one in Stage]
        return (tuple(rows[:3]), tuple(rows[3:]), back)
    if what == "owner":
        people = [(Button(one.name, data=f"{at}:owner:{one.id}"),) for one in choices.members[:20]]
        return (*people, back)
    if what == "phones":
        drop = [
            (Button(_("Take away {phone}").format(phone=phone), data=f"{at}:drop:{place}"),)
            for place, phone in enumerate(contact.phones)
        ]
        return ((Button(_("Add a phone"), data=f"{at}:ask:phone"),), *drop, back)
    return (
        (_asking(_("Name"), at, "name"), _asking(_("Company"), at, "company")),
        (Button(_("Phones"), data=f"{at}:phones"), _asking(_("E-mail"), at, "email")),
        (_asking("Telegram", at, "telegram"), _asking(_("Time zone"), at, "zone")),
        (_asking(_("Labels"), at, "labels"), Button(_("Who looks after it"), data=f"{at}:owner")),
        back,
    )


def _asking(text: str, at: str, field: str) -> Button:
    return Button(text, data=f"{at}:ask:{field}")


def _question(field: str) -> str:
    return {
        "task": _("What is to be done about {name}?"),
        "note": _("What shall be noted about {name}?"),
        "name": _("What is the new name of {name}?"),
        "company": _("Which company is {name} of? A dash for none."),
        "phone": _("Which phone shall be added to {name}?"),
        "email": _("What is the e-mail of {name}? A dash for none."),
        "telegram": _("What is the Telegram name of {name}? A dash for none."),
        "zone": _("In which city is {name}? A dash for no time zone."),
        "labels": _("Which labels shall {name} have? All of them, or a dash for none."),
    }[field]


def _too_old() -> BadInput:
    return BadInput(N_("This button is too old. Open the list again: /contacts"))
