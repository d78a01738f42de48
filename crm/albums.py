"""Albums: pictures and files that were sent as one come one by one, and are one question all the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from crm.attachments import Attachment
from crm.errors import N_, BadInput
from crm.people import Actor
from crm.updates import Arrival

SETTLING = timedelta(seconds=1)  # after the last of an album, until it is asked about: its parts come at once
LIFETIME = timedelta(hours=1)  # how long a part that is late finds its album
TOGETHER = 50_000_000  # bytes of one album; providers take about so much in a request


@dataclass(frozen=True, slots=True)
class Album:
    """`key` is Telegram's media_group_id. `until`, aware: the question waits so long for the rest of it."""

    key: str
    until: datetime


class AlbumStore(Protocol):
    async def begin(self, turn_id: int, album: Album) -> None:
        """The turn waits for the rest of its album."""

    async def joins(
        self, actor: Actor, arrival: Arrival, album: Album, text: str, attachments: Sequence[Attachment]
    ) -> Sequence[Attachment] | None:
        """Put a part to the actor's question with the album, and into one of its own when that has been begun
        meanwhile; all that it has by now. None when there is no such question. What was stopped takes nothing and says
        that it is empty."""


def check_together(attachments: Sequence[Attachment]) -> None:
    """Raises BadInput for more than a provider takes at once."""
    if sum(one.size for one in attachments) > TOGETHER:
        raise BadInput(
            N_("Together these files are larger than {limit} MB. Send fewer at once."),
            limit=TOGETHER // 1_000_000,
        )
