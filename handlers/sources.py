"""Sources in Telegram: the link to a message that a task is about, who wrote it, and the files that came along."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from aiogram.types import (
    Chat,
    Message,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
)

from crm.tasks.sources import NOWHERE, Attachment, Source
from handlers.texts import gettext as _

TITLE = 300  # characters of a message that become the title; all of it is kept in the description


def source_of(message: Message) -> Source:
    """Where the words of a message come from: what it forwards, or what it replies to."""
    replied = message.reply_to_message
    if message.forward_origin is not None:
        return _of_forward(message)
    if replied is None or is_ours(replied):
        return Source(attachments=attachments_of(message))
    return _of_reply(message, replied)


def words_of_reply(message: Message) -> str:
    """The text of the message that is replied to, unless it is a card or a question of the bot's."""
    replied = message.reply_to_message
    if replied is None or is_ours(replied):
        return ""
    return text_of(replied)


def text_of(message: Message) -> str:
    return message.text or message.caption or ""


def on_one_line(text: str) -> str:
    """A whole message as one line of a task; a long one is cut at a word."""
    line = " ".join(text.split())
    return line if len(line) <= TITLE else line[: TITLE - 1].rsplit(" ", 1)[0] + "…"


def task_of_card(message: Message) -> int | None:
    """The id of the task whose card, reminder or news a message of ours is; None for one of several or of none."""
    found = tasks_of_card(message)
    return found.pop() if len(found) == 1 else None


def tasks_of_card(message: Message) -> set[int]:
    """The ids of all tasks that a message of ours has buttons for."""
    keys = message.reply_markup.inline_keyboard if message.reply_markup is not None else []
    data = [button.callback_data or "" for row in keys for button in row]
    return {
        int(one.split(":")[1].partition(".")[0])
        for one in data
        if one.startswith(("t:", "done:")) and one.split(":")[1].partition(".")[0].isdigit()
    }


def is_ours(replied: Message) -> bool:
    """A card or a question of the bot's own is no message to make a task of."""
    author = replied.from_user
    return author is not None and replied.bot is not None and author.id == replied.bot.id


def attachments_of(message: Message) -> tuple[Attachment, ...]:
    """The file a message carries; of a photo, the largest size."""
    kinds: dict[str, Any] = {
        "document": message.document,
        "voice": message.voice,
        "audio": message.audio,
        "video": message.video,
        "photo": message.photo[-1] if message.photo else None,
    }
    return tuple(
        Attachment(kind, file.file_id, (getattr(file, "file_name", None) or "")[:100])
        for kind, file in kinds.items()
        if file is not None
    )


def link_to(chat: Chat, message_id: int) -> str | None:
    """The link that Telegram has for messages of supergroups and channels; None elsewhere, and for an aside, which
    has no number of its own there."""
    if chat.type not in ("supergroup", "channel") or message_id <= 0:
        return None
    if chat.username:
        return f"https://t.me/{chat.username}/{message_id}"
    return f"https://t.me/c/{str(chat.id).removeprefix('-100')}/{message_id}"


def written_at(message: Message) -> datetime:
    """When the words of a message were written, also where it only forwards them."""
    return message.forward_origin.date if message.forward_origin is not None else message.date


def _of_reply(message: Message, replied: Message) -> Source:
    if replied.forward_origin is not None:
        forwarded = _of_forward(replied)
        files = (*attachments_of(message), *forwarded.attachments)
        return replace(forwarded, said_at=None, attachments=files)
    url = link_to(replied.chat, replied.message_id)
    author = replied.from_user.full_name if replied.from_user is not None else _("somebody")
    words, is_long = text_of(replied), len(text_of(replied)) > TITLE
    return Source(
        url=url,
        quote=_quoted(author, words) if words and (url is None or is_long) else "",
        attachments=(*attachments_of(message), *attachments_of(replied)),
    )


def _of_forward(message: Message) -> Source:
    origin, url = message.forward_origin, None
    if isinstance(origin, MessageOriginChannel):
        author, url = origin.chat.title or "", link_to(origin.chat, origin.message_id)
    elif isinstance(origin, MessageOriginChat):
        author = origin.sender_chat.title or ""
    elif isinstance(origin, MessageOriginHiddenUser):
        author = origin.sender_user_name
    else:
        author = origin.sender_user.full_name if isinstance(origin, MessageOriginUser) else ""
    words = text_of(message)
    return Source(
        url=url,
        quote=_quoted(author, words) if words and (url is None or len(words) > TITLE) else "",
        said_at=origin.date if origin is not None else None,
        attachments=attachments_of(message),
    )


def _quoted(author: str, words: str) -> str:
    return f"{author}: {words}" if author else words


def kept(source: Source) -> dict[str, Any]:
    """A source as plain JSON, for what the bot remembers of a question."""
    said_at = source.said_at.isoformat() if source.said_at is not None else None
    return asdict(source) | {"said_at": said_at}


def source_from(stored: Mapping[str, Any] | None) -> Source:
    if not stored:
        return NOWHERE
    said_at = datetime.fromisoformat(stored["said_at"]) if stored["said_at"] else None
    files = tuple(Attachment(**one) for one in stored["attachments"])
    return Source(stored["url"], stored["quote"], said_at, files)
