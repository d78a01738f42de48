"""Quick adds: the words that find a contact, a task's phone, and the other ways its text could be meant."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.util import await_only

from crm.grammar.names import forms_of

SQL = Path(__file__).parent.parent / "sql"

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("crm_tasks", sa.Column("phone_e164", sa.Text()))
    op.add_column(
        "crm_tasks",
        sa.Column("readings", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.add_column("crm_calls", sa.Column("source_line", sa.SmallInteger(), server_default="0", nullable=False))
    source = ["workspace_id", "source_chat_id", "source_message_id"]
    op.drop_constraint(op.f(f"uq_crm_calls_{'_'.join(source)}"), "crm_calls")
    op.create_unique_constraint(
        op.f(f"uq_crm_calls_{'_'.join(source)}_source_line"), "crm_calls", [*source, "source_line"]
    )
    op.create_table(
        "crm_contact_words",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_crm_contact_words_workspace_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "contact_id"], ["crm_contacts.workspace_id", "crm_contacts.id"],
            name=op.f("fk_crm_contact_words_workspace_id_contact_id"), ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_contact_words")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_crm_contact_words_workspace_id_id")),
        sa.UniqueConstraint(
            "workspace_id", "word", "contact_id", name=op.f("uq_crm_contact_words_workspace_id_word_contact_id")
        ),
    )
    op.create_index("ix_crm_contact_words_contact", "crm_contact_words", ["workspace_id", "contact_id"])
    run_script((SQL / "0005_quick_adds.sql").read_text())
    name_those_that_are_there()


def downgrade() -> None:
    op.drop_table("crm_contact_words")
    source = ["workspace_id", "source_chat_id", "source_message_id"]
    op.drop_constraint(op.f(f"uq_crm_calls_{'_'.join(source)}_source_line"), "crm_calls")
    op.create_unique_constraint(op.f(f"uq_crm_calls_{'_'.join(source)}"), "crm_calls", source)
    op.drop_column("crm_calls", "source_line")
    op.drop_column("crm_tasks", "readings")
    op.drop_column("crm_tasks", "phone_e164")


def name_those_that_are_there() -> None:
    """Contacts saved before get their words too."""
    link = op.get_bind()
    for row in link.execute(sa.text("SELECT id, workspace_id, full_name, company FROM crm_contacts")).all():
        words = [
            {"workspace": row.workspace_id, "contact": row.id, "word": word}
            for word in sorted(forms_of(f"{row.full_name} {row.company or ''}"))
        ]
        if words:
            link.execute(
                sa.text(
                    "INSERT INTO crm_contact_words (workspace_id, contact_id, word)"
                    " VALUES (:workspace, :contact, :word)"
                ),
                words,
            )


def run_script(script: str) -> None:
    """Several statements at once, which the driver takes only outside of a prepared statement."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    await_only(driver.execute(script))
