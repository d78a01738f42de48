"""Sources: the message a task came from, when that is not the one that asked for it, and the files that came along."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that Telegram keeps. `kind` is document, photo, voice, audio or video; a photo or voice has no name."""

    kind: str
    file_id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """`url` leads to the message, where Telegram has such a link; `quote` is who wrote it and what, where it has
    none. `said_at` is when it was written, aware: its "tomorrow" is that day's."""

    url: str | None = None
    quote: str = ""
    said_at: datetime | None = None
    attachments: tuple[Attachment, ...] = ()


NOWHERE = Source()
