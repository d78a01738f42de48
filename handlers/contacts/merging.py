"""Merging: two contacts that are one, looked at side by side and put together by a press."""

from aiogram.types import CallbackQuery
from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.contacts import ContactCard, Contacts, Found, Joined, Merging, Pair
from crm.errors import Stale
from crm.people import Actor, ChatKind
from crm.updates import Arrival
from handlers.contacts.cards import about, contact_card, mark, short
from handlers.contacts.editing import as_it_is_now, pressed
from handlers.texts import formatted, ngettext
from handlers.texts import gettext as _


async def offer_merge(
    query: CallbackQuery, actor: Actor, contacts: Contacts, contact_merging: Merging
) -> Answer:
    contact_id, _version, _what = pressed(query)
    card = await contacts.show(actor, contact_id)
    return merge_choice(card, await contact_merging.others(actor, contact_id), actor)


async def compare_contacts(query: CallbackQuery, actor: Actor, contact_merging: Merging) -> Answer:
    contact_id, _version, (_into, other_id) = pressed(query)
    return side_by_side(await contact_merging.compare(actor, contact_id, int(other_id)), actor)


async def merge_contacts(
    query: CallbackQuery, actor: Actor, arrival: Arrival, contacts: Contacts, contact_merging: Merging
) -> Answer:
    contact_id, version, (_join, other_id) = pressed(query)
    try:
        return await contact_merging.merge(
            actor, arrival, (contact_id, version), int(other_id), lambda joined: merged(joined, actor)
        )
    except Stale as stale:
        return await as_it_is_now(actor, contacts, contact_id, stale)


def merge_choice(card: ContactCard, found: Found, actor: Actor) -> Answer:
    """Those that may be the same contact."""
    back = (Button(_("‹ Back"), data=f"{mark(card.contact)}:card"),)
    rows = tuple(
        (Button(short(other), data=f"{mark(card.contact)}:into:{other.id}"),) for other in found.contacts
    )
    head = (
        _("Which one is the same contact?")
        if found.contacts
        else _("There is no other contact with this e-mail, Telegram or a name like this.")
    )
    return contact_card(card, actor, head=head, edit=True, buttons=(*rows, back))


def side_by_side(pair: Pair, actor: Actor) -> Answer:
    """Both, with a button for each way round."""
    one, other = pair.gone.contact, pair.kept.contact
    if actor.chat_kind is not ChatKind.PRIVATE:
        return contact_card(pair.kept, actor)
    parts: list[object] = []
    for card in (pair.gone, pair.kept):
        parts += [
            Bold(card.contact.full_name),
            *(part for line in about(card.contact) for part in ("\n", line)),
        ]
        parts += ["\n", _counts(card), "\n\n"]
    parts.append(_("Everything of one goes to the other. It can be taken back: /undo"))
    text, entities = formatted(*parts)
    rows = (
        (Button(_("Merge into {name}").format(name=short(other)), data=f"{mark(one)}:join:{other.id}"),),
        (Button(_("Merge into {name}").format(name=short(one)), data=f"{mark(other)}:join:{one.id}"),),
        (Button(_("They are two"), data=f"contact:{one.id}"),),
    )
    return Answer(text, entities, buttons=rows, edit=True)


def merged(joined: Joined, actor: Actor) -> Answer:
    head = _("Merged: {name} is here now. /undo takes it back.").format(name=joined.gone.full_name)
    return contact_card(joined.card, actor, head=head, edit=True)


def _counts(card: ContactCard) -> str:
    tasks = ngettext("{count} open task", "{count} open tasks", card.task_count).format(count=card.task_count)
    calls = ngettext("{count} call", "{count} calls", card.call_count).format(count=card.call_count)
    return f"{tasks}, {calls}"
