"""Contacts in Telegram: /contact and /contacts, a contact's card, and contacts shared or sent as files."""

from aiogram import F, Router

from handlers.contacts.editing import (
    ask_field,
    bring_back,
    change_contact,
    delete_contact,
    open_menu,
    type_field,
)
from handlers.contacts.lists import list_contacts, open_contact, turn_contacts
from handlers.contacts.merging import compare_contacts, merge_contacts, offer_merge
from handlers.contacts.saving import create_contact, save_contact, save_shared_contact
from handlers.contacts.vcards import is_vcard, read_vcards, save_vcards, send_vcard
from handlers.questions import CONTACT, CONTACT_FIELDS
from handlers.words import AnswerTo, Words

_CARD = r"^k:\d{1,18}\.\d{1,9}:"


def router() -> Router:
    own = Router(name="contacts")
    own.message.register(save_contact, Words("contact", "контакт"))
    own.message.register(list_contacts, Words("contacts", "контакты", labels=("Contacts",)))
    own.message.register(save_shared_contact, F.contact)
    own.message.register(read_vcards, is_vcard)
    press = own.callback_query
    press.register(create_contact, F.data.startswith("knew:"))
    press.register(
        turn_contacts,
        F.data.regexp(r"^contacts:(menu|all|mine|s-[a-z]{1,10}|a-\w|l-\d{1,18})(:[+-]\d{1,18})?$"),
    )
    press.register(open_contact, F.data.regexp(r"^contact:\d{1,18}$"))
    press.register(open_menu, F.data.regexp(_CARD + r"(card|stage|edit|owner|phones)$"))
    press.register(ask_field, F.data.regexp(_CARD + r"ask:[a-z]{1,10}$"))
    press.register(
        change_contact, F.data.regexp(_CARD + r"(stage:[a-z]{1,10}|owner:\d{1,18}|drop:\d{1,2}|dnc:[01])$")
    )
    press.register(delete_contact, F.data.regexp(_CARD + r"del$"))
    press.register(bring_back, F.data.regexp(_CARD + r"back$"))
    press.register(offer_merge, F.data.regexp(_CARD + r"merge$"))
    press.register(compare_contacts, F.data.regexp(_CARD + r"into:\d{1,18}$"))
    press.register(merge_contacts, F.data.regexp(_CARD + r"join:\d{1,18}$"))
    press.register(send_vcard, F.data.regexp(_CARD + r"vcf$"))
    press.register(save_vcards, F.data.regexp(r"^vcf:(yes|no):\d{1,18}$"))
    return own


def answers() -> Router:
    """What follows a question; asked after all commands, so that any of them ends it."""
    own = Router(name="contacts answers")
    own.message.register(save_contact, AnswerTo(CONTACT))
    for field in CONTACT_FIELDS:
        own.message.register(type_field, AnswerTo(f"contact:{field}"))
    return own
