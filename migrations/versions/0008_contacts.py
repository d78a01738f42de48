"""Contacts: versions, search by company, e-mail and Telegram, lists that stay flat, and merging."""

import re
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.util import await_only

SQL = Path(__file__).parent.parent / "sql"

revision = "0008"
down_revision = '0007'
branch_labels = None
depends_on = None

HERE = "deleted_at IS NULL"


def upgrade() -> None:
    op.add_column("crm_contacts", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column(
        "crm_contacts",
        sa.Column("folded_company", sa.Text(), sa.Computed("translate(lower(company), 'ё', 'е')", persisted=True)),
    )
    op.add_column(
        "crm_contacts", sa.Column("folded_email", sa.Text(), sa.Computed("lower(email)", persisted=True))
    )
    op.drop_index("ix_crm_contacts_folded_name", "crm_contacts")  # the list's index begins as it did
    op.create_index("ix_crm_contacts_email", "crm_contacts", ["workspace_id", "folded_email"])
    op.create_index("ix_crm_contacts_telegram", "crm_contacts", ["workspace_id", "telegram"])
    op.create_index(
        "ix_crm_contacts_companies",
        "crm_contacts",
        ["folded_company"],
        postgresql_using="gin",
        postgresql_ops={"folded_company": "gin_trgm_ops"},
    )
    for name, first in (("list", []), ("stage", ["stage"]), ("owner", ["owner_id"])):
        op.create_index(
            f"ix_crm_contacts_{name}",
            "crm_contacts",
            ["workspace_id", *first, "folded_name", "id"],
            postgresql_where=HERE,
        )
    op.create_index(
        "ix_crm_labels_contacts",
        "crm_labels",
        ["workspace_id", "name", "contact_id"],
        postgresql_where="contact_id IS NOT NULL",
    )
    run_script((SQL / "0008_contacts.sql").read_text())


def downgrade() -> None:
    for door in (
        "near_contacts(text, text, text, integer)",
        "merge_contacts(bigint, bigint)",
        "unmerge_contacts(bigint, bigint, jsonb)",
        "may_merge(bigint)",
        "find_contacts(text, integer)",
    ):
        op.execute(f"DROP FUNCTION {door}")
    run_script(former("doors_work.sql", "find_contacts"))
    op.drop_index("ix_crm_labels_contacts", "crm_labels")
    for name in ("owner", "stage", "list", "companies", "telegram", "email"):
        op.drop_index(f"ix_crm_contacts_{name}", "crm_contacts")
    op.create_index("ix_crm_contacts_folded_name", "crm_contacts", ["workspace_id", "folded_name"])
    for column in ("folded_email", "folded_company", "version"):
        op.drop_column("crm_contacts", column)


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
