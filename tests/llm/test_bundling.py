"""Bundling: the same words in fewer pieces; what says anything else is passed on as it came."""

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx2
import pytest
from pydantic_ai import models
from pydantic_ai.direct import model_request_stream
from pydantic_ai.messages import ModelRequest, TextPart, ToolCallPart

from llm.bundling import EACH, LONGEST, Bundled, Bundling, joined
from llm.models import ModelConfig, build_model, close_model
from tests.model_server import ModelServer, Reply, ToolCall, model_server


def says(words: str | None, *, finish: str | None = None, **more: Any) -> bytes:
    delta = {} if words is None else {"content": words}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(chunk | more, ensure_ascii=False).encode()


def read(events: bytes) -> list[Any]:
    """Words as they are, other events as their JSON, what is none as bytes."""
    told: list[Any] = []
    for event in events.split(b"\n\n"):
        try:
            chunk = json.loads(event.removeprefix(b"data: "))
            chunk["choices"]
        except (ValueError, TypeError, KeyError):
            told.append(event)
            continue
        delta = chunk["choices"][0]["delta"] if chunk.get("choices") else {}
        is_words = set(delta) <= {"role", "content"} and isinstance(delta.get("content"), str)
        told.append(delta["content"] if is_words and not chunk.get("usage") else chunk)
    return told


def test_neighbours_that_only_add_words_are_one() -> None:
    events = [says("Добрый "), says("день, "), says("Анна")]
    assert read(joined(b"\n\n".join(events))) == ["Добрый день, Анна"]


@pytest.mark.parametrize(
    "other",
    [
        b": a comment keeps the connection open",
        b"event: ping\ndata: {}",
        b"data: [DONE]",
        b"data: {broken",
        b"data: []",
        b'data: {"choices": []}',
        b'data: {"error": {"message": "overloaded"}}',
        says("", finish="stop"),
        says("counted", usage={"total_tokens": 3}),
        says(None, choices=[{"index": 0, "delta": {"tool_calls": [{"index": 0}]}, "finish_reason": None}]),
        says(
            None, choices=[{"index": 0, "delta": {"content": "x", "reasoning": "y"}, "finish_reason": None}]
        ),
        says(
            None,
            choices=[{"index": 0, "delta": {"content": "x"}, "finish_reason": None, "logprobs": {}}][:1] * 2,
        ),
        says("from another model", model="n"),
    ],
)
def test_what_says_anything_else_is_passed_on_as_it_came_and_in_its_place(other: bytes) -> None:
    events = [says("one "), says("two "), other, says("three "), says("four")]
    told = joined(b"\n\n".join(events))
    assert read(told) == ["one two ", *read(other), "three four"]
    if b"another" not in other:
        assert other in told


class Reads(httpx2.AsyncByteStream):
    """What a connection brings, read by read."""

    def __init__(self, *reads: bytes) -> None:
        self.reads = reads
        self.is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for one in self.reads:
            yield one

    async def aclose(self) -> None:
        self.is_closed = True


async def bundled(bundling: Bundling, reads: Reads, **headers: str) -> httpx2.Response:
    told = {"content-type": "text/event-stream; charset=utf-8"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    response = httpx2.Response(200, headers=told, stream=reads)
    await bundling.hook(response)
    return response


async def test_half_an_event_waits_for_its_other_half() -> None:
    whole = b"\n\n".join([says("привет "), says("мир"), b"data: [DONE]", b""])
    at = whole.index("мир".encode()) + 1  # in the middle of a letter
    reads = Reads(whole[:at], whole[at:-1], whole[-1:])
    response = await bundled(Bundling(), reads)
    came = [one async for one in response.aiter_raw()]
    assert [read(one)[0] for one in came] == ["привет ", "мир", b"data: [DONE]"]
    assert b"".join(came).endswith(b"[DONE]\n\n")


async def test_what_is_no_plain_stream_of_events_is_left_alone() -> None:
    bundling, reads = Bundling(), Reads(says("a "), says("b"))
    for headers in ({"content_encoding": "gzip"}, {"content_type": "application/json"}):
        response = await bundled(bundling, reads, **headers)
        assert response.stream is reads
    assert bundling.streams == 0


async def test_the_more_streams_there_are_the_less_often_each_is_read() -> None:
    rested: list[float] = []

    async def rest(seconds: float) -> None:
        rested.append(seconds)

    bundling = Bundling(rest)
    first = await bundled(bundling, Reads(says("a") + b"\n\n"))
    others = [await bundled(bundling, Reads()) for _ in range(9)]
    assert [one async for one in first.aiter_raw()]
    assert rested == [10 * EACH]
    for one in (*others, first):
        await one.aclose()
        await one.aclose()  # whoever stops in the middle closes it too
    assert bundling.streams == 0
    bundling.streams = 10_000
    await bundling.rest()
    assert rested[-1] == LONGEST


@pytest.fixture(scope="module")
async def provider() -> AsyncIterator[ModelServer]:
    async with model_server() as model:
        yield model


@pytest.mark.parametrize(
    "reply",
    [
        Reply("word " * 500),
        Reply("слово " * 50, calls=[ToolCall("find_tasks", {"words": "счёт"})]),
        Reply("a b c", pause=0.01),
    ],
)
async def test_a_model_says_over_our_connections_what_its_provider_sent(
    provider: ModelServer, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "ALLOW_MODEL_REQUESTS", True)
    provider.reply = reply
    model = build_model(ModelConfig(model="openai:stub", base_url=provider.url))
    async with model_request_stream(model, [ModelRequest.user_text_prompt("hello")]) as stream:
        pieces = [event async for event in stream]
    parts: Sequence[Any] = stream.get().parts
    assert "".join(one.content for one in parts if isinstance(one, TextPart)) == reply.text
    calls = [(one.tool_name, one.args_as_dict()) for one in parts if isinstance(one, ToolCallPart)]
    assert calls == [(one.name, one.arguments) for one in reply.calls]
    assert stream.usage.output_tokens == reply.usage["completion_tokens"]
    assert len(pieces) < 300
    await close_model(model)


async def test_events_whose_lines_end_otherwise_are_passed_on_as_they_come() -> None:
    """The standard knows CR LF too, and some servers write nothing else."""
    reads = [b"data: one\r\n", b"\r\n", b"data: two\r\n\r\nda", b"ta: three\r\n\r\n"]

    class Stream(httpx2.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            for one in reads:
                yield one

    async def at_once(_seconds: float) -> None: ...

    assert [one async for one in Bundled(Stream(), Bundling(at_once))] == reads
