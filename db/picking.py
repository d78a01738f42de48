"""Picking, as rows: bindings of places, picks of members, and messages held for their author."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.agents import Doubt, Reason
from crm.people import Actor
from crm.picking import HeldQuestion, LastChoice
from crm.turns import Turn
from crm.updates import Arrival
from db.models.chats import chats, conversations, turns
from db.models.routing import agent_bindings as bindings
from db.models.routing import agent_picks as picks
from db.models.routing import held_questions as held


class SqlPicking:
    """See crm.picking.PickingStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def pick(
        self, actor: Actor, thread_id: int | None, agent_id: int | None, *, is_handed: bool = False
    ) -> None:
        if agent_id is None:
            await self._link.execute(delete(picks).where(picked_by(actor, thread_id)))
            return
        chosen = {"agent_id": agent_id, "is_handed": is_handed}
        await self._link.execute(
            insert(picks)
            .values(
                workspace_id=self._workspace_id,
                chat_id=actor.chat_id,
                thread_id=thread_id,
                member_id=actor.member_id,
                **chosen,
            )
            .on_conflict_do_update(
                index_elements=["workspace_id", "chat_id", "thread_id", "member_id"], set_=chosen
            )
        )

    async def bind(self, chat_id: int, thread_id: int | None, agent_id: int | None) -> None:
        if agent_id is None:
            await self._link.execute(
                delete(bindings).where(
                    bindings.c.chat_id == chat_id,
                    bindings.c.thread_id.is_not_distinct_from(thread_id),
                )
            )
            return
        await self._link.execute(
            insert(bindings)
            .values(
                workspace_id=self._workspace_id,
                chat_id=chat_id,
                thread_id=thread_id,
                agent_id=agent_id,
            )
            .on_conflict_do_update(
                index_elements=["workspace_id", "chat_id", "thread_id"], set_={"agent_id": agent_id}
            )
        )

    async def set_default(self, chat_id: int, agent_id: int | None) -> None:
        await self._link.execute(update(chats).where(chats.c.id == chat_id).values(default_agent_id=agent_id))

    async def hold(self, actor: Actor, arrival: Arrival, doubt: Doubt, until: datetime) -> int:
        made = await self._link.execute(
            insert(held)
            .values(
                workspace_id=self._workspace_id,
                chat_id=actor.chat_id,
                thread_id=arrival.thread_id,
                member_id=actor.member_id,
                message_id=arrival.message_id,
                question=doubt.text,
                scores=doubt.detail,
                asked_at=arrival.sent_at,
                expires_at=until,
            )
            .returning(held.c.id)
        )
        return int(made.scalar_one())

    async def take(self, actor: Actor, held_id: int, now: datetime) -> HeldQuestion | None:
        found = await self._link.execute(
            delete(held)
            .where(
                held.c.id == held_id,
                held.c.member_id == actor.member_id,
                held.c.chat_id == actor.chat_id,
                held.c.expires_at > now,
            )
            .returning(held.c.question, held.c.scores, held.c.thread_id, held.c.message_id, held.c.asked_at)
        )
        row = found.one_or_none()
        return None if row is None else HeldQuestion(**row._mapping)

    async def last_choice(self, actor: Actor, thread_id: int | None) -> LastChoice | None:
        found = await self._link.execute(
            select(conversations.c.agent_id, turns.c.reason, turns.c.reason_detail, turns.c.asked_at)
            .join(turns, turns.c.conversation_id == conversations.c.id)
            .where(
                conversations.c.chat_id == actor.chat_id,
                conversations.c.thread_id.is_not_distinct_from(thread_id),
                turns.c.member_id == actor.member_id,
            )
            .order_by(turns.c.id.desc())
            .limit(1)
        )
        row = found.one_or_none()
        return None if row is None else LastChoice(row.agent_id, row.reason, row.reason_detail, row.asked_at)

    async def passed_to(
        self, actor: Actor, thread_id: int | None, message_id: int | None, asked_at: datetime
    ) -> Sequence[int]:
        found = await self._link.scalars(
            select(conversations.c.agent_id)
            .join(turns, turns.c.conversation_id == conversations.c.id)
            .where(
                conversations.c.chat_id == actor.chat_id,
                conversations.c.thread_id.is_not_distinct_from(thread_id),
                turns.c.member_id == actor.member_id,
                turns.c.message_id.is_not_distinct_from(message_id),
                turns.c.asked_at == asked_at,
                turns.c.reason == Reason.HANDED.value,
            )
            .order_by(turns.c.id)
        )
        return list(found)

    async def passed_on(self, turn: Turn) -> tuple[int, str | None] | None:
        actor = turn.actor
        found = await self._link.execute(
            select(conversations.c.agent_id, turns.c.reason_detail)
            .join(turns, turns.c.conversation_id == conversations.c.id)
            .where(
                conversations.c.chat_id == actor.chat_id,
                conversations.c.thread_id.is_not_distinct_from(turn.thread_id),
                turns.c.member_id == actor.member_id,
                turns.c.message_id.is_not_distinct_from(turn.message_id),
                turns.c.asked_at == turn.asked_at,
                turns.c.reason == Reason.HANDED.value,
                turns.c.id > turn.id,
            )
            .order_by(turns.c.id)
            .limit(1)
        )
        row = found.one_or_none()
        return None if row is None else (row.agent_id, row.reason_detail)


def picked_by(actor: Actor, thread_id: int | None) -> ColumnElement[bool]:
    """The pick of the actor in the topic."""
    return (
        (picks.c.chat_id == actor.chat_id)
        & picks.c.thread_id.is_not_distinct_from(thread_id)
        & (picks.c.member_id == actor.member_id)
    )
