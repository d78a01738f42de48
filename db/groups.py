"""Groups: the doors that Telegram's news of chats and their people come in by."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from crm.answers import Answer
from crm.groups import Hold, Place
from crm.updates import Arrival
from db.models.chats import chats
from db.models.people import workspaces
from db.transactions import plain_transaction
from db.updates import SqlUpdates


class SqlGroups:
    """See crm.groups.GroupStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def place(self, chat_id: int) -> Place:
        others = select(func.count()).select_from(chats).where(chats.c.id != chat_id).scalar_subquery()
        row = (
            await self._link.execute(
                select(workspaces.c.name, chats.c.title, others.label("others"))
                .join(chats, chats.c.workspace_id == workspaces.c.id)
                .where(chats.c.id == chat_id)
            )
        ).one()
        return Place(self._workspace_id, row.name, row.title or "", row.others == 0)

    async def let_in(self, telegram_chat_id: int, *, is_admin: bool) -> None:
        await self._link.execute(
            text("SELECT mark_reachable(:chat), set_watched(:chat, :admin)"),
            {"chat": telegram_chat_id, "admin": is_admin},
        )

    async def is_admin(self, chat_id: int) -> bool:
        watched = select(chats.c.watched_since.is_not(None)).where(chats.c.id == chat_id)
        return bool(await self._link.scalar(watched))

    async def shows_answers_live(self, chat_id: int, live: bool | None = None) -> bool:
        settings = await self._link.scalar(
            select(chats.c.settings).where(chats.c.id == chat_id).with_for_update()
            if live is not None
            else select(chats.c.settings).where(chats.c.id == chat_id)
        )
        settings = dict(settings or {})
        if live is not None:
            changed = settings | {"answers": "live" if live else "whole"}
            await self._link.execute(update(chats).where(chats.c.id == chat_id).values(settings=changed))
        return settings.get("answers") == "live"

    async def separate(self, chat_id: int) -> int | None:
        team = await self._link.scalar(text("SELECT separate_group(:chat)"), {"chat": chat_id})
        return None if team is None else int(team)


class SqlGroupDoors:
    """See crm.groups.GroupDoors."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def moved(self, old_id: int, new_id: int) -> None:
        await self._call("migrate_chat(:old, :new)", old=old_id, new=new_id)

    async def unreachable(self, chat_id: int) -> None:
        await self._call("mark_unreachable(:chat)", chat=chat_id)

    async def reachable(self, chat_id: int) -> None:
        await self._call("mark_reachable(:chat)", chat=chat_id)

    async def watched(
        self, chat_id: int, arrival: Arrival, *, is_admin: bool, reply: Callable[[str], Answer] | None
    ) -> Answer | None:
        async with plain_transaction(self._engine) as link:
            language = await link.scalar(
                text("SELECT set_watched(:chat, :admin)"), {"chat": chat_id, "admin": is_admin}
            )
            answer = reply(str(language)) if reply is not None and language is not None else None
            await SqlUpdates(link).finish(arrival, answer)
        return answer

    async def left(self, chat_id: int, user_id: int) -> None:
        await self._call("person_left(:chat, :user)", chat=chat_id, user=user_id)

    async def joined(self, chat_id: int, user_id: int) -> None:
        await self._call("person_joined(:chat, :user)", chat=chat_id, user=user_id)

    async def seen(self, chat_id: int, user_id: int) -> None:
        await self._call("person_seen(:chat, :user)", chat=chat_id, user=user_id)

    async def holds(self, member_id: int) -> Sequence[Hold]:
        async with plain_transaction(self._engine) as link:
            rows = await link.execute(text("SELECT * FROM groups_of(:member)"), {"member": member_id})
            return [Hold(row.chat_id, row.telegram_chat_id, row.must_ask) for row in rows]

    async def may_be_upgrade(self, chat_id: int, title: str, user_id: int | None) -> bool:
        return bool(
            await self._call(
                "may_be_upgrade(:chat, :title, CAST(:user AS bigint))",
                chat=chat_id,
                title=title,
                user=user_id,
            )
        )

    async def asked_with_album(self, chat_id: int, user_id: int, album: str, since: datetime) -> bool:
        door = "asked_with_album(:chat, :user, :album, :since)"
        return bool(await self._call(door, chat=chat_id, user=user_id, album=album, since=since))

    async def language(self, chat_id: int) -> str | None:
        found = await self._call("language_of_group(:chat)", chat=chat_id)
        return None if found is None else str(found)

    async def _call(self, door: str, **given: object) -> Any:
        async with plain_transaction(self._engine) as link:
            return await link.scalar(text(f"SELECT {door}"), given)
