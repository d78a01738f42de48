"""Privacy, as a column of the team's row and a line for each provider a person was told of."""

from collections.abc import Sequence

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models.people import workspaces
from db.models.usage import provider_notices

_TOLD = select(provider_notices.c.provider)


class SqlPrivacy:
    """See crm.privacy.PrivacyStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def is_off(self) -> bool:
        query = select(workspaces.c.assistants_off).where(workspaces.c.id == self._workspace_id)
        return bool(await self._link.scalar(query))

    async def set_off(self, *, off: bool) -> None:
        await self._link.execute(
            update(workspaces).where(workspaces.c.id == self._workspace_id).values(assistants_off=off)
        )

    async def told(self) -> Sequence[str]:
        return list(await self._link.scalars(_TOLD))

    async def tell(self, providers: Sequence[str]) -> None:
        me = int(await self._link.scalar(text("SELECT my_person()")) or 0)
        rows = [{"person_id": me, "provider": one} for one in providers]
        await self._link.execute(insert(provider_notices).on_conflict_do_nothing(), rows)
