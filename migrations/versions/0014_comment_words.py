"""Comments: they are found by the forms of their words too, as titles and descriptions are."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.util import await_only

from crm.grammar.wordforms import kept_words

SQL = Path(__file__).parent.parent / "sql"

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BATCH = 1000  # comments given their words at once


def upgrade() -> None:
    op.add_column("crm_task_comments", sa.Column("words", sa.Text(), server_default="", nullable=False))
    find_those_that_are_there()
    fold("body || words")
    run_script((SQL / "0014_comment_words.sql").read_text())


def downgrade() -> None:
    before = (SQL / "0006_lists.sql").read_text().split("\n\n", 1)[0]  # the door as it was opens that script
    run_script(before.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    fold("body")
    op.drop_column("crm_task_comments", "words")


def fold(what: str) -> None:
    """What a comment is found by; its index goes with the column."""
    op.drop_column("crm_task_comments", "folded")
    op.add_column(
        "crm_task_comments",
        sa.Column(
            "folded", sa.Text(), sa.Computed(f"translate(lower({what}), 'ё', 'е')", persisted=True), nullable=False
        ),
    )
    op.create_index(
        "ix_crm_task_comments_trigrams", "crm_task_comments", ["folded"], postgresql_using="gin",
        postgresql_ops={"folded": "gin_trgm_ops"},
    )


def find_those_that_are_there() -> None:
    """Comments written before are found by their words too."""
    link, last = op.get_bind(), 0
    while rows := link.execute(
        sa.text("SELECT id, body FROM crm_task_comments WHERE id > :last ORDER BY id LIMIT :batch"),
        {"last": last, "batch": BATCH},
    ).all():
        link.execute(
            sa.text("UPDATE crm_task_comments SET words = :words WHERE id = :id"),
            [{"id": row.id, "words": kept_words(row.body)} for row in rows],
        )
        last = rows[-1].id


def run_script(script: str) -> None:
    """Several statements at once, which the driver takes only outside of a prepared statement."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    await_only(driver.execute(script))
