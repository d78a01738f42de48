"""Attachments: what comes with a question beside its words – something spoken, a picture, a PDF, words of others."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from crm.errors import N_, BadInput

BYTES = 20_000_000  # of a file that a bot may fetch (Bot API, getFile)
SECONDS = 1800  # of what is listened to
SPOKEN = ("voice", "audio", "video_note")
SEEN = {"photo": "images", "pdf": "pdf"}  # kinds that models read, as MODEL_READS names them
# kinds without a file: a question that is somebody else's, what it replies to
WORDS, QUOTE = "words", "quote"
QUOTED = 4000  # characters of what a question replies to


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that Telegram keeps, or words. `kind` is voice, audio, video_note, photo or pdf; WORDS or QUOTE have no
    file. `size` bytes and `seconds` as Telegram says, 0 where it doesn't. `text` is what was heard in it, None until
    then, or the words. `of_others`: it was forwarded, or is a part of the message replied to; `said_at` is when a
    forwarded one was said, in ISO 8601 with its zone."""

    kind: str
    file_id: str = ""
    mime: str = ""
    name: str = ""
    size: int = 0
    seconds: int = 0
    text: str | None = None
    of_others: bool = False
    said_at: str | None = None

    @property
    def is_material(self) -> bool:
        """Whether its words are others' and end the question's own. An audio file is whoever's it is; what is spoken
        into Telegram itself is the person's own."""
        return self.kind in ("audio", WORDS) or (self.is_spoken and self.of_others)

    @property
    def is_spoken(self) -> bool:
        return self.kind in SPOKEN

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Senses:
    """What this bot is set up for: whether it hears (TRANSCRIBE_MODEL), and what its model reads (MODEL_READS).
    `is_offline`: no model is connected, so that none of any assistant's reads anything either."""

    hears: bool = False
    reads: frozenset[str] = frozenset()
    is_offline: bool = False


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
