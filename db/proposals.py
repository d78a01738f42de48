"""Proposals, as rows; a turn's are known by their order, however often the turn is run."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, cast, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import JSONPATH, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from crm.attachments import SEEN
from crm.errors import Removed
from crm.proposals import Asked, Expired, Kind, NewProposal, Proposal, State
from crm.turns import Turn
from db.actors import actor_columns, actor_of, claims_by_member
from db.models.chats import chats, turns
from db.models.people import members, people
from db.models.proposals import proposals
from db.transactions import entered, plain_transaction


class SqlProposals:
    """See crm.proposals.ProposalStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def add(self, turn: Turn, new: Sequence[NewProposal]) -> None:
        rows = [
            {
                "workspace_id": self._workspace_id,
                "turn_id": turn.id,
                "ordinal": one.ordinal,
                "call_key": one.key,
                "member_id": turn.actor.member_id,
                "chat_id": turn.actor.chat_id,
                "agent_id": turn.agent_id,
                "kind": one.kind.value,
                "said": dict(one.said),
                "task_number": one.task_number,
                "read_at": turn.asked_at,
            }
            for one in new
        ]
        await self._link.execute(insert(proposals).on_conflict_do_nothing(), rows)

    async def of_turn(self, turn_id: int) -> Sequence[Proposal]:
        rows = await self._link.execute(
            select(proposals).where(proposals.c.turn_id == turn_id).order_by(proposals.c.ordinal)
        )
        return [_proposal(row) for row in rows]

    async def by_id(self, proposal_id: int, *, to_decide: bool = False) -> Proposal | None:
        wanted = select(proposals).where(proposals.c.id == proposal_id)
        row = (await self._link.execute(wanted.with_for_update() if to_decide else wanted)).one_or_none()
        return None if row is None else _proposal(row)

    async def change(self, proposal: Proposal) -> Proposal:
        asked = proposal.asked
        row = await self._link.execute(
            update(proposals)
            .where(proposals.c.id == proposal.id)
            .values(
                said=dict(asked.said),
                read_at=asked.read_at,
                state=proposal.state.value,
                expires_at=proposal.expires_at,
                outcome=proposal.outcome,
                faded_at=None,
                version=proposals.c.version + 1,
            )
            .returning(proposals)
        )
        return _proposal(row.one())

    async def mark_shown(self, proposal_id: int, telegram_message_id: int, expires_at: datetime) -> None:
        await self._link.execute(
            update(proposals)
            .where(proposals.c.id == proposal_id)
            .values(telegram_message_id=telegram_message_id, expires_at=expires_at)
        )

    async def mark_faded(self, proposal_id: int, at: datetime) -> None:
        await self._link.execute(update(proposals).where(proposals.c.id == proposal_id).values(faded_at=at))

    async def waiting(self, member_id: int, since: datetime) -> Sequence[Proposal]:
        rows = await self._link.execute(
            select(proposals)
            .where(
                proposals.c.member_id == member_id,
                proposals.c.state == "open",
                proposals.c.read_at >= since,
                proposals.c.telegram_message_id.is_not(None),
            )
            .order_by(proposals.c.id.desc())
        )
        return [_proposal(row) for row in rows]

    async def outcomes(self, conversation_id: int) -> Mapping[str, str | None]:
        rows = await self._link.execute(
            select(proposals.c.call_key, proposals.c.outcome)
            .join(turns, turns.c.id == proposals.c.turn_id)
            .where(turns.c.conversation_id == conversation_id)
            .order_by(proposals.c.id)
        )
        return {row.call_key: row.outcome for row in rows}

    async def resume(self, turn_id: int) -> bool:
        made = await self._link.execute(
            insert(turns)
            .from_select(list(_RESUMED), _going_on(turn_id))
            .on_conflict_do_nothing()
            .returning(turns.c.id)
        )
        return made.one_or_none() is not None


class SqlProposalDoors:
    """See crm.proposals.ProposalDoors."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def expired(self, now: datetime, *, limit: int) -> Sequence[Expired]:
        async with plain_transaction(self._engine) as link:
            found = await link.execute(
                text("SELECT * FROM expired_proposals(:now, :limit)"), {"now": now, "limit": limit}
            )
            rows = found.all()
        expired: list[Expired] = []
        for entry, theirs in claims_by_member(rows):
            try:
                async with entered(self._engine, *entry) as link:
                    expired += await _expired(link, [row.id for row in theirs])
            except Removed:  # in the moment since; the door passes them by
                continue
        return expired


async def _expired(link: AsyncConnection, ids: Sequence[int]) -> list[Expired]:
    """Of one member in one chat."""
    whose = await link.execute(
        select(*actor_columns())
        .select_from(proposals)
        .join(chats, chats.c.id == proposals.c.chat_id)
        .join(members, members.c.id == proposals.c.member_id)
        .join(people, people.c.id == members.c.person_id)
        .where(proposals.c.id == ids[0])
    )
    row = whose.one_or_none()
    if row is None:
        return []
    actor = actor_of(row, privately=False)
    cards = await link.execute(
        select(proposals, turns.c.thread_id)
        .join(turns, turns.c.id == proposals.c.turn_id)
        .where(proposals.c.id.in_(ids))
        .order_by(proposals.c.id)
    )
    return [Expired(actor, _proposal(card), card.thread_id) for card in cards]


_SEEN = cast(literal("$[*] ? (" + " || ".join(f'@.kind == "{kind}"' for kind in SEEN) + ")"), JSONPATH)
_RESUMED = {
    name: turns.c[name]
    for name in (
        "workspace_id", "conversation_id", "member_id", "thread_id", "message_id", "reason", "reason_detail"
    )
} | {
    "resumes_turn_id": turns.c.id,
    "user_text": literal(""),
    "asked_at": func.now(),
    # what the model was shown, and is shown again; recordings are words by now
    "attachments": func.jsonb_path_query_array(turns.c.attachments, _SEEN),
}  # fmt: skip


def _going_on(turn_id: int) -> Select[Any]:
    """The turn that follows a turn, if nothing of it is open and nothing was asked since."""
    later = turns.alias()
    is_open = select(proposals.c.id).where(proposals.c.turn_id == turn_id, proposals.c.state == "open")
    asked_since = select(later.c.id).where(
        later.c.conversation_id == turns.c.conversation_id,
        later.c.id > turns.c.id,
        later.c.joins_turn_id.is_distinct_from(turns.c.id),  # what was answered along with it
    )
    return select(*(column.label(name) for name, column in _RESUMED.items())).where(
        turns.c.id == turn_id, ~is_open.exists(), ~asked_since.exists()
    )


def _proposal(row: Row[Any]) -> Proposal:
    return Proposal(
        id=row.id,
        turn_id=row.turn_id,
        ordinal=row.ordinal,
        key=row.call_key,
        asked=Asked(Kind(row.kind), row.said, row.read_at, row.task_number),
        member_id=row.member_id,
        agent_id=row.agent_id,
        state=State(row.state),
        version=row.version,
        expires_at=row.expires_at,
        outcome=row.outcome,
        telegram_message_id=row.telegram_message_id,
    )
