"""Memory, as rows: facts, summaries, and which turns of a conversation still go along."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    ScalarSelect,
    Select,
    Subquery,
    bindparam,
    delete,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from crm.memory import Fact, Past, Remembered, Stored
from db.models.chats import chats, conversations, turns
from db.models.proposals import proposals
from db.models.routing import held_questions as held
from db.models.usage import memories
from db.transactions import plain_transaction

_UNFINISHED = ("queued", "running", "ready")


class SqlMemory:
    """See crm.memory.MemoryStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def of_conversation(
        self, conversation_id: int, *, before_turn_id: int, in_private: bool, limit: int
    ) -> Stored:
        asked = {
            "workspace_id": self._workspace_id,
            "conversation_id": conversation_id,
            "before": before_turn_id,
            "limit": limit,
        }
        talk = (await self._link.execute(_of_conversation(in_private), asked)).one()
        facts = [Fact(*one) for one in talk.noted]
        return Stored([Past(*one) for one in talk.past], talk.summary, facts)

    async def summarize(self, conversation_id: int, until_turn_id: int, summary: str | None) -> None:
        """A summary that was made while the person started afresh or erased is not kept."""
        await self._link.execute(
            update(conversations)
            .where(
                conversations.c.id == conversation_id,
                conversations.c.summary_until < until_turn_id,
                conversations.c.fresh_after < until_turn_id,
            )
            .values(summary=summary, summary_until=until_turn_id)
        )

    async def conversations(self, chat_id: int, thread_id: int | None) -> Sequence[Remembered]:
        count = func.count(turns.c.id).filter(turns.c.messages != [])
        rows = await self._link.execute(
            select(
                conversations.c.id, conversations.c.agent_id, conversations.c.summary, count.label("turns")
            )
            .outerjoin(turns, turns.c.conversation_id == conversations.c.id)
            .where(_here(chat_id, thread_id))
            .group_by(conversations.c.id)
            .order_by(func.max(turns.c.id).desc().nulls_last())
        )
        return [Remembered(row.id, row.agent_id, row.summary, row.turns) for row in rows]

    async def facts(self, chat_id: int, thread_id: int | None, *, in_private: bool) -> Sequence[Fact]:
        if in_private:
            return await self._facts(memories.c.conversation_id.is_(None) & _mine())
        here = select(conversations.c.id).where(_here(chat_id, thread_id))
        return await self._facts(memories.c.conversation_id.in_(here))

    async def _facts(self, which: ColumnElement[bool]) -> Sequence[Fact]:
        rows = await self._link.execute(
            select(memories.c.id, memories.c.body, memories.c.conversation_id)
            .where(memories.c.workspace_id == self._workspace_id, which)
            .order_by(memories.c.id)
        )
        return [Fact(row.id, row.body, row.conversation_id) for row in rows]

    async def add_fact(self, member_id: int, body: str, conversation_id: int | None) -> int:
        made = await self._link.execute(
            memories.insert()
            .values(
                workspace_id=self._workspace_id,
                member_id=member_id,
                conversation_id=conversation_id,
                body=body,
            )
            .returning(memories.c.id)
        )
        return int(made.scalar_one())

    async def change_fact(self, fact_id: int, body: str) -> bool:
        done = await self._link.execute(
            update(memories).where(memories.c.id == fact_id).values(body=body).returning(memories.c.id)
        )
        return done.one_or_none() is not None

    async def remove_fact(self, fact_id: int) -> bool:
        done = await self._link.execute(
            delete(memories).where(memories.c.id == fact_id).returning(memories.c.id)
        )
        return done.one_or_none() is not None

    async def start_afresh(self, chat_id: int, thread_id: int | None) -> int:
        last = (
            select(func.coalesce(func.max(turns.c.id), 0))
            .where(turns.c.conversation_id == conversations.c.id)
            .scalar_subquery()
        )
        done = await self._link.execute(
            update(conversations)
            .where(_here(chat_id, thread_id))
            .values(fresh_after=last, summary=None, summary_until=last)
            .returning(conversations.c.id)
        )
        return len(done.all())

    async def erase(
        self, chat_id: int, thread_id: int | None, *, everywhere: bool, member_id: int | None
    ) -> int:
        talks = select(conversations.c.id)
        if not everywhere:
            talks = talks.where(_here(chat_id, thread_id))
        which: ColumnElement[bool] = turns.c.conversation_id.in_(talks)
        if member_id is not None:
            which &= turns.c.member_id == member_id
        await self._link.execute(
            update(turns)
            .where(which, turns.c.state.in_(_UNFINISHED))
            .values(state="canceled", lease=None, lease_until=None)
        )
        touched = await self._link.execute(
            update(turns)
            .where(which)
            .values(user_text="", messages=[], answer=None, attachments=[], reason_detail=None, approval=None)
            .returning(turns.c.id, turns.c.conversation_id, turns.c.joins_turn_id)
        )
        rows = touched.all()
        # what was answered along with somebody else's message is in the messages of that one, too
        along = {row.joins_turn_id for row in rows} - {None}
        await self._link.execute(update(turns).where(turns.c.id.in_(along)).values(messages=[], answer=None))
        unanswered = held.c.member_id == func.my_member()
        if not everywhere:
            unanswered &= (held.c.chat_id == chat_id) & held.c.thread_id.is_not_distinct_from(thread_id)
        await self._link.execute(delete(held).where(unanswered))
        await self._link.execute(delete(proposals).where(proposals.c.turn_id.in_([row.id for row in rows])))
        about = {row.conversation_id for row in rows}
        await self._link.execute(
            update(conversations).where(conversations.c.id.in_(about)).values(summary=None)
        )
        facts: ColumnElement[bool] = memories.c.conversation_id.in_(talks)
        if everywhere:
            facts = _mine()
        elif member_id is not None:
            facts &= _mine()
        await self._link.execute(delete(memories).where(facts))
        return len(rows)

    async def keep_days(self, chat_id: int) -> int | None:
        found = await self._link.scalar(select(chats.c.settings["keep_days"]).where(chats.c.id == chat_id))
        return int(found) if found is not None else None

    async def set_keep_days(self, chat_id: int, days: int | None) -> None:
        await self._link.execute(
            text(
                "UPDATE chats SET settings = CASE WHEN CAST(:days AS integer) IS NULL THEN settings - 'keep_days'"
                " ELSE settings || jsonb_build_object('keep_days', CAST(:days AS integer)) END WHERE id = :chat"
            ),
            {"days": days, "chat": chat_id},
        )


