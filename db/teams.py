"""Teams, as rows: members by doors, since their names are other people's; the rest within the entered team."""

from collections.abc import Sequence

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.people import Role
from crm.teams import Holdings, Member, Reach, Team
from db.models.contacts import crm_contacts as contacts
from db.models.people import members, workspaces
from db.models.reminders import reminder_deliveries as deliveries
from db.models.reminders import reminders
from db.models.tasks import crm_task_watchers as watchers
from db.models.tasks import crm_tasks as tasks
from db.tasks import OPEN

LOCK = 7743  # the class of the advisory locks on teams; the doors of 0003 take it too


class SqlTeams:
    """See crm.teams.TeamStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def lock(self) -> None:
        await self._link.execute(
            text("SELECT pg_advisory_xact_lock(:lock, :team)"),
            {"lock": LOCK, "team": self._workspace_id % 2147483647},
        )

    async def name(self) -> str:
        return str(
            await self._link.scalar(select(workspaces.c.name).where(workspaces.c.id == self._workspace_id))
        )

    async def rename(self, name: str) -> None:
        await self._link.execute(
            update(workspaces).where(workspaces.c.id == self._workspace_id).values(name=name)
        )

    async def region(self, *, to_change: bool = False) -> str | None:
        query = select(workspaces.c.default_region).where(workspaces.c.id == self._workspace_id)
        region: str | None = await self._link.scalar(query.with_for_update() if to_change else query)
        return region

    async def set_region(self, region: str | None) -> None:
        await self._link.execute(
            update(workspaces).where(workspaces.c.id == self._workspace_id).values(default_region=region)
        )

    async def members(self) -> Sequence[Member]:
        rows = await self._link.execute(text("SELECT * FROM team_members() WHERE removed_at IS NULL"))
        return [
            Member(
                id=row.id,
                name=row.name,
                role=Role(row.role),
                joined_at=row.joined_at,
                username=row.username,
                reach=reach(row.private_chat_id, row.language),
            )
            for row in rows
        ]

    async def mine(self) -> Sequence[Team]:
        rows = await self._link.execute(text("SELECT * FROM my_teams()"))
        return [Team(row.workspace_id, row.name, Role(row.role), row.members) for row in rows]

    async def found(self, name: str) -> Team:
        made = await self._link.scalar(text("SELECT found_team(:name)"), {"name": name})
        return Team(int(made or 0), name, Role.OWNER, 1)

    async def switch(self, workspace_id: int) -> bool:
        return bool(await self._link.scalar(text("SELECT switch_team(:team)"), {"team": workspace_id}))

    async def set_role(self, member_id: int, role: Role) -> None:
        await self._link.execute(update(members).where(members.c.id == member_id).values(role=role.value))

    async def holdings(self, member_id: int) -> Holdings:
        held = select(
            func.count().filter(tasks.c.rrule.is_(None)).label("tasks"),
            func.count().filter(tasks.c.rrule.is_not(None)).label("series"),
        ).where(
            tasks.c.assignee_id == member_id,
            tasks.c.completed_at.is_(None),
            tasks.c.deleted_at.is_(None),
            tasks.c.status.in_(OPEN),
        )
        of_tasks = (await self._link.execute(held)).one()
        waiting = select(deliveries.c.id).where(
            deliveries.c.reminder_id == reminders.c.id,
            deliveries.c.recipient_id == member_id,
            deliveries.c.state.in_(("pending", "leased", "snoozed")),
        )
        queries = (
            select(func.count()).where(contacts.c.owner_id == member_id, contacts.c.deleted_at.is_(None)),
            select(func.count()).where(
                reminders.c.recipient_id == member_id,
                reminders.c.deleted_at.is_(None),
                reminders.c.rrule.is_not(None) | waiting.exists(),
            ),
            select(func.count()).where(watchers.c.member_id == member_id),
        )
        owned, reminded, watched = [int(await self._link.scalar(query) or 0) for query in queries]
        return Holdings(of_tasks.tasks, of_tasks.series, owned, reminded, watched)

    async def hand_over(self, member_id: int, heir_id: int) -> Holdings:
        moved = await self._link.execute(
            text("SELECT * FROM hand_over(:member, :heir)"), {"member": member_id, "heir": heir_id}
        )
        row = moved.one()
        return Holdings(row.tasks, row.series, row.contacts, row.reminders, row.watched)

    async def end(self, member_id: int) -> None:
        await self._link.execute(text("SELECT end_membership(:member)"), {"member": member_id})


def reach(chat_id: int | None, language: str) -> Reach | None:
    return None if chat_id is None else Reach(chat_id, language)
