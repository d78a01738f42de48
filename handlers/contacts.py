"""Contacts in Telegram: /contact, and a contact shared from the phone's address book."""

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import Message
from aiogram.utils.formatting import Bold

from crm.answers import Answer
from crm.contacts import Contacts, SavedContact
from crm.people import Actor, ChatKind
from crm.updates import Arrival
from handlers.questions import CONTACT, ask
from handlers.texts import formatted
from handlers.texts import gettext as _
from handlers.words import AnswerTo, Words


def router() -> Router:
    own = Router(name="contacts")
    own.message.register(save_contact, Words("contact", "контакт", "контакты", labels=("Contacts",)))
    own.message.register(save_shared_contact, F.contact)
    return own


def answers() -> Router:
    """What follows the bare command; asked after all commands, so that any of them ends the question."""
    own = Router(name="contacts answers")
    own.message.register(save_contact, AnswerTo(CONTACT))
    return own


async def save_contact(
    message: Message, words: str, actor: Actor, arrival: Arrival, contacts: Contacts, state: FSMContext
) -> Answer:
    await state.clear()
    if not words:
        return await ask(state, CONTACT, _("Who is it? Type a name and a phone."))
    return await contacts.save(actor, arrival, words, lambda saved: contact_card(saved, actor))


async def save_shared_contact(message: Message, actor: Actor, arrival: Arrival, contacts: Contacts) -> Answer:
    shared = message.contact
    phone = "+" + shared.phone_number.lstrip("+") if shared else ""
    name = " ".join(filter(None, (shared.first_name, shared.last_name))) if shared else ""
    return await contacts.save(actor, arrival, f"{name} {phone}", lambda saved: contact_card(saved, actor))


def contact_card(saved: SavedContact, actor: Actor) -> Answer:
    """Name and phones; in a group the phones stay unsaid (DESIGN §2.8)."""
    head = _("New contact") if saved.is_new else _("Contact")
    phones = list(saved.contact.phones) if actor.chat_kind is ChatKind.PRIVATE else []
    text, entities = formatted(head, "\n", Bold(saved.contact.full_name), *_lines(phones))
    return Answer(text, entities)


def _lines(phones: list[str]) -> list[str]:
    return [f"\n{phone}" for phone in phones]
