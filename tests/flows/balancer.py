"""A load balancer for tests: round robin over replicas on this machine, and how long each answer took."""

import time
from dataclasses import dataclass, field
from itertools import count

import aiohttp
from aiohttp import web


@dataclass(slots=True)
class Balancer:
    """Passes a post on to the next replica that takes a connection; a cut one is a 502, as with real ones.

    `took` are seconds of posts that were accepted, `refused` how many got which other status. While no replica
    listens, posts shall come `again_in` so many seconds; else Telegram decides, and waits ever longer.
    """

    ports: list[int] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    refused: dict[int, int] = field(default_factory=dict)
    again_in: int | None = None
    runner: web.AppRunner | None = None
    client: aiohttp.ClientSession | None = None
    _next: "count[int]" = field(default_factory=count)

    async def start(self) -> str:
        """Its address, as WEBHOOK_URL."""
        app = web.Application()
        app.router.add_post("/telegram", self.forward)
        self.client = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self.runner.addresses[0][1]}/telegram"

    async def close(self) -> None:
        assert self.client is not None
        assert self.runner is not None
        await self.runner.cleanup()
        await self.client.close()

    async def forward(self, request: web.Request) -> web.Response:
        begun, body = time.perf_counter(), await request.read()
        status, headers = await self._pass_on(request, body)
        if status == 200:
            self.took.append(time.perf_counter() - begun)
        else:
            self.refused[status] = self.refused.get(status, 0) + 1
        kept = {name: value for name, value in headers.items() if name == "Retry-After"}
        return web.Response(status=status, headers=kept)

    async def _pass_on(self, request: web.Request, body: bytes) -> tuple[int, dict[str, str]]:
        assert self.client is not None
        headers = {
            name: value for name, value in request.headers.items() if name.startswith(("X-", "Content-Type"))
        }
        turn = next(self._next)
        for step in range(len(self.ports)):
            url = f"http://127.0.0.1:{self.ports[(turn + step) % len(self.ports)]}/telegram"
            try:
                async with self.client.post(url, data=body, headers=headers) as answer:
                    return answer.status, dict(answer.headers)
            except aiohttp.ClientConnectorError:
                continue
            except aiohttp.ClientError:
                return 502, {}
        return 503, {} if self.again_in is None else {"Retry-After": str(self.again_in)}