class SqlMemoryDoors:
    """See crm.memory.MemoryDoors."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def purge(self, now: datetime) -> int:
        async with plain_transaction(self._engine) as link:
            return int(await link.scalar(text("SELECT purge_talk(:now)"), {"now": now}) or 0)


@cache
def _of_conversation(in_private: bool) -> Select[Any]:
    """In one question: somebody waits for the answer that it goes along with."""
    talk, before = (bindparam(name, type_=BigInteger) for name in ("conversation_id", "before"))
    of_talk = memories.c.conversation_id == talk
    mine = memories.c.conversation_id.is_(None) & _mine()
    noted = (
        select(memories.c.id, memories.c.body, memories.c.conversation_id)
        .where(
            memories.c.workspace_id == bindparam("workspace_id"), of_talk | mine if in_private else of_talk
        )
        .subquery()
    )
    past = (
        select(turns.c.id, turns.c.messages, turns.c.resumes_turn_id)
        .where(
            turns.c.conversation_id == talk,
            turns.c.id < before,
            turns.c.id > _since(talk),
            turns.c.state.in_(("done", "stopped")),
            turns.c.messages != [],
        )
        .order_by(turns.c.id.desc())
        .limit(bindparam("limit"))
        .subquery()
    )
    listed = (_listed(noted).label("noted"), _listed(past).label("past"))
    return select(conversations.c.summary, *listed).where(conversations.c.id == talk)


def _since(conversation_id: int | BindParameter[int]) -> ScalarSelect[int]:
    """The turn after which what was said goes along as it was."""
    return (
        select(func.greatest(conversations.c.summary_until, conversations.c.fresh_after))
        .where(conversations.c.id == conversation_id)
        .scalar_subquery()
    )


def _listed(rows: Subquery) -> ColumnElement[Any]:
    """Rows as one value: a list of lists, in the order of their ids."""
    lists = func.jsonb_agg(aggregate_order_by(func.jsonb_build_array(*rows.c), rows.c.id))
    return select(func.coalesce(lists, literal([], JSONB), type_=JSONB)).select_from(rows).scalar_subquery()


def _mine() -> ColumnElement[bool]:
    return memories.c.member_id == func.my_member()


def _here(chat_id: int, thread_id: int | None) -> ColumnElement[bool]:
    return (conversations.c.chat_id == chat_id) & conversations.c.thread_id.is_not_distinct_from(thread_id)
