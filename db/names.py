"""Names of the entered team's members, through their door: people's own rows are theirs alone."""

from sqlalchemy import BigInteger, Boolean, Text, column, func

names = func.member_names().table_valued(
    column("member_id", BigInteger),
    column("display_name", Text),
    column("username", Text),
    column("is_removed", Boolean),
    name="names",
)
