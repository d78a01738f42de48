"""Teams for tests: links, and people who came by one."""

from dataclasses import replace
from datetime import datetime
from itertools import count

from crm.answers import Answer
from crm.invites import Invites
from crm.people import Actor, Role
from crm.teams import Teams
from db.people import SqlPeopleDoors
from db.storage import SqlStorage
from tests.acting import NOW, a_visitor, an_arrival

_codes = count(1)


def said(*_what: object) -> Answer:
    return Answer("said")


def now() -> datetime:
    return datetime.now(NOW.tzinfo)


async def a_link(
    storage: SqlStorage, by: Actor, role: Role = Role.MEMBER, *, uses: int = 1, at: datetime | None = None
) -> str:
    code = f"code-{next(_codes)}"
    await Invites(storage, lambda: code).make(by, an_arrival(), role, 1, uses, at or now(), said)
    return code


async def joined(storage: SqlStorage, doors: SqlPeopleDoors, owner: Actor, user: int, role: Role) -> Actor:
    """Somebody who came by a link; owners are made from members."""
    code = await a_link(storage, owner, Role.MEMBER if role is Role.OWNER else role)
    actor = await doors.arrive(a_visitor(user, link_code=code), open_to_all=False)
    if role is Role.OWNER:
        await Teams(storage).appoint(owner, an_arrival(), actor.member_id, Role.OWNER, said)
    return replace(actor, role=role)


async def comes(doors: SqlPeopleDoors, user: int, code: str | None = None) -> Actor:
    return await doors.arrive(a_visitor(user, link_code=code), open_to_all=False)
