"""Changes of a contact: each field as history tells it, back from history, and what one press or answer changes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from crm.activity import is_pair
from crm.contacts.entities import Contact, Stage

Change = Callable[[Contact], Contact]
_FIELDS: dict[str, str] = {  # history's name: the contact's
    "name": "full_name",
    "phones": "phones",
    "company": "company",
    "email": "email",
    "telegram": "telegram",
    "stage": "stage",
    "owner_id": "owner_id",
    "owner": "owner_name",
    "do_not_call": "do_not_call",
    "timezone": "timezone",
    "labels": "labels",
}
_READ: dict[str, Callable[[Any], Any]] = {"labels": tuple, "phones": tuple, "stage": Stage}


def first_values(contact: Contact) -> dict[str, object]:
    """What history tells of a new contact: what was set, its maker's owning it being understood."""
    blank = Contact(0, "")
    return {
        name: _plain(value)
        for name, field in _FIELDS.items()
        if (value := getattr(contact, field)) != getattr(blank, field)
        and field not in ("owner_id", "owner_name")
    }


def difference(before: Contact, after: Contact) -> dict[str, object]:
    """[old, new] of each field that differs, plain enough for JSON; the owner's name beside their id."""
    told = {
        name: [_plain(getattr(before, field)), _plain(getattr(after, field))]
        for name, field in _FIELDS.items()
        if _plain(getattr(before, field)) != _plain(getattr(after, field))
    }
    if "owner_id" not in told:
        told.pop("owner", None)
    return dict(told)


def restored(contact: Contact, changes: Mapping[str, Any]) -> Contact:
    """The contact with each field of a change as it was before it."""
    old: dict[str, Any] = {
        _FIELDS[name]: _READ.get(name, _same)(told[0])
        for name, told in changes.items()
        if name in _FIELDS and name != "owner" and is_pair(name, told)
    }
    return replace(contact, **old)


def set_stage(stage: Stage) -> Change:
    return lambda contact: replace(contact, stage=stage)


def set_owner(member_id: int) -> Change:
    return lambda contact: replace(contact, owner_id=member_id)


def set_do_not_call(asked: bool) -> Change:
    return lambda contact: replace(contact, do_not_call=asked)


def set_field(field: str, value: Any) -> Change:
    """`field` by its name in Contact; None takes it away."""
    return lambda contact: replace(contact, **{field: value})


def add_phones(phones: Sequence[str]) -> Change:
    return lambda contact: replace(contact, phones=tuple(dict.fromkeys((*contact.phones, *phones))))


def drop_phone(place: int) -> Change:
    """The phone at this place (from 0); the same contact when there is none."""

    def change(contact: Contact) -> Contact:
        left = tuple(phone for at, phone in enumerate(contact.phones) if at != place)
        return replace(contact, phones=left)

    return change


def completed_from(other: Contact) -> Change:
    """What the kept contact lacks, of the one that is merged into it. Who asked not to be called stays uncalled."""

    def change(contact: Contact) -> Contact:
        return replace(
            contact,
            company=contact.company or other.company,
            email=contact.email or other.email,
            telegram=contact.telegram or other.telegram,
            timezone=contact.timezone or other.timezone,
            owner_id=contact.owner_id or other.owner_id,
            do_not_call=contact.do_not_call or other.do_not_call,
            labels=tuple(dict.fromkeys((*contact.labels, *other.labels))),
        )

    return change


def _plain(value: object) -> object:
    if isinstance(value, Stage):
        return value.value
    return list(value) if isinstance(value, tuple | list) else value


def _same(value: Any) -> Any:
    return value
