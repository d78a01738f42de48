"""Files: pictures leave the history as words, and come back for a model that goes on from it."""

from typing import Any

import pytest
from pydantic_ai.messages import (
    BinaryContent,
    ModelMessage,
    ModelMessagesTypeAdapter,
    ModelRequest,
    ModelResponse,
    TextPart,
    UserPromptPart,
)

from crm.attachments import Attachment
from crm.errors import BadInput
from llm.files import shown, with_files, without_files

FILES = (Attachment("photo", "p", "image/png"), Attachment("pdf", "d", "application/pdf"))


async def download(file_id: str) -> bytes:
    if file_id == "gone":
        raise BadInput("Telegram no longer has this file. Send it again.")
    return file_id.encode()


def read(stored: Any) -> list[ModelMessage]:
    return ModelMessagesTypeAdapter.validate_python(stored)


async def stored(words: str, files: tuple[Attachment, ...] = FILES) -> list[ModelMessage]:
    """A question and its answer as history keeps them."""
    content = [*([words] if words else []), *await shown(files, download)]
    asked = ModelRequest(parts=[UserPromptPart(content)])
    told: list[ModelMessage] = [asked, ModelResponse(parts=[TextPart("A cat.")])]
    return read(without_files(ModelMessagesTypeAdapter.dump_python(told, mode="json")))


def contents(messages: list[ModelMessage]) -> list[Any]:
    return [getattr(part, "content", None) for message in messages for part in message.parts]


@pytest.mark.parametrize("words", ["what is it?", ""])
async def test_a_model_that_goes_on_sees_what_it_saw(words: str) -> None:
    history = await stored(words)
    lead = f"{words}\n" if words else ""
    assert contents(history)[0] == f"{lead}<data>\n[picture]\n[file]\n</data>"
    again = contents(await with_files(history, FILES, download))
    files = [part for part in again[0] if isinstance(part, BinaryContent)]
    assert [part.data for part in files] == [b"p", b"d"]
    assert [part for part in again[0] if isinstance(part, str)] == [
        *([words] if words else []),
        "<data>",
        "</data>",
    ]
    assert again[1] == "A cat."


async def test_only_the_last_question_with_these_files_gets_them_back() -> None:
    history = [*await stored("one"), *await stored("two"), *await stored("three", FILES[:1])]
    again = contents(await with_files(history, FILES, download))
    assert [isinstance(one, str) for one in again[::2]] == [True, False, True]


async def test_a_file_that_is_gone_leaves_its_word() -> None:
    history = await stored("what is it?")
    gone = (Attachment("photo", "gone"), FILES[1])
    assert await with_files(history, gone, download) == history
