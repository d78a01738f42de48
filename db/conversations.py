"""Conversations and turns, as rows; a turn belongs to whoever holds its lease."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from crm.agents import Choice, Here, Reason
from crm.conversations import ModelAnswer, Turn
from crm.errors import Removed
from crm.people import Actor
from crm.updates import Arrival
from db.actors import actor_columns, actor_of, claims_by_member
from db.models.chats import chats, conversations, turns
from db.models.people import members, people
from db.models.routing import agent_bindings as bindings
from db.models.routing import agent_picks as picks
from db.picking import picked_by
from db.transactions import entered, plain_transaction

UNFINISHED = ("queued", "running", "ready")


@dataclass(frozen=True, slots=True)
class Place:
    """Agents of a chat, by id: its default, and the one bound to a topic or, by None, to all of it."""

    default_agent_id: int | None
    bound: Mapping[int | None, int]


class SqlConversations:
    """See crm.conversations.ConversationStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def here(self, actor: Actor, thread_id: int | None, since: datetime) -> Here:
        place = await self.place(actor.chat_id)
        recent = (
            select(conversations.c.agent_id)
            .join(turns, turns.c.conversation_id == conversations.c.id)
            .where(
                conversations.c.chat_id == actor.chat_id,
                conversations.c.thread_id.is_not_distinct_from(thread_id),
                turns.c.member_id == actor.member_id,
                turns.c.asked_at >= since,
                turns.c.reason != Reason.ASKED.value,  # that was for once
            )
            .order_by(turns.c.id.desc())
            .limit(1)
        )
        found = await self._link.execute(
            select(
                recent.scalar_subquery().label("recent"),
                select(picks.c.agent_id).where(picked_by(actor, thread_id)).scalar_subquery().label("picked"),
                select(picks.c.is_handed)
                .where(picked_by(actor, thread_id))
                .scalar_subquery()
                .label("handed"),
            )
        )
        row = found.one()
        bound = place.bound.get(thread_id, place.bound.get(None))
        return Here(bound, row.recent, row.picked, bool(row.handed), place.default_agent_id)

    async def place(self, chat_id: int) -> Place:
        """Whom a chat of ours and its topics are bound to."""
        rows = await self._link.execute(
            select(chats.c.default_agent_id, bindings.c.thread_id, bindings.c.agent_id)
            .outerjoin(bindings, bindings.c.chat_id == chats.c.id)
            .where(chats.c.id == chat_id)
        )
        found = rows.all()
        bound = {row.thread_id: row.agent_id for row in found if row.agent_id is not None}
        return Place(found[0].default_agent_id if found else None, bound)

    async def answered_by(self, chat_id: int, message_id: int) -> int | None:
        return await self._link.scalar(
            select(conversations.c.agent_id)
            .join(turns, turns.c.conversation_id == conversations.c.id)
            .where(conversations.c.chat_id == chat_id, turns.c.telegram_message_id == message_id)
            .limit(1)
        )

    async def add_turn(self, actor: Actor, arrival: Arrival, choice: Choice) -> int:
        made = await self._link.execute(
            insert(conversations)
            .values(
                workspace_id=self._workspace_id,
                chat_id=actor.chat_id,
                thread_id=arrival.thread_id,
                agent_id=choice.agent.id,
            )
            .on_conflict_do_update(
                index_elements=["workspace_id", "chat_id", "thread_id", "agent_id"],
                set_={"agent_id": choice.agent.id},
            )
            .returning(conversations.c.id)
        )
        turn = await self._link.execute(
            turns.insert()
            .values(
                workspace_id=self._workspace_id,
                conversation_id=made.scalar_one(),
                member_id=actor.member_id,
                thread_id=arrival.thread_id,
                message_id=arrival.message_id,
                user_text=choice.text.replace("\0", " "),
                asked_at=arrival.sent_at,
                reason=choice.reason.value,
                reason_detail=choice.detail,
            )
            .returning(turns.c.id)
        )
        return int(turn.scalar_one())

    async def history(
        self, conversation_id: int, *, before_turn_id: int, limit: int
    ) -> Sequence[Sequence[Any]]:
        rows = await self._link.scalars(
            select(turns.c.messages)
            .where(
                turns.c.conversation_id == conversation_id,
                turns.c.id < before_turn_id,
                turns.c.state == "done",
            )
            .order_by(turns.c.id.desc())
            .limit(limit)
        )
        return list(rows)[::-1]

    async def renew(self, turn: Turn, until: datetime) -> bool:
        return await self._mark(turn, lease_until=until)

    async def release(self, turn: Turn) -> None:
        await self._mark(turn, lease=None, lease_until=None, attempts=turns.c.attempts - 1)

    async def keep_answer(self, turn: Turn, answer: ModelAnswer) -> bool:
        return await self._mark(
            turn,
            state="ready",
            answer=answer.text,
            messages=list(answer.messages),
            model=answer.model,
            usage={"input_tokens": answer.input_tokens, "output_tokens": answer.output_tokens},
        )

    async def mark_sent(self, turn: Turn, telegram_message_id: int) -> bool:
        return await self._mark(turn, state="done", lease=None, telegram_message_id=telegram_message_id)

    async def mark_failed(self, turn: Turn, reference: str) -> bool:
        return await self._mark(turn, state="failed", lease=None, reference=reference)

    async def cancel(self, turn_id: int, actor: Actor) -> bool:
        of_chat = select(conversations.c.id).where(conversations.c.chat_id == actor.chat_id)
        done = await self._link.execute(
            update(turns)
            .where(
                turns.c.id == turn_id,
                turns.c.conversation_id.in_(of_chat),
                turns.c.state.in_(("queued", "running")),
            )
            .values(state="canceled", lease=None)
            .returning(turns.c.id)
        )
        return done.one_or_none() is not None

    async def _mark(self, turn: Turn, **values: object) -> bool:
        done = await self._link.execute(
            update(turns).where(_ours(turn)).values(**values).returning(turns.c.id)
        )
        return done.one_or_none() is not None


