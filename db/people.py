"""People: their own row, and the doors they come in by."""

import hashlib

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from crm.people import Actor, ChatKind, Role, Visitor
from db.models.people import people
from db.transactions import plain_transaction


class SqlPeople:
    """See crm.people.PeopleStore."""

    def __init__(self, link: AsyncConnection) -> None:
        self._link = link

    async def set_language(self, person_id: int, language: str) -> None:
        await self._link.execute(update(people).where(people.c.id == person_id).values(language=language))

    async def set_timezone(self, person_id: int, timezone: str) -> None:
        await self._link.execute(update(people).where(people.c.id == person_id).values(timezone=timezone))


class SqlPeopleDoors:
    """See crm.people.PeopleDoors."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def arrive(self, visitor: Visitor, *, open_to_all: bool) -> Actor:
        code = hashlib.sha256(visitor.link_code.encode()).digest() if visitor.link_code else None
        async with plain_transaction(self._engine) as link:
            found = await link.execute(
                text(
                    "SELECT * FROM arrive(:user, :name, :username, :language, :timezone, :chat, :kind, :title,"
                    " :code, :operator, :started, :open)"
                ),
                {
                    "user": visitor.telegram_user_id,
                    "name": visitor.display_name,
                    "username": visitor.username,
                    "language": visitor.language,
                    "timezone": visitor.timezone,
                    "chat": visitor.telegram_chat_id,
                    "kind": visitor.chat_kind.value,
                    "title": visitor.chat_title,
                    "code": code,
                    "operator": visitor.is_operator,
                    "started": visitor.started,
                    "open": open_to_all,
                },
            )
            row = found.one()
        return Actor(
            person_id=row.person_id,
            telegram_user_id=visitor.telegram_user_id,
            display_name=visitor.display_name,
            language=row.language,
            timezone=row.timezone,
            workspace_id=row.workspace_id,
            member_id=row.member_id,
            role=Role(row.role),
            chat_id=row.chat_id,
            telegram_chat_id=visitor.telegram_chat_id,
            chat_kind=ChatKind(visitor.chat_kind),
            is_operator=row.is_operator,
            is_new=row.is_new,
            from_group=row.from_group,
            is_asking=row.is_asking,
        )

    async def has_operator(self) -> bool:
        async with plain_transaction(self._engine) as link:
            return bool(await link.scalar(text("SELECT has_operator()")))

    async def issue_claim(self, code_hash: bytes, lifetime_seconds: int) -> None:
        async with plain_transaction(self._engine) as link:
            await link.execute(
                text("SELECT issue_claim(:hash, :seconds)"), {"hash": code_hash, "seconds": lifetime_seconds}
            )

    async def claim_database(self, bot_id: int) -> int:
        """The id of the bot this database belongs to; ours when it was nobody's."""
        async with plain_transaction(self._engine) as link:
            return int(await link.scalar(text("SELECT claim_database(:bot)"), {"bot": bot_id}) or 0)
