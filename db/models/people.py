"""Tables of people and teams."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Time,
    text,
)

from db.models.base import Moment, identity, metadata, tenant, times, within, word

ROLES = ("owner", "manager", "member", "guest")

installation = Table(
    "installation",
    metadata,
    Column("one", Boolean, primary_key=True, server_default=text("true")),
    Column("bot_id", BigInteger),
    # the webhook we set last: its address, what is known of its secrets, and which of those we make is in use
    Column("webhook_url", Text),
    Column("webhook_hash", LargeBinary),
    Column("webhook_previous_hash", LargeBinary),
    Column("webhook_secret_number", Integer, nullable=False, server_default="1"),
    Column("alive_at", Moment),  # when a process last said that it runs
    Column("heard_at", Moment),  # when Telegram last gave the bot its updates
)
workspaces = Table(
    "workspaces",
    metadata,
    identity(),
    Column("name", Text, nullable=False),
    Column("timezone", Text, nullable=False, server_default="UTC"),
    Column("default_region", Text),
    Column("language", Text, nullable=False, server_default="en"),
    Column("last_task_number", Integer, nullable=False, server_default="0"),
    *word("visibility", ("everyone", "own"), "everyone"),
    Column("visibility_asked_at", Moment),  # the owner of a grown team was asked about it
    # slugs of the bot's own assistants that don't answer in this team
    Column("hidden_agents", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("assistants_off", Boolean, nullable=False, server_default=text("false")),
    *times(),
)
people = Table(
    "people",
    metadata,
    identity(),
    Column("telegram_user_id", BigInteger, nullable=False, unique=True),
    Column("username", Text),
    Column("display_name", Text, nullable=False),
    Column("private_chat_id", BigInteger),
    Column("language", Text, nullable=False, server_default="en"),
    Column("timezone", Text, nullable=False, server_default="UTC"),
    Column("date_order", Text),
    Column("workday_starts", Time, nullable=False, server_default="09:00"),
    Column("workday_ends", Time, nullable=False, server_default="18:00"),
    Column("workdays", ARRAY(SmallInteger), nullable=False, server_default="{1,2,3,4,5}"),
    Column("quiet_from", Time),
    Column("quiet_until", Time),
    Column("digest_at", Time),
    Column("evening_digest_at", Time),
    # when a task reminds of itself unless it says otherwise: minutes before, 0 at the time
    Column("timed_leads", ARRAY(Integer), nullable=False, server_default="{0}"),
    Column("meeting_leads", ARRAY(Integer), nullable=False, server_default="{15}"),
    Column("day_leads", ARRAY(Integer), nullable=False, server_default="{0}"),
    Column("morning_starts", Time, nullable=False, server_default="09:00"),
    Column("afternoon_starts", Time, nullable=False, server_default="14:00"),
    Column("evening_starts", Time, nullable=False, server_default="19:00"),
    Column(
        "digests_since", Moment, nullable=False, server_default=text("now()")
    ),  # a time set later is tomorrow's
    Column("digests_on_days_off", Boolean, nullable=False, server_default=text("false")),
    Column("weekly_digest", Boolean, nullable=False, server_default=text("true")),
    Column("holidays", Boolean, nullable=False, server_default=text("true")),
    Column("holiday_country", Text),  # null: that of the zone
    Column("away_since", Moment),
    Column("away_until", Moment),
    Column("substitute_id", BigInteger, ForeignKey("people.id", ondelete="SET NULL")),
    Column("current_workspace_id", BigInteger, ForeignKey("workspaces.id"), index=True),
    Column("is_operator", Boolean, nullable=False, server_default=text("false")),
    *times(),
)
members = Table(
    "members",
    metadata,
    *tenant(),
    Column("person_id", BigInteger, ForeignKey("people.id"), nullable=False),
    *word("role", ROLES),
    Column("joined_at", Moment, nullable=False, server_default=text("now()")),
    Column("removed_at", Moment),
    Column("welcomed_at", Moment, server_default=text("now()")),  # null: not yet told that they joined
    Column(
        "from_group", Boolean, nullable=False, server_default=text("false")
    ),  # lasts while in a linked group
    *times(),
    Index("uq_members_person_workspace", "person_id", "workspace_id", unique=True),
)
invites = Table(
    "invites",
    metadata,
    identity(),
    Column("workspace_id", BigInteger, ForeignKey("workspaces.id")),  # null: a claim link, which makes a team
    Column("code_hash", LargeBinary, nullable=False, unique=True),
    *word("role", ROLES, "member"),
    Column("expires_at", Moment, nullable=False),
    Column("uses", Integer, nullable=False, server_default="1"),
    Column("uses_left", Integer, nullable=False, server_default="1"),
    Column("revoked_at", Moment),
    *within("created_by", "members"),
    *within("takes_over", "members", cascade=True),  # the member whom a new account asks to become
    Column("taken_by", BigInteger, ForeignKey("people.id", ondelete="SET NULL"), index=True),
    *times(),
    Index("ix_invites_workspace", "workspace_id"),
)
link_guesses = Table(  # wrong links, counted for each Telegram user so that replicas agree
    "link_guesses",
    metadata,
    Column("telegram_user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("tries", Integer, nullable=False),
    Column("since", Moment, nullable=False),
)
