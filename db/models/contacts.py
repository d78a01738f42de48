"""Tables of contacts, labels and notes."""

from sqlalchemy import (
    Boolean,
    Column,
    Computed,
    DateTime,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from db.models.base import Moment, metadata, tenant, times, within, word

crm_contacts = Table(
    "crm_contacts",
    metadata,
    *tenant(),
    Column("full_name", Text, nullable=False),
    Column(
        "folded_name", Text, Computed("translate(lower(full_name), 'ё', 'е')", persisted=True), nullable=False
    ),
    Column("company", Text),
    Column("folded_company", Text, Computed("translate(lower(company), 'ё', 'е')", persisted=True)),
    Column("email", Text),
    Column("folded_email", Text, Computed("lower(email)", persisted=True)),
    Column("telegram", Text),  # lower case, without the @
    *word("stage", ("lead", "active", "won", "lost", "dormant"), "lead"),
    *within("owner_id", "members"),
    Column("do_not_call", Boolean, nullable=False, server_default=text("false")),
    Column("timezone", Text),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("deleted_at", Moment),
    *times(),
    Index("ix_crm_contacts_email", "workspace_id", "folded_email"),
    Index("ix_crm_contacts_telegram", "workspace_id", "telegram"),
    Index(
        "ix_crm_contacts_companies",
        "folded_company",
        postgresql_using="gin",
        postgresql_ops={"folded_company": "gin_trgm_ops"},
    ),
    *(  # pages of /contacts: all, of a stage, one's own
        Index(
            f"ix_crm_contacts_{name}",
            "workspace_id",
            *first,
            "folded_name",
            "id",
            postgresql_where="deleted_at IS NULL",
        )
        for name, first in (("list", ()), ("stage", ("stage",)), ("owner", ("owner_id",)))
    ),
    Index(
        "ix_crm_contacts_trigrams",
        "folded_name",
        postgresql_using="gin",
        postgresql_ops={"folded_name": "gin_trgm_ops"},
    ),
)
crm_contact_phones = Table(
    "crm_contact_phones",
    metadata,
    *tenant(),
    *within("contact_id", "crm_contacts", required=True, cascade=True),
    Column("e164", Text, nullable=False),
    Column("last_four", Text, Computed("right(e164, 4)", persisted=True), nullable=False),
    *times(),
    UniqueConstraint("workspace_id", "e164"),
    Index("ix_crm_contact_phones_last_four", "workspace_id", "last_four"),
    Index("ix_crm_contact_phones_contact", "workspace_id", "contact_id"),
)
crm_contact_words = Table(  # every case form of a contact's names, by which a line's words find it
    "crm_contact_words",
    metadata,
    *tenant(),
    *within("contact_id", "crm_contacts", required=True, cascade=True),
    Column("word", Text, nullable=False),
    *times(),
    UniqueConstraint("workspace_id", "word", "contact_id"),
    Index("ix_crm_contact_words_contact", "workspace_id", "contact_id"),
)
crm_labels = Table(
    "crm_labels",
    metadata,
    *tenant(),
    Column("name", Text, nullable=False),
    *within("task_id", "crm_tasks", cascade=True),
    *within("contact_id", "crm_contacts", cascade=True),
    Column("task_done", Boolean),  # where the task stands in the list of the label, kept by triggers
    Column("task_at", DateTime),
    *times(),
    UniqueConstraint("workspace_id", "task_id", "contact_id", "name", postgresql_nulls_not_distinct=True),
    Index("ix_crm_labels_name", "workspace_id", "name"),
    Index(
        "ix_crm_labels_place",
        "workspace_id",
        "name",
        "task_done",
        "task_at",
        "task_id",
        postgresql_where="task_at IS NOT NULL",
    ),
    Index(
        "ix_crm_labels_contacts",
        "workspace_id",
        "name",
        "contact_id",
        postgresql_where="contact_id IS NOT NULL",
    ),
)
crm_notes = Table(
    "crm_notes",
    metadata,
    *tenant(),
    *within("contact_id", "crm_contacts", cascade=True),
    *within("task_id", "crm_tasks", cascade=True),
    *within("call_id", "crm_calls", cascade=True),
    *within("member_id", "members"),
    Column("body", Text, nullable=False, server_default=""),
    Column("attachments", JSONB, nullable=False, server_default="[]"),
    Column("deleted_at", Moment),
    *times(),
    Index("ix_crm_notes_contact", "workspace_id", "contact_id"),
    Index("ix_crm_notes_task", "workspace_id", "task_id"),
    Index("ix_crm_notes_call", "workspace_id", "call_id"),
)
