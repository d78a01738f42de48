"""Invitations, as rows: the hash of a code, never the code."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.invites import Invite, News, Opened, OwnerToAsk, TakeOver
from crm.people import Role
from crm.teams import Reach
from db.models.people import invites
from db.people import link_hash
from db.teams import reach


class SqlInvites:
    """See crm.invites.InviteStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

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
        made = await self._link.execute(
            invites.insert()
            .values(
                workspace_id=self._workspace_id,
                code_hash=link_hash(code),
                role=role.value,
                expires_at=expires_at,
                uses=uses,
                uses_left=uses,
                created_by=by,
                takes_over=takes_over,
            )
            .returning(invites)
        )
        return _invite(made.one())

    async def active(self, now: datetime) -> Sequence[Invite]:
        rows = await self._link.execute(
            select(invites)
            .where(
                invites.c.revoked_at.is_(None),
                invites.c.takes_over.is_(None),
                invites.c.uses_left > 0,
                invites.c.expires_at > now,
            )
            .order_by(invites.c.id.desc())
        )
        return [_invite(row) for row in rows]

    async def revoke(self, invite_id: int, now: datetime) -> Invite | None:
        gone = await self._link.execute(
            update(invites)
            .where(
                invites.c.id == invite_id,
                invites.c.revoked_at.is_(None),
                invites.c.uses_left > 0,
                invites.c.expires_at > now,
            )
            .values(revoked_at=now)
            .returning(invites)
        )
        row = gone.one_or_none()
        return None if row is None else _invite(row)

    async def welcome(self, code: str) -> Opened | None:
        told = await self._link.execute(text("SELECT * FROM welcome(:code)"), {"code": link_hash(code)})
        row = told.one_or_none()
        return None if row is None else Opened(News(row.kind), row.team or "", Role(row.role), row.invite_id)

    async def owners_to_ask(self, invite_id: int) -> Sequence[OwnerToAsk]:
        rows = await self._link.execute(text("SELECT * FROM owners_to_ask(:invite)"), {"invite": invite_id})
        return [OwnerToAsk(Reach(row.private_chat_id, row.language), row.team, row.member) for row in rows]

    async def take_over(self, invite_id: int, *, yes: bool) -> TakeOver | None:
        done = await self._link.execute(
            text("SELECT * FROM take_over(:invite, :yes)"), {"invite": invite_id, "yes": yes}
        )
        row = done.one_or_none()
        if row is None:
            return None
        return TakeOver(
            row.team,
            row.member,
            row.new_name,
            reach(row.new_chat, row.new_language),
            reach(row.old_chat, row.old_language),
        )


def _invite(row: Row[Any]) -> Invite:
    return Invite(row.id, Role(row.role), row.expires_at, row.uses, row.uses_left)
