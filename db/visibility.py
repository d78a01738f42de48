"""Visibility, as a column of the team's row, which only its managers may change."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.visibility import Sight
from db.models.people import workspaces


class SqlVisibility:
    """See crm.visibility.VisibilityStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def get(self) -> Sight:
        found = await self._link.execute(
            select(workspaces.c.visibility).where(workspaces.c.id == self._workspace_id)
        )
        return Sight(found.scalar_one())

    async def set(self, sight: Sight) -> bool:
        done = await self._link.execute(
            update(workspaces)
            .where(workspaces.c.id == self._workspace_id)
            .values(visibility=sight.value)
            .returning(workspaces.c.id)
        )
        return done.one_or_none() is not None
