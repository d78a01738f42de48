"""Bundling: words of an answer that came together are read together.

A provider sends each word as an event of its own, and to take one through its client's and pydantic-ai's own types
costs some 0.3 ms. They are put together before anybody looks at them: the same text, in fewer and longer pieces. The
first words are passed on as they come. After them nobody waits for a single word, since a draft shows what there is
once a second (handlers/streaming.py), so each stream is read the less often the more of them there are: what they cost
together stays about the same, and leaves room for whoever types a command.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx2

EACH = 0.002  # seconds of rest between two reads, for each stream that is open
LONGEST = 0.5  # seconds, whatever their number: the end of an answer waits for it too
_DATA, _END = b"data:", b"\n\n"
_WORDS = {"role", "content"}  # of a delta; what has anything else in it is passed on as it is


class Bundling:
    """Of one process: how many streams are open, and so how long each rests between two reads."""

    def __init__(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self.streams = 0
        self._sleep = sleep

    async def hook(self, response: httpx2.Response) -> None:
        """For responses of httpx2, from providers with OpenAI's chat protocol. Other ones stay as they are, and so does
        a stream that is compressed."""
        is_stream = response.headers.get("content-type", "").startswith("text/event-stream")
        is_plain = "content-encoding" not in response.headers
        if is_stream and is_plain and isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = Bundled(response.stream, self)

    async def rest(self) -> None:
        await self._sleep(min(self.streams * EACH, LONGEST))


class Bundled(httpx2.AsyncByteStream):
    """Server-sent events (the HTML standard, 9.2), those of each read with words joined; half an event waits for its
    other half."""

    def __init__(self, stream: httpx2.AsyncByteStream, bundling: Bundling) -> None:
        self._stream = stream
        self._bundling = bundling
        self._is_open = True
        bundling.streams += 1

    async def __aiter__(self) -> AsyncIterator[bytes]:
        begun = b""
        async for read in self._stream:
            whole, end, begun = (begun + read).rpartition(_END)
            if end:
                yield joined(whole) + end
            if b"\r" in begun:  # lines that end otherwise: whoever reads them knows where an event ends
                yield begun
                begun = b""
            await self._bundling.rest()
        if begun:
            yield begun

    async def aclose(self) -> None:
        if self._is_open:
            self._is_open = False
            self._bundling.streams -= 1
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
