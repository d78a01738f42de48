"""The feed route: a calendar program asks by a secret address, and is told what changed, or nothing."""

import hashlib
import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from crm.errors import StorageAway
from crm.feeds import Feeds
from handlers.feeds.calendars import calendar_of

MISSES, WINDOW = 20, 60.0  # wrong addresses of one place within so many seconds, and then it waits
PLACES = 10_000  # places remembered at most
_NOT_FOUND = "There is no calendar here.\n"


class FeedPages:
    """`GET /feeds/<secret>.ics`. `clock` gives aware UTC times."""

    def __init__(self, feeds: Feeds, clock: Callable[[], datetime]) -> None:
        self._feeds = feeds
        self._clock = clock
        self._misses: OrderedDict[str, list[float]] = OrderedDict()

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/feeds/{secret}.ics", self.show)]

    async def show(self, request: web.Request) -> web.Response:
        """404 for whatever is no address, by the same steps and so in the same time; 429 for a place that guesses."""
        now, place = self._clock(), place_of(request)
        if len(self._recent(place, now.timestamp())) >= MISSES:
            return web.Response(status=429, text="Too many.\n", headers={"Retry-After": str(int(WINDOW))})
        try:
            events = await self._feeds.read(request.match_info["secret"], now)
        except StorageAway:
            return web.Response(status=503, text="Later, please.\n", headers={"Retry-After": "60"})
        if events is None:
            self._misses.setdefault(place, []).append(now.timestamp())
            self._misses.move_to_end(place)
            if len(self._misses) > PLACES:
                self._misses.popitem(last=False)
            return web.Response(status=404, text=_NOT_FOUND)
        body = calendar_of(events)
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "private, max-age=300", "X-Robots-Tag": "noindex"}
        wanted = {
            one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")
        }
        if tag in wanted or "*" in wanted:
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type="text/calendar", charset="utf-8", headers=headers)

    def _recent(self, place: str, now: float) -> list[float]:
        kept = [at for at in self._misses.get(place, ()) if at > now - WINDOW]
        if kept:
            self._misses[place] = kept
        else:
            self._misses.pop(place, None)
        return kept


def place_of(request: web.Request) -> str:
    """Who asks: the peer, or whom a proxy on this machine or network says it asks for."""
    peer = request.remote or ""
    try:
        near = ipaddress.ip_address(peer).is_private
    except ValueError:
        near = False
    told = request.headers.get("X-Forwarded-For", "").split(",")[-1].strip()
    return told if near and told else peer
