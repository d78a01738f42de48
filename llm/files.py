"""Files: pictures and PDFs on their way to a model, and what is kept of them in a conversation's history."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from pydantic_ai.messages import BinaryContent, UserContent

from crm.agents import Agent
from crm.attachments import SEEN, Attachment
from llm.work import BEGIN, END, as_data

_NAMES = {"photo": "[picture]", "pdf": "[file]"}


def reads(agent: Agent, model_reads: Sequence[str], attachment: Attachment) -> bool:
    """Whether the agent's model is shown it: its own setting `vision` where it has one, else MODEL_READS."""
    own = agent.settings.get("vision")
    return bool(own) if isinstance(own, bool) else SEEN.get(attachment.kind) in model_reads


async def shown(
    attachments: Sequence[Attachment], download: Callable[[str], Awaitable[bytes]]
) -> list[UserContent]:
    """What goes along with the question, marked as material that others made."""
    files = [
        BinaryContent(await download(one.file_id), media_type=one.mime or "image/jpeg")
        for one in attachments
        if one.kind in SEEN
    ]
    return [BEGIN, *files, END] if files else []


def with_material(text: str, attachments: Sequence[Attachment]) -> str:
    """A turn's words, in which those of an audio file stand as material: they are whoever's it is. What is spoken into
    Telegram itself is the person's own."""
    heard = next((one.text for one in attachments if one.kind == "audio" and one.text), None)
    if heard is None:
        return text
    own = text.removesuffix(heard)  # bot.hearing puts it last
    return as_data(text) if own == text else f"{own}{as_data(heard)}"


def without_files(messages: Any) -> Any:
    """Stored messages with a word in place of each file: its bytes are Telegram's to keep, and a later question needs
    what was said about them."""
    if isinstance(messages, list):
        return [without_files(one) for one in messages]
    if not isinstance(messages, dict):
        return messages
    content = messages.get("content")
    if messages.get("part_kind") == "user-prompt" and isinstance(content, list):
        return messages | {"content": "\n".join(_word(one) for one in content)}
    return {key: without_files(value) for key, value in messages.items()}


def _word(part: Any) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, dict) and part.get("kind") == "binary":
        return _NAMES["pdf" if part.get("media_type") == "application/pdf" else "photo"]
    return str(part.get("content", "")) if isinstance(part, dict) else ""
