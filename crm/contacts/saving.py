"""Saving: from a name and a phone to one contact, new or completed, within the caller's transaction."""

from collections.abc import Sequence
from dataclasses import replace

from crm.activity import Activity
from crm.contacts.changes import difference, first_values
from crm.contacts.entities import LABELS, NAME_LIMIT, PHONES, Contact, ContactStore, SavedContact, Stage
from crm.errors import N_, BadInput, NotAllowed
from crm.grammar.contactlines import ContactLine
from crm.people import Actor, Role
from crm.storage import Unit

OTHERS = 3  # contacts offered as perhaps the same


def members_only(actor: Actor) -> None:
    """Guests add tasks in their chat; contacts and calls are the team's. Raises NotAllowed."""
    if actor.role is Role.GUEST:
        raise NotAllowed(N_("Guests add tasks here. Contacts and calls are for members of the team."))


def checked(line: ContactLine) -> ContactLine:
    """Raises BadInput for a phone, e-mail or Telegram name that is none, for no name, and for what is too long."""
    if line.bad_phone is not None:
        raise BadInput(
            N_("{phone} doesn't look like a phone number. Type it in full, for example: +7 999 123-45-67"),
            phone=line.bad_phone,
        )
    if line.bad_email is not None:
        raise BadInput(
            N_("{email} doesn't look like an e-mail. Type it in full, for example: anna@example.com"),
            email=line.bad_email,
        )
    if line.name is None:
        raise BadInput(N_("Who is it? For example: /contact Anna Petrova +7 999 123-45-67"))
    for text in (line.name, line.company):
        checked_length(text or "")
    return line


def checked_length(text: str) -> str:
    """Raises BadInput for a name or company over NAME_LIMIT."""
    if len(text) > NAME_LIMIT:
        raise BadInput(
            N_("That is {length} characters. A name fits in {limit}: type it shorter."),
            length=len(text),
            limit=NAME_LIMIT,
        )
    return text


async def write_down(unit: Unit, saved: SavedContact, actor: Actor, actor_kind: str = "member") -> None:
    """Into history, unless nothing is new."""
    if saved.is_new or saved.changes:
        await unit.activity.add(
            Activity(
                "created" if saved.is_new else "updated",
                "contact",
                saved.contact.id,
                actor_kind=actor_kind,
                actor_member_id=actor.member_id,
                changes=saved.changes,
            )
        )


async def find_or_add(contacts: ContactStore, name: str, phone: str | None, actor: Actor) -> SavedContact:
    """The contact with this phone, else with this name, else a new one; a phone that was missing is added.

    The phone decides: another name with it is another way to say the same contact, whose own name stays, unless
    it had none but its phone (a call from a number nobody knew).
    """
    found = (await contacts.by_phone(phone)) if phone else None
    if found is not None:
        if found.full_name in found.phones and name not in found.phones:
            renamed = await contacts.rename(found.id, name)
            return SavedContact(renamed, is_new=False, changes={"name": [found.full_name, name]})
        return SavedContact(found, is_new=False)
    found = await contacts.by_name(name)
    if found is None:
        first = {"name": name} | ({"phone": phone} if phone else {})
        return SavedContact(await contacts.add(name, phone, actor), is_new=True, changes=first)
    if phone and phone not in found.phones:
        completed = await contacts.add_phone(found.id, phone)
        return SavedContact(completed, is_new=False, changes={"phone": [None, phone]})
    return SavedContact(found, is_new=False)


async def save_line(
    contacts: ContactStore, line: ContactLine, actor: Actor, *, with_others: bool = True
) -> SavedContact:
    """All that a checked line says, on the contact it means: by phone, by e-mail, by name, or a new one."""
    name = line.name or ""
    found = await _known(contacts, line)
    if found is None:
        before = await contacts.add(name, None, actor)
    elif found.full_name in found.phones and name not in found.phones:
        before = await contacts.rename(found.id, name)
    else:
        before = found
    holders = [other for phone in line.phones if (other := await contacts.by_phone(phone)) is not None]
    theirs = {phone for other in holders if other.id != before.id for phone in other.phones}
    after = await _complete(contacts, before, line, theirs)
    changes = difference(found, after) if found is not None else first_values(after)
    near = await contacts.near(replace(after, full_name=name), OTHERS) if with_others else ()
    others = {one.id: one for one in (*holders, *near) if one.id != after.id}
    return SavedContact(after, is_new=found is None, changes=changes, others=list(others.values())[:OTHERS])


async def _known(contacts: ContactStore, line: ContactLine) -> Contact | None:
    for phone in line.phones:
        if (found := await contacts.by_phone(phone)) is not None:
            return found
    if line.email and (found := await contacts.by_email(line.email)) is not None:
        return found
    return await contacts.by_name(line.name or "")


async def _complete(contacts: ContactStore, contact: Contact, line: ContactLine, theirs: set[str]) -> Contact:
    """What the line says is written over what was there; phones and labels are added to those that were."""
    said = replace(
        contact,
        company=line.company or contact.company,
        email=line.email or contact.email,
        telegram=line.telegram or contact.telegram,
        stage=Stage(line.stage) if line.stage else contact.stage,
        labels=tuple(dict.fromkeys((*contact.labels, *line.labels)))[:LABELS],
    )
    if said != contact:
        contact = await contacts.change(said)
    for phone in _new_phones(contact, line.phones, theirs):
        contact = await contacts.add_phone(contact.id, phone)
    return contact


def _new_phones(contact: Contact, phones: Sequence[str], theirs: set[str]) -> list[str]:
    """Those that neither this contact nor another has; another's stay with it, and the two are offered for merge."""
    new = [phone for phone in phones if phone not in contact.phones and phone not in theirs]
    if len(contact.phones) + len(new) > PHONES:
        raise BadInput(N_("A contact holds {limit} phones at most."), limit=PHONES)
    return new
