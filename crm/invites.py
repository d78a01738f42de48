"""Invitations: links into a team, with a role, an end and a number of uses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.errors import N_, BadInput, NotAllowed, NotFound
from crm.people import Actor, Role
from crm.storage import Storage
from crm.teams import Member, Reach, demand, named, outranks, view_of
from crm.updates import Arrival, Telling, nobody

HOURS = (1, 24, 168)  # how long a link may work
USES = (1, 5, 50)
ACTIVE_LIMIT = 20  # links of a team that work at the same time
ACCOUNT_LINK = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Invite:
    id: int
    role: Role
    expires_at: datetime
    uses: int
    uses_left: int


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link just made: the only time its code is known. `member` is whom it lets a new account take over."""

    invite: Invite
    code: str
    member: Member | None = None


class News(StrEnum):
    """What opening a link did."""

    CLAIM = "claim"  # the operator's own link
    JOINED = "joined"
    ALREADY = "already"  # they were in
    ASKED = "asked"  # a new account waits for an owner's word


@dataclass(frozen=True, slots=True)
class Opened:
    """`role` is theirs in `team` now."""

    news: News
    team: str
    role: Role
    invite_id: int


@dataclass(frozen=True, slots=True)
class OwnerToAsk:
    """An owner who decides about a new account of `member` in `team`."""

    reach: Reach
    team: str
    member: str


@dataclass(frozen=True, slots=True)
class TakeOver:
    """A membership that changed hands, or was refused to: from `member`'s old account to `new_name`'s."""

    team: str
    member: str
    new_name: str
    new_reach: Reach | None
    old_reach: Reach | None


class InviteStore(Protocol):
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
        """Only the hash of the code is kept."""

    async def active(self, now: datetime) -> Sequence[Invite]:
        """Links into the team that still work, the newest first."""

    async def revoke(self, invite_id: int, now: datetime) -> Invite | None:
        """None for one that doesn't work any more."""

    async def welcome(self, code: str) -> Opened | None:
        """What the link just opened did, JOINED once; None for a link that is gone."""

    async def owners_to_ask(self, invite_id: int) -> Sequence[OwnerToAsk]:
        """For the new account only."""

    async def take_over(self, invite_id: int, *, yes: bool) -> TakeOver | None:
        """An owner's word; None when there is nothing to decide any more. Raises NotAllowed."""


