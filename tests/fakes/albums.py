"""Fakes of albums."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from crm.albums import Album
from crm.attachments import Attachment
from crm.people import Actor
from crm.updates import Arrival

if TYPE_CHECKING:
    from tests.fakes.storage import State


class FakeAlbums:
    """crm.albums.AlbumStore."""

    def __init__(self, state: "State") -> None:
        self._state = state

    async def begin(self, turn_id: int, album: Album) -> None:
        self._state.albums[turn_id] = album.key
        self._state.turns[turn_id] = replace(self._state.turns[turn_id], held_until=album.until)

    async def joins(
        self, actor: Actor, arrival: Arrival, album: Album, text: str, attachments: Sequence[Attachment]
    ) -> Sequence[Attachment] | None:
        ids = [one for one, key in self._state.albums.items() if key == album.key]
        rows = [self._state.turns[one] for one in ids]
        own = [row for row in rows if row.turn.actor.member_id == actor.member_id]
        if not own:
            return None
        row = own[-1]
        if row.state == "canceled":
            return ()
        if row.turn.attempts:
            late = replace(row.turn, id=self._state.next_id(), lease="", attempts=0, text=text)
            late = replace(late, attachments=tuple(attachments), message_id=arrival.message_id)
            self._state.turns[late.id] = replace(row, turn=late, state="queued")
            await self.begin(late.id, album)
            return late.attachments
        together = (*row.turn.attachments, *attachments)
        words = "\n".join(one for one in (row.turn.text, text) if one)
        turn = replace(row.turn, attachments=together, text=words)
        self._state.turns[turn.id] = replace(row, turn=turn, held_until=album.until)
        return together
