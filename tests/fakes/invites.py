"""Fakes of invitations."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from crm.invites import Invite, Opened, OwnerToAsk, TakeOver
from crm.people import Actor, Role

if TYPE_CHECKING:
    from tests.fakes.storage import State


@dataclass(frozen=True, slots=True)
class InviteRow:
    invite: Invite
    code: str
    by: int
    workspace_id: int
    takes_over: int | None = None
    is_revoked: bool = False


class FakeInvites:
    """crm.invites.InviteStore. What a link did and an owner decides is what the test says."""

    def __init__(self, state: "State", actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def add(
        self,
        code: str,
        role: Role,
        expires_at: datetime,
        uses: int,
        *,
        by: int,
        takes_over: int | None = None,
    ) -> Invite:
        invite = Invite(self._state.next_id(), role, expires_at, uses, uses)
        self._state.invites[invite.id] = InviteRow(invite, code, by, self._actor.workspace_id, takes_over)
        return invite

    async def active(self, now: datetime) -> Sequence[Invite]:
        return [row.invite for row in self._working(now)][::-1]

    async def revoke(self, invite_id: int, now: datetime) -> Invite | None:
        row = next((row for row in self._working(now) if row.invite.id == invite_id), None)
        if row is None:
            return None
        self._state.invites[invite_id] = replace(row, is_revoked=True)
        return row.invite

    async def welcome(self, code: str) -> Opened | None:
        return self._state.news.get(code)

    async def owners_to_ask(self, invite_id: int) -> Sequence[OwnerToAsk]:
        return self._state.owners_to_ask

    async def take_over(self, invite_id: int, *, yes: bool) -> TakeOver | None:
        return self._state.decided.pop(invite_id, None)

    def _working(self, now: datetime) -> list[InviteRow]:
        return [
            row
            for row in self._state.invites.values()
            if row.workspace_id == self._actor.workspace_id
            and not row.is_revoked
            and row.takes_over is None
            and row.invite.expires_at > now
        ]
