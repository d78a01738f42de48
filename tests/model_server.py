"""A model provider of this machine's own: OpenAI's chat protocol, answering at once, with whatever faults a test wants.

Inside a test: `async with model_server() as model:` and `MODEL_BASE_URL=model.url`. As a process of its own, which
benchmarks need: `python -m tests.model_server PORT [WORDS [PAUSE]]`.
"""

import asyncio
import json
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TEXT = "Let me see. Point 0. Point 1. Point 2. "
USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
Asked = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool the model wants to be run; `arguments` is a mapping, or a text that is sent as it is: garbage too."""

    name: str
    arguments: Mapping[str, Any] | str = field(default_factory=dict)
    id: str = "call_0"

    def to_json(self, index: int) -> dict[str, Any]:
        given = self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments)
        return {
            "index": index,
            "id": self.id,
            "type": "function",
            "function": {"name": self.name, "arguments": given},
        }


@dataclass(frozen=True, slots=True)
class Reply:
    """What one request is answered with: a text word by word, then the tools the model wants.

    `status` refuses instead (429, 500 and so on), with `retry_after` seconds in its header. `cut_after` breaks the
    connection after so many words, `hang_after` says nothing more after them; 0 is before the first. `pause` is
    seconds between two words.
    """

    text: str = TEXT
    calls: Sequence[ToolCall] = ()
    status: int | None = None
    retry_after: int | None = None
    cut_after: int | None = None
    hang_after: int | None = None
    pause: float = 0.0
    usage: Mapping[str, int] = field(default_factory=lambda: dict(USAGE))


class ModelServer:
    """`replies` are given once each, in order; then `answer` decides, by what was asked, `reply` when it is None.

    `hold` stops every stream after its first words until `go` is set. `asked` keeps what was sent to the provider,
    `keys` what it was let in by; `left_at` the moments (time.monotonic) at which a caller hung up in the middle.
    """

    def __init__(self) -> None:
        self.url = ""
        self.go = asyncio.Event()
        self.go.set()
        self.reply = Reply()
        self.replies: deque[Reply] = deque()
        self.answer: Callable[[Asked], Reply | None] = lambda _asked: None
        self.asked: list[Asked] = []
        self.keys: list[str] = []
        self.left_at: list[float] = []
        self.streaming = 0  # answers on their way now

    def hold(self) -> None:
        self.go.clear()

    def forget(self) -> None:
        """As new, for the next test."""
        self.go.set()
        self.reply, self.answer = Reply(), lambda _asked: None
        self.replies.clear()
        self.asked.clear()
        self.keys.clear()
        self.left_at.clear()

    async def complete(self, request: web.Request) -> web.StreamResponse:
        asked: Asked = await request.json()
        self.asked.append(asked)
        self.keys.append(request.headers.get("Authorization", ""))
        reply = self.replies.popleft() if self.replies else self.answer(asked) or self.reply
        if reply.status is not None:
            return _refusal(reply)
        self.streaming += 1
        try:
            if asked.get("stream"):
                return await self._stream(request, reply)
            return await self._whole(request, reply)
        except (asyncio.CancelledError, ConnectionResetError):
            self.left_at.append(time.monotonic())
            raise
        finally:
            self.streaming -= 1

    async def _stream(self, request: web.Request, reply: Reply) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        words = _words(reply.text)
        for number, word in enumerate(words):
            if await self._broken(request, reply, number):
                return response
            await _say(response, {"role": "assistant", "content": word} if number == 0 else {"content": word})
            if number == min(2, len(words) - 1):
                await self.go.wait()
            if reply.pause:
                await asyncio.sleep(reply.pause)
        if await self._broken(request, reply, len(words)):
            return response
        if reply.calls:
            await _say(response, {"tool_calls": [call.to_json(at) for at, call in enumerate(reply.calls)]})
        await _say(response, {}, finish_reason="tool_calls" if reply.calls else "stop", usage=reply.usage)
        await response.write(b"data: [DONE]\n\n")
        return response

    async def _broken(self, request: web.Request, reply: Reply, number: int) -> bool:
        if reply.hang_after == number:
            await asyncio.Event().wait()  # until the caller gives up
        if reply.cut_after != number:
            return False
        if request.transport is not None:
            request.transport.abort()
        return True

    async def _whole(self, request: web.Request, reply: Reply) -> web.Response:
        if reply.cut_after is not None or reply.hang_after is not None:
            await self._broken(request, reply, reply.cut_after or reply.hang_after or 0)
        await self.go.wait()
        await asyncio.sleep(reply.pause * len(_words(reply.text)))
        message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
        if reply.calls:
            message["tool_calls"] = [call.to_json(at) for at, call in enumerate(reply.calls)]
        choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if reply.calls else "stop"}
        body = _head("chat.completion") | {"choices": [choice], "usage": dict(reply.usage)}
        return web.json_response(body)


def _refusal(reply: Reply) -> web.Response:
    headers = {} if reply.retry_after is None else {"Retry-After": str(reply.retry_after)}
    error = {"message": f"status {reply.status}", "type": "error", "code": None}
    return web.json_response({"error": error}, status=reply.status or 500, headers=headers)


def _words(text: str) -> list[str]:
    """As tokens come: each with the space after it."""
    return [word + " " for word in text.split(" ")[:-1]] + [text.rsplit(" ", maxsplit=1)[-1]] if text else []


def _head(kind: str) -> dict[str, Any]:
    return {"id": "1", "object": kind, "created": 0, "model": "stub"}


async def _say(
    response: web.StreamResponse,
    delta: dict[str, Any],
    finish_reason: str | None = None,
    usage: Mapping[str, int] | None = None,
) -> None:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    chunk = _head("chat.completion.chunk") | {"choices": [choice], "usage": dict(usage) if usage else None}
    await response.write(f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode())


@asynccontextmanager
async def model_server(port: int = 0) -> AsyncIterator[ModelServer]:
    """Listening on 127.0.0.1; `url` is what MODEL_BASE_URL takes."""
    model, app = ModelServer(), web.Application()
    app.router.add_post("/v1/chat/completions", model.complete)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    model.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield model
    finally:
        model.go.set()
        await runner.cleanup()


async def _serve(port: int, words: int, pause: float) -> None:
    async with model_server(port) as model:
        model.reply = Reply("word " * words, pause=pause)
        sys.stdout.write(f"{model.url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    _port, _count, _pause = [*sys.argv[1:], "0", "40", "0"][:3]
    asyncio.run(_serve(int(_port), int(_count), float(_pause)))
