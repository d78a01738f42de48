"""Teams: links with their makers and ends, wrong links counted, news owed to whoever joined."""

import re
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.util import await_only

SQL = Path(__file__).parent.parent / "sql"

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NEW = (
    "take_over(bigint, boolean)", "owners_to_ask(bigint)", "end_membership(bigint)", "hand_over(bigint, bigint)",
    "may_end(bigint)", "switch_team(bigint)", "found_team(text)", "my_teams()", "team_members()", "welcome(bytea)",
    "redeem_link(bytea, bigint)", "check_link(invites, members)", "count_guess(bigint, integer, interval)",
    "own_team(bigint)", "role_rank(text)",
)


def upgrade() -> None:
    op.add_column("people", sa.Column("evening_digest_at", sa.Time()))
    op.add_column(
        "members", sa.Column("welcomed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"))
    )
    op.add_column("invites", sa.Column("uses", sa.Integer(), server_default="1", nullable=False))
    op.add_column("invites", sa.Column("revoked_at", sa.DateTime(timezone=True)))
    for name, gone in (("created_by", "SET NULL (created_by)"), ("takes_over", "CASCADE")):
        op.add_column("invites", sa.Column(name, sa.BigInteger()))
        op.create_foreign_key(
            op.f(f"fk_invites_workspace_id_{name}"),
            "invites", "members", ["workspace_id", name], ["workspace_id", "id"], ondelete=gone,
        )
    op.add_column("invites", sa.Column("taken_by", sa.BigInteger()))
    op.create_foreign_key(
        op.f("fk_invites_taken_by"), "invites", "people", ["taken_by"], ["id"], ondelete="SET NULL"
    )
    op.create_index(op.f("ix_invites_taken_by"), "invites", ["taken_by"])
    op.create_index("ix_invites_workspace", "invites", ["workspace_id"])
    op.create_table(
        "link_guesses",
        sa.Column("telegram_user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("telegram_user_id", name=op.f("pk_link_guesses")),
    )
    for page in ("0003_links.sql", "0003_teams.sql", "0003_accounts.sql"):
        run_script((SQL / page).read_text())


def downgrade() -> None:
    run_script("".join(f"DROP FUNCTION {name};" for name in NEW))
    run_script(before("arrive", "doors_people.sql") + before("purge", "doors_work.sql"))
    op.drop_table("link_guesses")
    for name in ("taken_by", "takes_over", "created_by", "revoked_at", "uses"):
        op.drop_column("invites", name)
    op.drop_index("ix_invites_workspace", table_name="invites")
    op.drop_column("members", "welcomed_at")
    op.drop_column("people", "evening_digest_at")


def before(name: str, page: str) -> str:
    """A function as the first schema made it, to be put back in place."""
    script = (SQL / page).read_text()
    found = re.search(rf"CREATE FUNCTION {name}\(.*?(?:END )?\$\$;\n", script, re.DOTALL)
    assert found is not None
    return found.group(0).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


def run_script(script: str) -> None:
    """Several statements at once, which the driver takes only outside of a prepared statement."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    await_only(driver.execute(script))
