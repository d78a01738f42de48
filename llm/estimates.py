"""Estimates: about how many tokens a request has, before anybody counted them.

Three characters are a token. English has four or more, Russian two to three, so the guess is high for the one and about
right for the other; what is reserved by it is settled by the provider's own count.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic_ai.messages import BinaryContent, ModelMessage, ModelRequest
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.settings import ModelSettings

CHARACTERS = 3  # of a token
PICTURE = 1500  # tokens of a picture, as the large providers count one of a phone's size
PDF_BYTES = 40  # of a PDF for each of its tokens; a page is some 60 kB and 1,500 tokens
OUTPUT = 4000  # tokens an answer may have where an agent's settings don't say (max_tokens)


def tokens_of_text(characters: int) -> int:
    return -(-characters // CHARACTERS)


def tokens_of(messages: Sequence[ModelMessage], parameters: ModelRequestParameters) -> int:
    """Of all that is sent: instructions, messages, attachments, what tools there are."""
    characters = tokens = 0
    for message in messages:
        if isinstance(message, ModelRequest) and message.instructions and message is messages[-1]:
            characters += len(message.instructions)
        for part in message.parts:
            more, counted = _of_content(getattr(part, "content", None))
            characters += more + len(str(getattr(part, "args", "") or ""))
            tokens += counted
    for tool in parameters.function_tools:
        characters += len(tool.name) + len(tool.description or "") + len(str(tool.parameters_json_schema))
    return tokens + tokens_of_text(characters)


def _of_content(content: Any) -> tuple[int, int]:
    """Characters, and tokens of what has none."""
    if isinstance(content, BinaryContent):
        size = len(content.data) // PDF_BYTES if content.media_type == "application/pdf" else 0
        return 0, max(PICTURE, size)
    if isinstance(content, str):
        return len(content), 0
    if isinstance(content, Iterable) and not isinstance(content, dict | bytes):
        each = [_of_content(one) for one in content]
        return sum(one[0] for one in each), sum(one[1] for one in each)
    return len(str(content or "")), 0


def output_limit(settings: ModelSettings | None, model: Model) -> int:
    """Tokens an answer may have at most, by the agent's settings or the model's own."""
    for one in (settings, model.settings):
        if one is not None and one.get("max_tokens"):
            return int(one["max_tokens"])
    return OUTPUT
