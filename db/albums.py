"""Albums, as rows: a queued turn takes the parts of its album until a process takes it up."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.albums import LIFETIME, Album
from crm.attachments import Attachment, attachments_from
from crm.people import Actor
from crm.updates import Arrival
from db.models.chats import conversations, turns

_KEPT = (
    "workspace_id",
    "conversation_id",
    "member_id",
    "thread_id",
    "speaker",
    "reason",
    "reason_detail",
    "album",
)


class SqlAlbums:
    """See crm.albums.AlbumStore."""

    def __init__(self, link: AsyncConnection, workspace_id: int) -> None:
        self._link = link
        self._workspace_id = workspace_id

    async def begin(self, turn_id: int, album: Album) -> None:
        await self._link.execute(
            update(turns).where(turns.c.id == turn_id).values(album=album.key, lease_until=album.until)
        )

    async def joins(
        self, actor: Actor, arrival: Arrival, album: Album, text: str, attachments: Sequence[Attachment]
    ) -> Sequence[Attachment] | None:
        here = select(conversations.c.id).where(conversations.c.chat_id == actor.chat_id)
        found = await self._link.execute(
            select(turns.c.id, turns.c.state)
            .where(
                turns.c.workspace_id == self._workspace_id,
                turns.c.album == album.key,
                turns.c.conversation_id.in_(here),
                turns.c.member_id == actor.member_id,
                turns.c.asked_at > arrival.sent_at - LIFETIME,
            )
            .order_by(turns.c.id.desc())
            .limit(1)
            .with_for_update()
        )
        latest = found.one_or_none()
        if latest is None:
            return None
        if latest.state == "canceled":
            return ()
        parts = literal([one.to_json() for one in attachments], JSONB)
        if latest.state != "queued":
            first: dict[str, ColumnElement[Any]] = {name: turns.c[name] for name in _KEPT} | {
                "message_id": literal(arrival.message_id),
                "user_text": literal(text),
                "asked_at": literal(arrival.sent_at),
                "attachments": parts,
                "lease_until": literal(album.until),
            }
            late = select(*(value.label(name) for name, value in first.items())).where(
                turns.c.id == latest.id
            )
            await self._link.execute(insert(turns).from_select(list(first), late))
            return tuple(attachments)
        words = case(
            (literal(text) == "", turns.c.user_text),
            (turns.c.user_text == "", literal(text)),
            else_=func.concat(turns.c.user_text, "\n", literal(text)),
        )
        joined = await self._link.execute(
            update(turns)
            .where(turns.c.id == latest.id)
            .values(attachments=turns.c.attachments.op("||")(parts), user_text=words, lease_until=album.until)
            .returning(turns.c.attachments)
        )
        return attachments_from(joined.scalar_one())
