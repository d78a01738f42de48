"""Reading a contact: its row with its phones, labels and owner's name, in one SELECT."""

from typing import Any

from sqlalchemy import BigInteger, Row, Select, Text, func, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by, array

from crm.contacts.entities import Contact, Stage
from db.models.contacts import crm_contact_phones as phones
from db.models.contacts import crm_contacts as contacts
from db.models.contacts import crm_labels as labels

team = text("SELECT id, name FROM team_members()").columns(id=BigInteger, name=Text).subquery("team")
_phones = (
    select(func.array_agg(aggregate_order_by(phones.c.e164, phones.c.id)))
    .where(phones.c.contact_id == contacts.c.id)
    .correlate(contacts)
    .scalar_subquery()
)
_labels = (
    select(func.array_agg(aggregate_order_by(labels.c.name, labels.c.id)))
    .where(labels.c.contact_id == contacts.c.id)
    .correlate(contacts)
    .scalar_subquery()
)
_owner = select(team.c.name).where(team.c.id == contacts.c.owner_id).scalar_subquery()


def shown() -> Select[Any]:
    """Contacts with all that makes a crm.contacts.Contact."""
    return select(
        contacts,
        func.coalesce(_phones, array([], type_=phones.c.e164.type)).label("phones"),
        func.coalesce(_labels, array([], type_=labels.c.name.type)).label("labels"),
        _owner.label("owner_name"),
    )


def contact_of(row: Row[Any]) -> Contact:
    return Contact(
        id=row.id,
        full_name=row.full_name,
        phones=tuple(row.phones),
        company=row.company,
        email=row.email,
        telegram=row.telegram,
        stage=Stage(row.stage),
        owner_id=row.owner_id,
        owner_name=row.owner_name,
        do_not_call=row.do_not_call,
        timezone=row.timezone,
        labels=tuple(row.labels),
        version=row.version,
    )
