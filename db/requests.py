"""Requests for access: read and answered through doors, since people's names are their own."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from crm.people import Role
from crm.requests import Asking, Card, GroupAsking, Seat
from db.transactions import plain_transaction


class SqlRequests:
    """See crm.requests.RequestStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

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

    async def groups(self, person_id: int) -> Sequence[GroupAsking]:
        async with plain_transaction(self._engine) as link:
            rows = await link.execute(text("SELECT * FROM open_requests(:person)"), {"person": person_id})
            return [GroupAsking(row.chat_id, row.title or "", row.asking) for row in rows]

    async def seat(self, chat_id: int, person_id: int) -> Seat | None:
        async with plain_transaction(self._engine) as link:
            row = (
                await link.execute(
                    text("SELECT * FROM seat_by_group(:chat, :person)"),
                    {"chat": chat_id, "person": person_id},
                )
            ).one_or_none()
        return None if row is None else Seat(row.workspace_id, row.member_id, Role(row.role))

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
