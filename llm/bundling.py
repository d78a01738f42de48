"""Bundling: words of an answer that came together are read together.

A provider sends each word as an event of its own, and to take one through its client's and pydantic-ai's own types
costs some 0.3 ms. One that is quick, or a process that is busy, has dozens of them ready at each read. They are put
together before anybody looks at them: the same text, in fewer and longer pieces. What comes word by word is passed on
word by word, so that nobody waits.
"""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2

_DATA, _END = b"data:", b"\n\n"
_WORDS = {"role", "content"}  # of a delta; what has anything else in it is passed on as it is


async def bundle(response: httpx2.Response) -> None:
    """A response hook of httpx2, for providers with OpenAI's chat protocol. Other responses stay as they are, and so
    does a stream that is compressed."""
    is_stream = response.headers.get("content-type", "").startswith("text/event-stream")
    if (
        is_stream
        and "content-encoding" not in response.headers
        and isinstance(response.stream, httpx2.AsyncByteStream)
    ):
        response.stream = Bundled(response.stream)


class Bundled(httpx2.AsyncByteStream):
    """Server-sent events (the HTML standard, 9.2), those of each read with words joined; half an event waits for its
    other half."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        begun = b""
        async for read in self._stream:
            whole, end, begun = (begun + read).rpartition(_END)
            if end:
                yield joined(whole) + end
        if begun:
            yield begun

    async def aclose(self) -> None:
        await self._stream.aclose()


def joined(events: bytes) -> bytes:
    """Whole events, without the end of the last one, with neighbours that only add words made one."""
    if events.count(_END) == 0:
        return events
    told: list[bytes] = []
    growing: dict[str, Any] | None = None
    words: list[str] = []

    def close() -> None:
        if growing is not None:
            growing["choices"][0]["delta"]["content"] = "".join(words)
            told.append(_DATA + b" " + json.dumps(growing, ensure_ascii=False).encode())

    for event in events.split(_END):
        chunk = _adds_words(event)
        if chunk is not None and growing is not None and _is_like(chunk, growing):
            words.append(chunk["choices"][0]["delta"]["content"])
            continue
        close()
        growing, words = chunk, []
        if chunk is None:
            told.append(event)
        else:
            words.append(chunk["choices"][0]["delta"]["content"])
    close()
    return _END.join(told)


def _adds_words(event: bytes) -> dict[str, Any] | None:
    """A chunk of a chat completion (OpenAI's `chat.completion.chunk`) that says some words and nothing else."""
    if not event.startswith(_DATA) or b"\n" in event or b"\r" in event:
        return None
    try:
        chunk = json.loads(event[len(_DATA) :])
        (choice,) = chunk["choices"]
        delta = choice["delta"]
        is_more = any(chunk.get(name) for name in ("usage", "error"))
        is_more = is_more or any(choice.get(name) for name in ("finish_reason", "logprobs"))
        is_more = is_more or any(value is not None for name, value in delta.items() if name not in _WORDS)
        return None if is_more or not isinstance(delta["content"], str) else dict(chunk)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None  # not ours to judge: whoever reads the stream will


def _is_like(chunk: dict[str, Any], growing: dict[str, Any]) -> bool:
    return all(chunk.get(name) == growing.get(name) for name in ("id", "model")) and (
        chunk["choices"][0].get("index") == growing["choices"][0].get("index")
    )
