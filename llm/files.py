"""Files: pictures and PDFs on their way to a model, and what is kept of them in a conversation's history."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from pydantic_ai.messages import BinaryContent, ModelMessage, ModelRequest, UserContent, UserPromptPart

from crm.agents import Agent
from crm.attachments import QUOTE, SEEN, Attachment
from crm.errors import CrmError
from llm.work import BEGIN, END, as_data

ALONE = "The person sent this without words of their own. Say what matters in it:\n"
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
    """A turn's words, in which those of others stand as material: what was forwarded, an audio file's, what it replies
    to."""
    others = "\n".join(one.text for one in attachments if one.is_material and one.text)
    if others:
        own = text.removesuffix(others)  # bot.hearing puts it last
        text = as_data(text) if own == text else f"{own or ALONE}{as_data(others)}"
    quotes = [as_data(one.text) for one in attachments if one.kind == QUOTE and one.text]
    return "\n".join([*([text] if text else []), *quotes])


async def with_files(
    messages: Sequence[ModelMessage],
    attachments: Sequence[Attachment],
    download: Callable[[str], Awaitable[bytes]],
) -> list[ModelMessage]:
    """Stored messages whose last question has its files again in place of the words for them; as they are when Telegram
    no longer has the files."""
    words = "\n".join((BEGIN, *(_NAMES[one.kind] for one in attachments if one.kind in SEEN), END))
    for number in reversed(range(len(messages))):
        message = messages[number]
        asked = _asked_with(message, words)
        if asked is None or not isinstance(message, ModelRequest):
            continue
        try:
            files = await shown(attachments, download)
        except CrmError:
            break
        own = str(asked.content).removesuffix(words).rstrip("\n")
        full = replace(asked, content=[*([own] if own else []), *files])
        again = replace(message, parts=[full if part is asked else part for part in message.parts])
        return [*messages[:number], again, *messages[number + 1 :]]
    return list(messages)


def _asked_with(message: ModelMessage, words: str) -> UserPromptPart | None:
    """The question in it that ends with these words for files."""
    for part in message.parts if isinstance(message, ModelRequest) else ():
        if (
            isinstance(part, UserPromptPart)
            and isinstance(part.content, str)
            and part.content.endswith(words)
        ):
            return part
    return None


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
