"""Conversations and the turns in them, as rows that whoever was entered may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    any_,
    bindparam,
    case,
    exists,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningInsert

from crm.agents import Choice, Here, Reason
from crm.attachments import Attachment
from crm.people import Actor, ChatKind
from crm.turns import ModelAnswer, Progress, Saying, Stopping, Turn
from crm.updates import Arrival
from db.models.chats import chats, conversations, turns
from db.models.routing import agent_bindings as bindings
from db.models.routing import agent_picks as picks

UNFINISHED = ("queued", "running", "ready")


@dataclass(frozen=True, slots=True)
class Place:
    """Agents of a chat, by id: its default, and the one bound to a topic or, by None, to all of it."""

    default_agent_id: int | None
    bound: Mapping[int | None, int]


class SqlConversations:
    """See crm.turns.ConversationStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def here(self, actor: Actor, thread_id: int | None, since: datetime) -> Here:
        place = await self.place(actor.chat_id)
        asked = {
            "chat_id": actor.chat_id,
            "member_id": actor.member_id,
            "thread_id": thread_id,
            "since": since,
        }
        row = (await self._link.execute(_here(), asked)).one()
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

    async def add_turn(
        self,
        actor: Actor,
        arrival: Arrival,
        choice: Choice,
        attachments: Sequence[Attachment] = (),
        *,
        until: datetime | None = None,
    ) -> Turn:
        made = await self._link.execute(
            _open(),
            {
                "workspace_id": self._workspace_id,
                "chat_id": actor.chat_id,
                "thread_id": arrival.thread_id,
                "agent_id": choice.agent.id,
            },
        )
        conversation_id = int(
            made.scalar_one()
        )  # its row is ours now: whoever asks in it waits for our commit
        words = choice.text.replace("\0", " ")
        added = await self._link.execute(
            turns.insert()
            .values(
                workspace_id=self._workspace_id,
                conversation_id=conversation_id,
                member_id=actor.member_id,
                thread_id=arrival.thread_id,
                message_id=arrival.message_id,
                user_text=words,
                speaker=actor.display_name,
                asked_at=arrival.sent_at,
                reason=choice.reason.value,
                reason_detail=choice.detail,
                attachments=[one.to_json() for one in attachments],
                **(_begun(conversation_id, until) if until is not None else {}),
            )
            .returning(turns.c.id, turns.c.lease, turns.c.attempts)
        )
        row = added.one()
        return Turn(
            id=row.id,
            conversation_id=conversation_id,
            lease=row.lease or "",
            attempts=row.attempts,
            agent_id=choice.agent.id,
            # what is only remembered of them is asked for once; a turn lasts
            actor=replace(actor, is_new=False, is_asking=False, is_remembered=False),
            thread_id=arrival.thread_id,
            message_id=arrival.message_id,
            text=words,
            asked_at=arrival.sent_at,
            sayings=(Saying(actor.display_name, words, actor.member_id),),
            attachments=tuple(attachments),
        )

    async def answered_by(self, chat_id: int, message_id: int) -> int | None:
        return await self._link.scalar(
            select(conversations.c.agent_id)
            .join(turns, turns.c.conversation_id == conversations.c.id)
            .where(conversations.c.chat_id == chat_id, literal(message_id) == any_(turns.c.message_ids))
            .order_by(turns.c.id.desc())
            .limit(1)
        )

    async def release(self, turn: Turn, until: datetime | None) -> None:
        await self._mark(turn, lease=None, lease_until=until, attempts=turns.c.attempts - 1)

    async def keep_progress(self, turn: Turn, progress: Progress) -> bool:
        return await self._mark(turn, messages=list(progress.messages), usage=_usage(progress))

    async def keep_shown(self, turn: Turn, telegram_message_id: int) -> bool:
        return await self._mark(turn, shown_message_id=telegram_message_id)

    async def keep_answer(self, turn: Turn, answer: ModelAnswer) -> bool:
        return await self._mark(
            turn,
            state="ready",
            answer=answer.text,
            messages=list(answer.messages),
            model=answer.model,
            usage=_usage(answer),
        )

    async def keep_heard(self, turn: Turn) -> bool:
        return await self._mark(
            turn, user_text=turn.text, attachments=[one.to_json() for one in turn.attachments]
        )

    async def keep_pieces(self, turn: Turn, telegram_message_ids: Sequence[int]) -> bool:
        return await self._mark(turn, message_ids=list(telegram_message_ids))

    async def mark_sent(self, turn: Turn, telegram_message_ids: Sequence[int]) -> bool:
        return await self._mark(
            turn,
            state=case(
                (turns.c.reference.is_not(None), "failed"),
                (turns.c.stopped_at.is_not(None), "stopped"),
                else_="done",
            ),
            lease=None,
            message_ids=list(telegram_message_ids),
            telegram_message_id=telegram_message_ids[-1] if telegram_message_ids else None,
        )

    async def keep_apology(self, turn: Turn, reference: str, text: str) -> bool:
        return await self._mark(turn, state="ready", answer=text, reference=reference)

    async def mark_failed(self, turn: Turn, reference: str) -> bool:
        return await self._mark(turn, state="failed", lease=None, reference=reference)

    async def mark_canceled(self, turn: Turn) -> bool:
        return await self._mark(turn, state="canceled", lease=None)

    async def stop(
        self, actor: Actor, thread_id: int | None, turn_id: int | None, at: datetime, *, everyones: bool
    ) -> Stopping:
        of_chat = select(conversations.c.id).where(conversations.c.chat_id == actor.chat_id)
        if turn_id is None and actor.chat_kind is not ChatKind.PRIVATE:
            of_chat = of_chat.where(conversations.c.thread_id.is_not_distinct_from(thread_id))
        meant = turns.c.conversation_id.in_(of_chat) & turns.c.state.in_(("queued", "running"))
        if turn_id is not None:
            meant &= turns.c.id == turn_id
        joined = turns.alias()
        along = (
            select(joined.c.id)
            .where(
                joined.c.conversation_id == turns.c.conversation_id,
                joined.c.joins_turn_id == turns.c.id,
                joined.c.member_id == actor.member_id,
            )
            .exists()
        )
        own = or_(turns.c.member_id == actor.member_id, along)
        done = await self._link.scalars(
            update(turns)
            .where(meant if everyones else meant & own)
            .values(stopped_at=at, state=case((turns.c.state == "queued", "canceled"), else_=turns.c.state))
            .returning(turns.c.id)
        )
        stopped = list(done)
        others = not stopped and await self._link.scalar(select(turns.c.id).where(meant).limit(1)) is not None
        return Stopping(stopped, others)

    async def _mark(self, turn: Turn, **values: object) -> bool:
        done = await self._link.execute(
            update(turns).where(_ours(turn)).values(**values).returning(turns.c.id)
        )
        return done.one_or_none() is not None