class SqlTurnDoors:
    """See crm.conversations.TurnDoors."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def claim(self, now: datetime, *, limit: int, lease: timedelta) -> Sequence[Turn]:
        async with plain_transaction(self._engine) as link:
            found = await link.execute(
                text("SELECT * FROM claim_turns(:now, :limit, :lease)"),
                {"now": now, "limit": limit, "lease": lease},
            )
            claims = found.all()
        claimed: list[Turn] = []
        for entry, rows in claims_by_member(claims):
            try:
                async with entered(self._engine, *entry) as link:
                    claimed += await _read(link, {row.id: row.lease for row in rows})
            except Removed:  # in the moment since the claim; the lease runs out, and the door passes them by
                continue
        return sorted(claimed, key=lambda turn: turn.id)


async def _read(link: AsyncConnection, leases: dict[int, str]) -> list[Turn]:
    """What the claimed turns ask and for whom, as far as the entered member may see it."""
    rows = await link.execute(
        select(
            turns.c.id.label("turn_id"),
            turns.c.conversation_id,
            turns.c.attempts,
            turns.c.thread_id,
            turns.c.message_id,
            turns.c.user_text,
            turns.c.asked_at,
            turns.c.answer,
            conversations.c.agent_id,
            *actor_columns(),
        )
        .join(conversations, conversations.c.id == turns.c.conversation_id)
        .join(chats, chats.c.id == conversations.c.chat_id)
        .join(members, members.c.id == turns.c.member_id)
        .join(people, people.c.id == members.c.person_id)
        .where(turns.c.id.in_(leases), turns.c.lease.in_(leases.values()))
    )
    return [
        Turn(
            id=row.turn_id,
            conversation_id=row.conversation_id,
            lease=leases[row.turn_id],
            attempts=row.attempts,
            agent_id=row.agent_id,
            actor=actor_of(row, privately=False),
            thread_id=row.thread_id,
            message_id=row.message_id,
            text=row.user_text,
            asked_at=row.asked_at,
            answer=row.answer,
        )
        for row in rows
    ]


def _ours(turn: Turn) -> ColumnElement[bool]:
    return (turns.c.id == turn.id) & (turns.c.lease == turn.lease) & turns.c.state.in_(UNFINISHED)
