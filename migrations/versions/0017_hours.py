"""People's hours: holidays by country, digests, being away and who stands in."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from db.revisions import run_file, run_script

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

DOORS = (
    "mark_sent(jsonb, bigint, timestamptz, integer)", "look_at_deliveries(jsonb, interval)",
    "move_clocks(text, text, bigint[], timestamptz[], bigint[], timestamptz[])", "clocks_of(text, timestamptz)",
    "purge_digests(timestamptz)", "seats_of(bigint)",
    "mark_digest(bigint, text, text, bigint, text, timestamptz, timestamptz)", "leased_digest(bigint, text)",
    "claim_digests(timestamptz, integer, interval)", "stand_in(timestamptz)", "absences(timestamptz)",
    "come_back(timestamptz)", "go_away(timestamptz, bigint, timestamptz)", "end_absence(bigint, timestamptz)", "first_moment(timestamp, text)",
)
ON_PEOPLE: dict[str, tuple[sa.types.TypeEngine[Any], str | None]] = {  # name: type, default; null where there is no default
    "digests_since": (sa.DateTime(timezone=True), "now()"),
    "digests_on_days_off": (sa.Boolean(), "false"),
    "weekly_digest": (sa.Boolean(), "true"),
    "holidays": (sa.Boolean(), "true"),
    "holiday_country": (sa.Text(), None),
    "away_since": (sa.DateTime(timezone=True), None),
}


def upgrade() -> None:
    for name, (kind, default) in ON_PEOPLE.items():
        usual = sa.text(default) if default else None
        op.add_column("people", sa.Column(name, kind, server_default=usual, nullable=default is None))
    op.create_table(
        "digests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True)),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.Column("about_id", sa.BigInteger()),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("lease", sa.Text()),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_retry_at", sa.DateTime(timezone=True)),
        sa.Column("telegram_message_id", sa.BigInteger()),
        sa.Column("late_seconds", sa.Integer()),
        sa.Column("reason", sa.Text()),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('morning', 'evening', 'weekly', 'back', 'stand_in', 'stand_in_over')", name=op.f("ck_digests_kind")
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'leased', 'sent', 'skipped', 'failed')", name=op.f("ck_digests_state")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_digests_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["about_id"], ["people.id"], name=op.f("fk_digests_about_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digests")),
    )
    op.create_index(
        "uq_digests_once", "digests", ["person_id", "kind", "local_date"], unique=True,
        postgresql_where="kind IN ('morning', 'evening', 'weekly')",
    )
    op.create_index(op.f("ix_digests_about_id"), "digests", ["about_id"])
    op.create_index("ix_digests_pending", "digests", ["due_at"], postgresql_where="state = 'pending'")
    op.create_index("ix_digests_leased", "digests", ["lease_until"], postgresql_where="state = 'leased'")
    run_file("0017_hours.sql")
    run_file("0017_readiness.sql")


def downgrade() -> None:
    run_script("".join(f"DROP FUNCTION {door};" for door in DOORS))
    op.drop_table("digests")
    for name in ON_PEOPLE:
        op.drop_column("people", name)
