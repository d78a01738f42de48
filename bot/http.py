"""HTTP: whether the bot lives (/healthz), whether it can work (/readyz, /health), its numbers (/metrics), feeds."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.faults import referred
from bot.metrics import Metrics
from crm.errors import StorageAway
from crm.health import Vitals

log = structlog.get_logger()
KEPT = {"Allow", "Retry-After"}  # headers that say what to do about a refusal


class Endpoints:
    """The little server beside the bot. `look` takes the vitals, `report` is told of faults."""

    def __init__(
        self,
        look: Callable[[], Awaitable[Vitals]],
        metrics: Metrics,
        report: Callable[[BaseException, str], None],
    ) -> None:
        self._look = look
        self._metrics = metrics
        self.report = report

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/healthz", self.alive),
            web.get("/readyz", self.ready),
            web.get("/health", self.ready),
            web.get("/metrics", self.metrics),
        ]

    async def alive(self, _request: web.Request) -> web.Response:
        """That it answers at all says that the loop goes round."""
        return web.json_response({"status": "ok"})

    async def ready(self, _request: web.Request) -> web.Response:
        """503 while PostgreSQL or Telegram is away or the schema is too old, with what is."""
        vitals = await self._look()
        state: dict[str, Any] = {
            "postgresql": "ok" if vitals.waiting is not None else "away",
            "migrations": "ok" if vitals.schema_fits else "behind",
            "telegram": "ok" if vitals.telegram_answers else "away",
            "redis": vitals.redis.value,
        }
        if vitals.waiting is not None:
            state["queues"] = {
                name: {"length": queue.length, "oldest_seconds": round(queue.oldest.total_seconds(), 1)}
                for name, queue in (
                    ("reminders", vitals.waiting.reminders),
                    ("turns", vitals.waiting.turns),
                    ("answers", vitals.waiting.answers),
                )
            }
        if not vitals.is_ready:
            with referred() as reference:
                log.warning("not_ready", **{key: value for key, value in state.items() if key != "queues"})
                return refusal(503, "not ready", reference, **state)
        return web.json_response({"status": "ok", **state})

    async def metrics(self, _request: web.Request) -> web.Response:
        await self._look()
        return web.Response(
            body=generate_latest(self._metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )


def refusal(status: int, error: str, reference: str, **more: Any) -> web.Response:
    """The one form of whatever is not a success."""
    timestamp = datetime.now(UTC).isoformat(timespec="seconds")
    return web.json_response(
        {"error": error, "reference": reference, "timestamp": timestamp, **more}, status=status
    )


def one_form(report: Callable[[BaseException, str], None]) -> Middleware:
    """Gives every error its form and its reference, which the log has too; no query and no body is ever logged."""

    @web.middleware
    async def answered(request: web.Request, handler: Handler) -> web.StreamResponse:
        with referred() as reference:
            try:
                return await handler(request)
            except web.HTTPException as fault:
                if fault.status < 400:
                    raise
                log.info("http_refused", status=fault.status, method=request.method)
                answer = refusal(fault.status, fault.reason.lower(), reference)
                for name in KEPT.intersection(fault.headers):
                    answer.headers[name] = fault.headers[name]
                return answer
            except StorageAway:
                log.warning("postgresql_away", room="http")
                return refusal(503, "the database is away", reference)
            except Exception as fault:
                log.exception("http_fault", method=request.method)
                report(fault, reference)
                return refusal(500, "internal server error", reference)

    return answered


async def serve(
    endpoints: Endpoints, host: str, port: int, more: Sequence[web.RouteDef] = ()
) -> Callable[[], Awaitable[None]]:
    """Start listening; what is returned stops it. Raises OSError for a port that is taken."""
    # a body over a mebibyte is refused, by default
    app = web.Application(middlewares=[one_form(endpoints.report)])
    app.add_routes([*endpoints.routes(), *more])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner.cleanup
