"""History: lines are only ever added."""

from sqlalchemy.ext.asyncio import AsyncConnection

from crm.activity import Activity
from db.models.chats import activity_logs


class SqlActivity:
    """See crm.activity.ActivityStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def add(self, activity: Activity) -> None:
        await self._link.execute(
            activity_logs.insert().values(
                workspace_id=self._workspace_id,
                actor_kind=activity.actor_kind,
                actor_member_id=activity.actor_member_id,
                action=activity.action,
                entity=activity.entity,
                entity_id=activity.entity_id,
                changes=dict(activity.changes),
            )
        )
