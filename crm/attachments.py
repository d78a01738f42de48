"""Attachments: what comes with a question beside its words – something spoken, a picture, a PDF."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from crm.errors import N_, BadInput

BYTES = 20_000_000  # of a file that a bot may fetch (Bot API, getFile)
SECONDS = 1800  # of what is listened to
SPOKEN = ("voice", "audio", "video_note")
SEEN = {"photo": "images", "pdf": "pdf"}  # kinds that models read, as MODEL_READS names them


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that Telegram keeps. `kind` is voice, audio, video_note, photo or pdf; `size` bytes and `seconds` as
    Telegram says, 0 where it doesn't. `text` is what was heard in it, None until then."""

    kind: str
    file_id: str
    mime: str = ""
    name: str = ""
    size: int = 0
    seconds: int = 0
    text: str | None = None

    @property
    def is_spoken(self) -> bool:
        return self.kind in SPOKEN

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Senses:
    """What this bot is set up for: whether it hears (TRANSCRIBE_MODEL), and what its model reads (MODEL_READS)."""

    hears: bool = False
    reads: frozenset[str] = frozenset()


def attachments_from(stored: Sequence[Mapping[str, Any]]) -> tuple[Attachment, ...]:
    return tuple(Attachment(**one) for one in stored)


def check(attachment: Attachment) -> None:
    """Raises BadInput for what is too large to be fetched or too long to be listened to."""
    if attachment.size > BYTES:
        raise BadInput(
            N_("That file is larger than {limit} MB, which is all a bot may fetch. Send a smaller one."),
            limit=BYTES // 1_000_000,
        )
    if attachment.seconds > SECONDS:
        raise BadInput(
            N_("That is longer than {limit} minutes. Send it in parts, please."), limit=SECONDS // 60
        )
