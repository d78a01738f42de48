"""Tables of tasks."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Computed,
    Date,
    DateTime,
    Index,
    Integer,
    Interval,
    SmallInteger,
    Table,
    Text,
    Time,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from db.models.base import Moment, metadata, tenant, times, within, word

IS_OPEN = "deleted_at IS NULL AND status IN ('not_started', 'in_progress', 'deferred')"
IS_DONE = "deleted_at IS NULL AND status = 'completed'"
crm_tasks = Table(
    "crm_tasks",
    metadata,
    *tenant(),
    Column("number", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    *word("task_type", ("todo", "call", "meeting", "email", "message"), "todo"),
    *word("status", ("not_started", "in_progress", "deferred", "completed", "canceled"), "not_started"),
    *word("priority", ("low", "normal", "high", "urgent"), "normal"),
    Column("start_date", Date),
    Column("due_date", Date),
    Column("due_time", Time),
    Column("due_tz", Text),
    Column("due_at", Moment),  # derived from the three above
    Column(  # what is due first: the wall clock, a date only after the clocks of its day, no date last
        "due_sort",
        DateTime,
        Computed(
            "COALESCE(due_date + COALESCE(due_time, '24:00:00'::time without time zone),"
            " 'infinity'::timestamp without time zone)",
            persisted=True,
        ),
        nullable=False,
    ),
    Column(
        "folded",
        Text,
        Computed("translate(lower(title || ' ' || description || words), 'ё', 'е')", persisted=True),
        nullable=False,
    ),
    Column("words", Text, nullable=False, server_default=""),  # normal forms, by which it is found
    Column("duration_minutes", Integer),
    Column("rrule", Text),
    *word("repeat_from", ("schedule", "completion"), "schedule"),
    Column("series_id", BigInteger),
    Column("occurrence_date", Date),
    Column("occurrence_time", Time),  # with the date, where in its series it belongs, wherever it was moved
    *within("assignee_id", "members"),
    *within("created_by", "members"),
    *within("contact_id", "crm_contacts"),
    Column("phone_e164", Text),
    Column("leads", ARRAY(Interval), nullable=False, server_default="{}"),  # how long before it reminds
    Column("leads_chosen", Boolean, nullable=False, server_default=text("false")),  # no others by default
    Column("nag_minutes", Integer),
    Column("result", Text),
    Column("readings", JSONB, nullable=False, server_default="[]"),  # other ways the text could be meant
    Column("raw_input", Text, nullable=False, server_default=""),
    Column("source_url", Text),  # of the message the task is about
    *within("source_chat_id", "chats"),
    Column("source_message_id", BigInteger),
    Column("source_line", SmallInteger),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("completed_at", Moment),
    Column("deleted_at", Moment),
    *times(),
    UniqueConstraint("workspace_id", "number"),
    UniqueConstraint("workspace_id", "source_chat_id", "source_message_id", "source_line"),
    UniqueConstraint("workspace_id", "series_id", "occurrence_date"),
    Index("ix_crm_tasks_open", "workspace_id", "due_sort", "number", postgresql_where=IS_OPEN),
    *(
        Index(
            f"ix_crm_tasks_open_{whose}",
            "workspace_id",
            f"{whose}_id",
            "due_sort",
            "number",
            postgresql_where=IS_OPEN,
        )
        for whose in ("assignee", "contact")
    ),
    Index("ix_crm_tasks_done", "workspace_id", "completed_at", "id", postgresql_where=IS_DONE),
    *(
        Index(
            f"ix_crm_tasks_done_{whose}",
            "workspace_id",
            f"{whose}_id",
            "completed_at",
            "id",
            postgresql_where=IS_DONE,
        )
        for whose in ("assignee", "contact")
    ),
    Index("ix_crm_tasks_created", "workspace_id", "created_at"),
    Index(
        "ix_crm_tasks_trigrams", "folded", postgresql_using="gin", postgresql_ops={"folded": "gin_trgm_ops"}
    ),
    Index("ix_crm_tasks_assignee", "workspace_id", "assignee_id"),
    Index("ix_crm_tasks_contact", "workspace_id", "contact_id"),
)
crm_task_watchers = Table(
    "crm_task_watchers",
    metadata,
    *tenant(),
    *within("task_id", "crm_tasks", required=True, cascade=True),
    *within("member_id", "members", required=True, cascade=True),
    *times(),
    UniqueConstraint("workspace_id", "task_id", "member_id"),
)
crm_task_comments = Table(
    "crm_task_comments",
    metadata,
    *tenant(),
    *within("task_id", "crm_tasks", required=True, cascade=True),
    *within("member_id", "members"),
    Column("body", Text, nullable=False),
    Column(
        "folded", Text, Computed("translate(lower(body || words), 'ё', 'е')", persisted=True), nullable=False
    ),
    Column("words", Text, nullable=False, server_default=""),  # normal forms, by which it is found
    Column("deleted_at", Moment),
    *times(),
    Index("ix_crm_task_comments_task", "workspace_id", "task_id", "id"),
    Index(
        "ix_crm_task_comments_trigrams",
        "folded",
        postgresql_using="gin",
        postgresql_ops={"folded": "gin_trgm_ops"},
    ),
)
crm_task_items = Table(
    "crm_task_items",
    metadata,
    *tenant(),
    *within("task_id", "crm_tasks", required=True, cascade=True),
    Column("body", Text, nullable=False),
    Column("ticked_at", Moment),
    Column("deleted_at", Moment),
    *times(),
    Index("ix_crm_task_items_task", "workspace_id", "task_id", "id"),
)
start_hints = Table(  # who was told in a group how to open a chat with the bot; once is enough
    "start_hints",
    metadata,
    *tenant(),
    *within("chat_id", "chats", required=True, cascade=True),
    *within("member_id", "members", required=True, cascade=True),
    *times(),
    UniqueConstraint("workspace_id", "chat_id", "member_id"),
)
