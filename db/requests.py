"""Requests for access: read and answered through doors, since people's names are their own."""

from collections.abc import Sequence

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from crm.requests import Asking, Card, GroupAsking
from db.models.chats import chat_members, chats
from db.models.people import members
from db.transactions import plain_transaction


class SqlRequests:
    """See crm.requests.RequestStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def groups(self) -> Sequence[GroupAsking]:
        rows = await self._link.execute(
            select(chats.c.id, chats.c.title, func.count().label("count"))
            .join(chat_members, chat_members.c.chat_id == chats.c.id)
            .join(members, members.c.id == chat_members.c.member_id)
            .where(
                chat_members.c.request == "open",
                chat_members.c.left_at.is_(None),
                members.c.role == "guest",
                members.c.removed_at.is_(None),
            )
            .group_by(chats.c.id, chats.c.title)
            .order_by(chats.c.id)
        )
        return [GroupAsking(row.id, row.title or "", row[2]) for row in rows]

    async def card(self, chat_id: int) -> Card | None:
        card = await card_of(self._link, chat_id)
        return card if card is not None and card.workspace_id == self._workspace_id else None

    async def answer(self, chat_id: int, member_ids: Sequence[int], *, approve: bool) -> Sequence[int]:
        done = await self._link.scalars(
            text("SELECT * FROM answer_requests(:chat, :members, :approve)"),
            {"chat": chat_id, "members": list(member_ids), "approve": approve},
        )
        return list(done)

    async def close_card(self, chat_id: int) -> None:
        await self._link.execute(text("SELECT requests_shown(:chat, NULL, NULL, '{}')"), {"chat": chat_id})


class SqlRequestDoors:
    """See crm.requests.RequestDoors."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def card(self, chat_id: int) -> Card | None:
        async with plain_transaction(self._engine) as link:
            return await card_of(link, chat_id)

    async def shown(self, card: Card, telegram_chat_id: int, message_id: int) -> None:
        async with plain_transaction(self._engine) as link:
            await link.execute(
                text("SELECT requests_shown(:place, :chat, :message, :members)"),
                {
                    "place": card.chat_id,
                    "chat": telegram_chat_id,
                    "message": message_id,
                    "members": [one.member_id for one in card.asking],
                },
            )


async def card_of(link: AsyncConnection, chat_id: int) -> Card | None:
    row = (await link.execute(text("SELECT * FROM request_card(:chat)"), {"chat": chat_id})).one_or_none()
    if row is None:
        return None
    return Card(
        chat_id=chat_id,
        workspace_id=row.workspace_id,
        team=row.team,
        title=row.title or "",
        asking=tuple(Asking(member, name) for member, name in zip(row.member_ids, row.names, strict=True)),
        owner_chat_id=row.chat_id,
        language=row.language,
        shown_in=None if row.card_message_id is None else (row.card_chat_id, row.card_message_id),
    )
