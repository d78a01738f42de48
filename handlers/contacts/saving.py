"""Saving: /contact with a line, a contact shared from the phone's address book, and what was not found made."""

from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.answers import Answer
from crm.contacts import ContactFiles, Contacts
from crm.people import Actor
from crm.updates import Arrival
from handlers.contacts.cards import saved_contact
from handlers.contacts.lists import opened
from handlers.questions import CONTACT, ask
from handlers.texts import gettext as _


async def save_contact(
    message: Message, words: str, actor: Actor, arrival: Arrival, contacts: Contacts, state: FSMContext
) -> Answer:
    """A line that says more than a name saves a contact, a name or digits open one."""
    await state.clear()
    if not words:
        return await ask(state, CONTACT, _("Who is it? Type a name and a phone."))
    found = await contacts.take(actor, arrival, words, lambda saved: saved_contact(saved, actor))
    return found if isinstance(found, Answer) else await opened(found, actor, contacts)


async def create_contact(query: CallbackQuery, actor: Actor, arrival: Arrival, contacts: Contacts) -> Answer:
    name = str(query.data).split(":", 1)[1]
    return await contacts.save(actor, arrival, name, lambda saved: saved_contact(saved, actor))


async def save_shared_contact(
    message: Message, actor: Actor, arrival: Arrival, contact_files: ContactFiles, state: FSMContext
) -> Answer:
    """Telegram may add a vCard with more than the name and the phone."""
    await state.clear()
    shared = message.contact
    name = " ".join(filter(None, (shared.first_name, shared.last_name))) if shared else ""
    phone = shared.phone_number if shared else ""
    card = (shared.vcard or "") if shared else ""
    return await contact_files.save_shared(
        actor, arrival, name, phone, card, lambda saved: saved_contact(saved, actor)
    )
