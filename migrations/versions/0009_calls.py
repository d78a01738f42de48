"""Calls: versions, what a card still asks and offers, contacts made on the spot, and lists that stay flat."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = '0008'
branch_labels = None
depends_on = None

KEPT = sa.text("deleted_at IS NULL")
NARROWED = {
    "ix_crm_calls_started_at": [],
    "ix_crm_calls_contact": ["contact_id"],
    "ix_crm_calls_member": ["member_id"],
    "ix_crm_calls_outcome": ["outcome"],
    "ix_crm_calls_direction": ["direction"],
    "ix_crm_calls_chat": ["source_chat_id"],
}


def upgrade() -> None:
    op.add_column(
        "crm_calls", sa.Column("made_contact", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    for name in ("asks", "offers"):
        op.add_column(
            "crm_calls",
            sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        )
    op.add_column("crm_calls", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.drop_index("ix_crm_calls_started_at", "crm_calls")
    op.drop_index("ix_crm_calls_contact", "crm_calls")
    for name, columns in NARROWED.items():
        op.create_index(
            name, "crm_calls", ["workspace_id", *columns, "started_at", "id"], postgresql_where=KEPT
        )


def downgrade() -> None:
    for name in NARROWED:
        op.drop_index(name, "crm_calls")
    op.create_index("ix_crm_calls_started_at", "crm_calls", ["workspace_id", "started_at"])
    op.create_index("ix_crm_calls_contact", "crm_calls", ["workspace_id", "contact_id"])
    for name in ("version", "offers", "asks", "made_contact"):
        op.drop_column("crm_calls", name)
