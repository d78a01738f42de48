"""Turns, claimed and read by the process that will answer them; a turn belongs to whoever holds its lease."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Text, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from crm.attachments import attachments_from
from crm.errors import Removed
from crm.turns import OWN, Progress, Saying, Turn
from db.actors import actor_columns, actor_of, claims_by_member
from db.models.chats import chats, conversations, turns
from db.models.people import members, people
from db.transactions import by_statement, entered, plain_transaction

_CLAIM = text("SELECT * FROM claim_turns(:now, :limit, :lease)")
_RENEW = text("SELECT * FROM renew_turns(:ids, :leases, :until)").bindparams(
    bindparam("ids", type_=ARRAY(BigInteger)), bindparam("leases", type_=ARRAY(Text))
)


class SqlTurnDoors:
    """See crm.conversations.TurnDoors."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._at_once = by_statement(engine)

    async def claim(self, now: datetime, *, limit: int, lease: timedelta) -> Sequence[Turn]:
        async with plain_transaction(self._at_once) as link:
            found = await link.execute(
                _CLAIM,
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

    async def renew(self, turns: Sequence[Turn], until: datetime) -> dict[int, bool]:
        given = {"ids": [turn.id for turn in turns], "leases": [turn.lease for turn in turns], "until": until}
        async with plain_transaction(self._at_once) as link:
            return {row.id: row.is_stopped for row in await link.execute(_RENEW, given)}


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
            turns.c.model,
            turns.c.reference,
            turns.c.messages,
            turns.c.usage,
            turns.c.stopped_at,
            turns.c.shown_message_id,
            turns.c.message_ids,
            conversations.c.agent_id,
            turns.c.attachments,
            chats.c.settings,
            *[turns.c.resumes_turn_id, *actor_columns()],
        )
        .join(conversations, conversations.c.id == turns.c.conversation_id)
        .join(chats, chats.c.id == conversations.c.chat_id)
        .join(members, members.c.id == turns.c.member_id)
        .join(people, people.c.id == members.c.person_id)
        .where(turns.c.id.in_(leases), turns.c.lease.in_(leases.values()))
    )
    leader = turns.alias()
    joined = await link.execute(
        select(turns.c.joins_turn_id, turns.c.speaker, turns.c.user_text, turns.c.member_id)
        .where(
            turns.c.conversation_id.in_(select(leader.c.conversation_id).where(leader.c.id.in_(leases))),
            turns.c.joins_turn_id.in_(leases),
        )
        .order_by(turns.c.id)
    )
    along: dict[int, list[Saying]] = {}
    for one in joined:
        along.setdefault(one.joins_turn_id, []).append(
            Saying(one.speaker or "", one.user_text, one.member_id)
        )
    return [_turn(row, leases[row.turn_id], along.get(row.turn_id, [])) for row in rows]


def _turn(row: Any, lease: str, along: Sequence[Saying]) -> Turn:
    actor = actor_of(row, privately=False)
    sayings = (Saying(actor.display_name, row.user_text, actor.member_id), *along)
    return Turn(
        id=row.turn_id,
        conversation_id=row.conversation_id,
        lease=lease,
        attempts=row.attempts,
        agent_id=row.agent_id,
        actor=actor,
        thread_id=row.thread_id,
        message_id=row.message_id,
        text="\n".join(one.text for one in sayings),
        asked_at=row.asked_at,
        answer=row.answer,
        sayings=sayings,
        pieces=tuple(row.message_ids),
        shown_as=row.shown_message_id,
        progress=Progress(row.messages, row.usage.get("input_tokens", 0), row.usage.get("output_tokens", 0)),
        is_stopped=row.stopped_at is not None,
        is_live=row.settings.get("answers") == "live",
        is_own=row.model == OWN,
        reference=row.reference,
        attachments=attachments_from(row.attachments),
        resumes_turn_id=row.resumes_turn_id,
    )