@cache
def _here() -> Select[Any]:
    """Whom the member spoke with lately in a chat and topic, and whom they picked; every question asks."""
    chat_id, member_id, thread_id = (
        bindparam(name, type_=BigInteger) for name in ("chat_id", "member_id", "thread_id")
    )
    recent = (
        select(conversations.c.agent_id)
        .join(turns, turns.c.conversation_id == conversations.c.id)
        .where(
            conversations.c.chat_id == chat_id,
            conversations.c.thread_id.is_not_distinct_from(thread_id),
            turns.c.member_id == member_id,
            turns.c.asked_at >= bindparam("since"),
            turns.c.reason != Reason.ASKED.value,  # that was for once
        )
        .order_by(turns.c.id.desc())
        .limit(1)
    )
    picked = select(picks.c.agent_id, picks.c.is_handed).where(
        picks.c.chat_id == chat_id,
        picks.c.thread_id.is_not_distinct_from(thread_id),
        picks.c.member_id == member_id,
    )
    return select(
        recent.scalar_subquery().label("recent"),
        picked.with_only_columns(picks.c.agent_id).scalar_subquery().label("picked"),
        picked.with_only_columns(picks.c.is_handed).scalar_subquery().label("handed"),
    )


@cache
def _open() -> ReturningInsert[int]:
    """The conversation of a chat, a topic and an agent, which is there already or begins."""
    key = ("workspace_id", "chat_id", "thread_id", "agent_id")
    new = insert(conversations).values({name: bindparam(name) for name in key})
    return new.on_conflict_do_update(index_elements=key, set_={"agent_id": new.excluded.agent_id}).returning(
        conversations.c.id
    )


def _begun(conversation_id: int, until: datetime) -> dict[str, Any]:
    """Of a new turn: running and leased, unless another one goes before it."""
    is_idle = ~exists().where(turns.c.conversation_id == conversation_id, turns.c.state.in_(UNFINISHED))
    return {
        "state": case((is_idle, "running"), else_="queued"),
        "lease": case((is_idle, str(uuid4()))),
        "lease_until": case((is_idle, until)),
        "attempts": case((is_idle, 1), else_=0),
    }


def _usage(spent: Progress | ModelAnswer) -> dict[str, int]:
    return {"input_tokens": spent.input_tokens, "output_tokens": spent.output_tokens}


def _ours(turn: Turn) -> ColumnElement[bool]:
    return (turns.c.id == turn.id) & (turns.c.lease == turn.lease) & turns.c.state.in_(UNFINISHED)
