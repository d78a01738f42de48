"""Rosters: who answers in a team, in one question: whoever asks enters and looks at once.

What an assistant says of itself is long, and an edit changes one of them. So what was read before is named by the
moment at which its row was written last, and comes again only where that moved; teams share what they have in common.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Row, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.agents import Agent, roster
from crm.errors import Outdated, Removed
from crm.people import Actor
from db.agents import spec_from_json
from db.people_cache import tag_of_user
from db.touches import tell
from db.transactions import OUTDATED, plain_transaction

HOMES = 1000  # teams whose own assistants are known
_LOOK = text("SELECT * FROM enter_and_look(:workspace, :member, :chat, :ids, :moments)").bindparams(
    bindparam("ids", type_=ARRAY(BigInteger)), bindparam("moments", type_=ARRAY(TIMESTAMP(timezone=True)))
)
Known = dict[int, tuple[datetime, Agent]]  # by id, with the moment at which the row was written


class SqlRosters:
    """See crm.agents.roster."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._known: dict[int | None, Known] = {None: {}}  # by team; None: those of all

    async def load(self, actor: Actor) -> Sequence[Agent]:
        """Who answers in the actor's team. Raises Removed, and Outdated for one who was only remembered and has
        another place by now."""
        known = self._known[None] | self._known.get(actor.workspace_id, {})
        place = {"workspace": actor.workspace_id, "member": actor.member_id, "chat": actor.chat_id}
        moments = {"ids": list(known), "moments": [moment for moment, _ in known.values()]}
        try:
            async with plain_transaction(self._engine) as link:
                rows = (await link.execute(_LOOK, place | moments)).all()
        except Removed:
            if not actor.is_remembered:
                raise
            rows = []
        if actor.is_remembered and (not rows or rows[0].role != actor.role.value):
            await tell(self._engine, frozenset({tag_of_user(actor.telegram_user_id)}))
            raise Outdated(OUTDATED)
        there = [row for row in rows if row.id is not None and not row.is_deleted]
        found = {row.id: (row.updated_at, _read(row, known)) for row in there}
        self._keep(actor.workspace_id, found)
        gone = {row.id: row.slug for row in rows if row.is_deleted}
        return roster([agent for _, agent in found.values()], frozenset(rows[0].hidden_agents), gone)

    def _keep(self, workspace_id: int, found: Known) -> None:
        self._known.pop(workspace_id, None)
        while len(self._known) > HOMES:
            del self._known[next(home for home in self._known if home is not None)]
        for home in (None, workspace_id):
            self._known[home] = {number: one for number, one in found.items() if one[1].workspace_id == home}


def _read(row: Row[Any], known: Known) -> Agent:
    if row.spec is None:
        return known[row.id][1]
    return Agent(
        id=row.id,
        version=row.version,
        workspace_id=row.workspace_id,
        slug=row.slug,
        is_default=row.is_default,
        is_active=row.is_active,
        **spec_from_json(json.loads(row.spec)),
    )
