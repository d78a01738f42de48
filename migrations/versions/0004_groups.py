"""Groups: who speaks in them, whose membership hangs on them, and what becomes of them."""

import re
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.util import await_only

SQL = Path(__file__).parent.parent / "sql"

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

DOORS = (
    "separate_group(bigint)",
    "person_left(bigint, bigint)",
    "person_joined(bigint, bigint)",
    "person_seen(bigint, bigint)",
    "groups_of(bigint)",
    "set_watched(bigint, boolean)",
    "mark_reachable(bigint)",
    "may_be_upgrade(bigint, text, bigint)",
    "language_of_group(bigint)",
    "request_card(bigint)",
    "open_requests(bigint)",
    "seat_by_group(bigint, bigint)",
    "requests_shown(bigint, bigint, bigint, bigint[])",
    "answer_requests(bigint, bigint[], boolean)",
)
HELPERS = (
    "come_back(bigint, bigint)",
    "seat_in_group(bigint, bigint, boolean)",
    "place_of(bigint, bigint, text, text)",
    "team_of_group(people, bigint, text, boolean)",
    "new_team(text, people)",
    "present_id(bigint)",
)


def upgrade() -> None:
    op.add_column("members", sa.Column("from_group", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.execute("UPDATE members SET from_group = true WHERE role = 'guest'")
    op.add_column("chats", sa.Column("previous_telegram_chat_id", sa.BigInteger(), nullable=True))
    op.add_column("chats", sa.Column("watched_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("chats", sa.Column("requests_chat_id", sa.BigInteger(), nullable=True))
    op.add_column("chats", sa.Column("requests_message_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_chats_previous_telegram_chat_id",
        "chats",
        ["previous_telegram_chat_id"],
        postgresql_where="previous_telegram_chat_id IS NOT NULL",
    )
    op.create_table(
        "chat_members",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "request IN ('none', 'open', 'approved', 'declined')", name=op.f("ck_chat_members_request")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "chat_id"],
            ["chats.workspace_id", "chats.id"],
            name=op.f("fk_chat_members_workspace_id_chat_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "member_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_chat_members_workspace_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_chat_members_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_members")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_chat_members_workspace_id_id")),
        sa.UniqueConstraint(
            "workspace_id", "chat_id", "member_id", name=op.f("uq_chat_members_workspace_id_chat_id_member_id")
        ),
    )
    op.create_index("ix_chat_members_member_id", "chat_members", ["member_id"])
    op.execute("DROP FUNCTION arrive")
    op.execute("DROP FUNCTION migrate_chat")
    for page in ("0004_arrive.sql", "0004_groups.sql", "0004_migrate_chat.sql"):
        run_script((SQL / page).read_text())


def downgrade() -> None:
    op.execute("DROP FUNCTION arrive")
    op.execute("DROP FUNCTION migrate_chat")
    for function in (*DOORS, *HELPERS):
        op.execute(f"DROP FUNCTION {function}")
    op.drop_table("chat_members")
    op.drop_index("ix_chats_previous_telegram_chat_id", "chats")
    for column in ("previous_telegram_chat_id", "watched_since", "requests_chat_id", "requests_message_id"):
        op.drop_column("chats", column)
    op.drop_column("members", "from_group")
    for page, name in (("0003_links.sql", "arrive"), ("doors_work.sql", "migrate_chat")):
        run_script(former(page, name))


def former(page: str, name: str) -> str:
    """A function as an earlier page has it."""
    found = re.search(
        rf"^CREATE (?:OR REPLACE )?FUNCTION {name}\(.*?^(?:END )?\$\$;", (SQL / page).read_text(), re.DOTALL | re.MULTILINE
    )
    assert found is not None
    return found[0]


def run_script(script: str) -> None:
    """Several statements at once, which the driver takes only outside of a prepared statement."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    await_only(driver.execute(script))