class Invites:
    """The rules of links. `new_code` gives 64 characters at most of A-Z, a-z, 0-9, _ and - (Bot API, deep links)."""

    def __init__(self, storage: Storage, new_code: Callable[[], str]) -> None:
        self._storage = storage
        self._new_code = new_code

    async def make(
        self,
        actor: Actor,
        arrival: Arrival,
        role: Role,
        hours: int,
        uses: int,
        now: datetime,
        reply: Reply[NewLink],
    ) -> Answer:
        """Managers invite members, owners managers too; nobody invites owners. Raises NotAllowed, BadInput."""
        if hours not in HOURS or uses not in USES:
            raise BadInput(N_("Choose with the buttons how long and how often the link works."))
        if role not in (Role.MEMBER, Role.MANAGER):
            raise NotAllowed(N_("Nobody can be invited as that. An owner is made from a member."))
        async with self._storage.transaction(actor) as unit:
            team = await view_of(unit, actor)
            demand(team.me, Role.OWNER if role is Role.MANAGER else Role.MANAGER)
            if len(await unit.invites.active(now)) >= ACTIVE_LIMIT:
                raise BadInput(
                    N_("There are {count} links that work already. Take one back first."), count=ACTIVE_LIMIT
                )
            code = self._new_code()
            invite = await unit.invites.add(
                code, role, now + timedelta(hours=hours), uses, by=actor.member_id
            )
            await unit.activity.add(
                Activity(
                    "created",
                    "invite",
                    invite.id,
                    actor_member_id=actor.member_id,
                    changes={"role": role.value, "uses": uses, "for_hours": hours},
                )
            )
            answer = reply(NewLink(invite, code))
            await unit.updates.finish(arrival, answer)
        return answer

    async def active(self, actor: Actor, now: datetime) -> Sequence[Invite]:
        async with self._storage.transaction(actor) as unit:
            demand((await view_of(unit, actor)).me, Role.MANAGER)
            return await unit.invites.active(now)

    async def revoke(
        self, actor: Actor, arrival: Arrival, invite_id: int, now: datetime, reply: Reply[Sequence[Invite]]
    ) -> Answer:
        """`reply` gets the links that are left. Raises NotFound for one that doesn't work any more."""
        async with self._storage.transaction(actor) as unit:
            demand((await view_of(unit, actor)).me, Role.MANAGER)
            if await unit.invites.revoke(invite_id, now) is None:
                raise NotFound(N_("That link doesn't work any more."))
            await unit.activity.add(Activity("revoked", "invite", invite_id, actor_member_id=actor.member_id))
            answer = reply(await unit.invites.active(now))
            await unit.updates.finish(arrival, answer)
        return answer

    async def opened(
        self,
        actor: Actor,
        arrival: Arrival,
        code: str,
        reply: Reply[Opened],
        tell: Telling[tuple[Opened, Sequence[OwnerToAsk]]] = nobody,
    ) -> tuple[Answer, Opened, Sequence[OwnerToAsk]] | None:
        """What to say to whoever came by a link, which redeemed as they arrived. None when it was the operator's."""
        async with self._storage.transaction(actor) as unit:
            opened = await unit.invites.welcome(code)
            if opened is None or opened.news is News.CLAIM:
                return None
            if opened.news is News.JOINED:
                await unit.activity.add(
                    Activity(
                        "joined",
                        "member",
                        actor.member_id,
                        actor_member_id=actor.member_id,
                        changes={"role": opened.role.value},
                    )
                )
            asks = await unit.invites.owners_to_ask(opened.invite_id) if opened.news is News.ASKED else ()
            answer = reply(opened)
            await unit.updates.finish(arrival, answer, tell((opened, asks)))
        return answer, opened, asks

    async def make_for_account(
        self, actor: Actor, arrival: Arrival, member_id: int, now: datetime, reply: Reply[NewLink]
    ) -> Answer:
        """A link by which a member's new account asks to take over the membership. Raises NotAllowed, NotFound."""
        async with self._storage.transaction(actor) as unit:
            team = await view_of(unit, actor)
            demand(team.me, Role.MANAGER)
            member = named(team, member_id)
            if (
                team.me.role is not Role.OWNER
                and member.id != team.me.id
                and not outranks(team.me.role, member.role)
            ):
                raise NotAllowed(N_("Only an owner of the team can do this."))
            code = self._new_code()
            invite = await unit.invites.add(
                code,
                min(member.role, Role.MANAGER, key=_rank),
                now + ACCOUNT_LINK,
                1,
                by=actor.member_id,
                takes_over=member.id,
            )
            await unit.activity.add(
                Activity("account_link", "member", member.id, actor_member_id=actor.member_id)
            )
            answer = reply(NewLink(invite, code, member))
            await unit.updates.finish(arrival, answer)
        return answer

    async def decide(
        self,
        actor: Actor,
        arrival: Arrival,
        invite_id: int,
        *,
        yes: bool,
        reply: Reply[TakeOver],
        tell: Telling[TakeOver] = nobody,
    ) -> tuple[Answer, TakeOver]:
        """An owner confirms or refuses a new account, from whichever of their teams. History is written with it.

        Raises NotAllowed for anyone but an owner, NotFound when there is nothing to decide any more.
        """
        async with self._storage.transaction(actor) as unit:
            done = await unit.invites.take_over(invite_id, yes=yes)
            if done is None:
                raise NotFound(N_("There is nothing to decide here any more."))
            answer = reply(done)
            await unit.updates.finish(arrival, answer, tell(done))
        return answer, done


def _rank(role: Role) -> int:
    return (Role.GUEST, Role.MEMBER, Role.MANAGER, Role.OWNER).index(role)
