"""The playground's server: this machine only, one world, two sides and a page."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from playground.botapi import BotApi
from playground.simulation import Simulation
from playground.world import World

PLAYGROUND_TOKEN = f"7000000001:{'A' * 35}"  # nobody's: any well-formed token will do here
WORLD: web.AppKey[World] = web.AppKey("world", World)
_LOCAL = ("127.0.0.1", "localhost")
_PAGE = Path(__file__).parent / "page.html"
_UPLOAD_LIMIT = 50 * 1024 * 1024  # bytes, what a bot may upload (Bot API, sending files)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Playground:
    """A running playground."""

    url: str
    port: int
    world: World
    api: BotApi
    runner: web.AppRunner

    async def close(self) -> None:
        """End long polls at once, then the server; the state is on disk already."""
        self.api.closing = True
        await self.world.tell()
        await self.api.webhooks.close()
        await self.runner.cleanup()
        self.world.close()


async def start_playground(
    data_dir: Path, port: int, *, clock: Callable[[], float] = time.time
) -> Playground:
    """Serve on 127.0.0.1; port 0 takes a free one. Raises OSError for a busy port or an unwritable folder."""
    world = World(data_dir / "playground", clock)
    api = BotApi(world)
    app = web.Application(middlewares=[only_local], client_max_size=_UPLOAD_LIMIT)
    app[WORLD] = world
    app.add_routes([*api.routes(), *Simulation(world).routes(), web.get("/", page)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
    except OSError:
        await runner.cleanup()
        world.close()
        raise
    api.webhooks.start()
    taken = int(runner.addresses[0][1])
    return Playground(f"http://127.0.0.1:{taken}", taken, world, api, runner)


@web.middleware
async def only_local(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what another site's page could make a browser send: a foreign Host (rebinding) or Origin."""
    if request.host.rsplit(":", 1)[0] not in _LOCAL:
        raise web.HTTPForbidden(text="The playground answers to 127.0.0.1 and localhost only.")
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.host}":
        raise web.HTTPForbidden(text="The playground takes nothing from other sites.")
    return await handler(request)


async def page(request: web.Request) -> web.StreamResponse:
    return web.Response(
        text=_PAGE.read_text(encoding="utf-8"),
        content_type="text/html",
        headers={"Content-Security-Policy": "default-src 'self' 'unsafe-inline'; img-src 'self'"},
    )
