"""A model provider of this machine's own: OpenAI's chat protocol, streamed word by word as a test lets it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web


class RemoteModel:
    """`hold` stops the stream after its first words until `go` is set; `asked` keeps what was
    sent to the provider, `keys` what it was let in by."""

    def __init__(self) -> None:
        self.url = ""
        self.go = asyncio.Event()
        self.go.set()
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []

    def hold(self) -> None:
        self.go.clear()

    async def complete(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(await request.json())
        self.keys.append(request.headers.get("Authorization", ""))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await _say(response, {"role": "assistant", "content": "Let me see. "})
        await self.go.wait()
        for number in range(3):
            await _say(response, {"content": f"Point {number}. "})
        await _say(response, {}, finish_reason="stop")
        await response.write(b"data: [DONE]\n\n")
        return response


async def _say(response: web.StreamResponse, delta: dict[str, Any], finish_reason: str | None = None) -> None:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    chunk = {
        "id": "1", "object": "chat.completion.chunk", "created": 0, "model": "stub", "choices": [choice],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18} if finish_reason else None,
    }  # fmt: skip
    await response.write(f"data: {json.dumps(chunk)}\n\n".encode())


@asynccontextmanager
async def remote_model() -> AsyncIterator[RemoteModel]:
    model, app = RemoteModel(), web.Application()
    app.router.add_post("/v1/chat/completions", model.complete)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    model.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield model
    finally:
        model.go.set()
        await runner.cleanup()
