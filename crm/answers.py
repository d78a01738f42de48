"""Answers: what a person is told, as plain data that can be owed, stored and sent later."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar


@dataclass(frozen=True, slots=True)
class Button:
    """One inline button: exactly one of `data` (at most 64 bytes, Bot API), `url`, `inline_query` and `start` is set.

    `start` opens the private chat with the bot: what follows ?start= in its link (at most 64 of A-Z a-z 0-9 _ -).
    """

    text: str
    data: str | None = None
    url: str | None = None
    inline_query: str | None = None
    start: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file to send: bytes of ours under a name, or one that Telegram has, by its file id.

    `kind` is document, photo, voice, audio or video: Telegram sends an id only as what it was.
    """

    name: str = ""
    content: bytes | None = None
    file_id: str | None = None
    kind: str = "document"


@dataclass(frozen=True, slots=True)
class Entity:
    """A formatted stretch of text; offset and length in UTF-16 code units, as the Bot API counts them."""

    type: str
    offset: int
    length: int
    url: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One message to the chat the update came from.

    `edit` replaces the message whose button was pressed instead of sending another; `toast` is the short line
    shown over a pressed button; `keyboard` is the reply keyboard of a private chat; `question` asks Telegram's
    client to open the reply field (ForceReply). `file` goes with the text as its caption (1024 characters at most,
    Bot API). An empty `text` without a file sends no message (a toast only). `aside` is for the one who asked: in
    a group nobody else sees it, where Telegram can show it so.
    """

    text: str = ""
    entities: tuple[Entity, ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()
    keyboard: tuple[tuple[str, ...], ...] = ()
    question: bool = False
    edit: bool = False
    toast: str | None = None
    file: File | None = None
    aside: bool = False

    def to_json(self) -> dict[str, Any]:
        stored = asdict(self)
        if self.file is not None and self.file.content is not None:
            stored["file"]["content"] = b64encode(self.file.content).decode()
        return stored

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Answer":
        rest = {key: stored[key] for key in ("text", "question", "edit", "toast")}
        file = dict(stored.get("file") or {})
        if file.get("content") is not None:
            file["content"] = b64decode(file["content"])
        return cls(
            file=File(**file) if file else None,
            entities=tuple(Entity(**entity) for entity in stored["entities"]),
            buttons=tuple(tuple(Button(**button) for button in row) for row in stored["buttons"]),
            keyboard=tuple(tuple(row) for row in stored["keyboard"]),
            aside=bool(stored.get("aside")),
            **rest,
        )


Result = TypeVar("Result")
Reply = Callable[[Result], Answer]
"""How a handler words the result of a use case. Pure: it is called inside the transaction, so that the answer
owed is committed together with the effect."""
