"""HTTP: whether the bot lives (/healthz), whether it can work (/readyz, /health), its numbers (/metrics), feeds."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.feeds import FeedPages
from bot.gate import Gate
from bot.polling import Polling
from crm.errors import StorageAway
from db.agent_cache import CachedAgents
from db.transactions import plain_transaction

SILENCE = 90.0  # seconds without an answer from Telegram after which polling counts as stuck
PATIENCE = 3.0  # seconds PostgreSQL has to say how much is waiting


class Endpoints:
    """The little server beside the bot."""

    def __init__(
        self,
        engine: AsyncEngine,
        polling: Polling,
        gate: Gate,
        directory: CachedAgents,
        feeds: FeedPages | None = None,
    ) -> None:
        self._feeds = feeds
        self._engine = engine
        self._polling = polling
        self._registry = CollectorRegistry()
        self._gauges = {
            "overdue_deliveries": Gauge(
                "switchboard_overdue_deliveries", "Due, not sent", registry=self._registry
            ),
            "unfinished_turns": Gauge(
                "switchboard_unfinished_turns", "Asked, not answered", registry=self._registry
            ),
        }
        dropped = Gauge(
            "switchboard_dropped_drafts", "Drafts not sent to keep the limits", registry=self._registry
        )
        dropped.set_function(lambda: gate.dropped)
        degraded = Gauge(
            "switchboard_redis_degraded", "Lookups that went past Redis", registry=self._registry
        )
        degraded.set_function(lambda: directory.degraded)
        self._directory = directory

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/healthz", self.alive),
            web.get("/readyz", self.ready),
            web.get("/health", self.ready),
            web.get("/metrics", self.metrics),
            *(self._feeds.routes() if self._feeds is not None else ()),
        ]

    async def alive(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def ready(self, _request: web.Request) -> web.Response:
        """503 while PostgreSQL or Telegram is away, with what is."""
        state = {"postgresql": "ok", "telegram": "ok"}
        try:
            async with asyncio.timeout(PATIENCE):
                state |= {key: str(value) for key, value in (await self._waiting()).items()}
        except (StorageAway, TimeoutError):
            state["postgresql"] = "away"
        if asyncio.get_running_loop().time() - self._polling.alive_at > SILENCE:
            state["telegram"] = "away"
        state["redis_degraded"] = str(self._directory.degraded)  # slower, not unwell
        well = state["postgresql"] == state["telegram"] == "ok"
        return web.json_response(
            {"status": "ok" if well else "degraded", **state}, status=200 if well else 503
        )

    async def metrics(self, _request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(PATIENCE):
                for name, value in (await self._waiting()).items():
                    self._gauges[name].set(value)
        except (StorageAway, TimeoutError):
            for gauge in self._gauges.values():
                gauge.set(float("nan"))
        return web.Response(
            body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    async def _waiting(self) -> dict[str, int]:
        async with plain_transaction(self._engine) as link:
            row = (await link.execute(text("SELECT * FROM health(:now)"), {"now": datetime.now(UTC)})).one()
        return {"overdue_deliveries": row.overdue_deliveries, "unfinished_turns": row.unfinished_turns}


async def serve(endpoints: Endpoints, host: str, port: int) -> Callable[[], Awaitable[None]]:
    """Start listening; what is returned stops it. Raises OSError for a port that is taken."""
    app = web.Application()
    app.add_routes(endpoints.routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner.cleanup
