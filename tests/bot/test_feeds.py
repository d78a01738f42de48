"""The feed over HTTP: by its address only, told when nothing changed, and gone with the membership."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest_asyncio
from aiohttp import web
from icalendar import Calendar
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.feeds import MISSES, FeedPages
from crm.answers import Answer
from crm.feeds import Feeds
from crm.people import Actor
from db.feeds import SqlFeedDoors
from db.storage import SqlStorage, create_engine
from tests.acting import NOW, an_arrival
from tests.databases import Database
from tests.db.team import Team
from tests.flows.stage import free_port


@dataclass
class Served:
    """Feeds of a team behind a little server; `now` is moved by hand."""

    team: Team
    feeds: Feeds
    url: str
    made: int = 0

    async def address(self, actor: Actor) -> str:
        told: list[str] = []

        def keep(url: str) -> Answer:
            told.append(url)
            return Answer("ok")

        await self.feeds.make(actor, an_arrival(), keep)
        return told[0]

    async def get(self, url: str, **headers: str) -> tuple[int, bytes, str]:
        async with aiohttp.ClientSession() as client, client.get(url, headers=headers) as response:
            return response.status, await response.read(), response.headers.get("ETag", "")


@pytest_asyncio.fixture
async def engine(database: Database) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database.application)
    yield engine
    await engine.dispose()


@pytest_asyncio.fixture
async def served(engine: AsyncEngine, database: Database) -> AsyncIterator[Served]:
    team, port = Team(engine, database), free_port()
    await team.gather()
    secrets = iter(f"a-secret-nobody-guesses-{number}" for number in range(10))
    url = f"http://127.0.0.1:{port}"
    feeds = Feeds(SqlStorage(engine), SqlFeedDoors(engine), lambda: next(secrets), url)
    app = web.Application()
    app.add_routes(FeedPages(feeds, lambda: NOW).routes())
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield Served(team, feeds, url)
    await runner.cleanup()


async def test_an_address_shows_ones_own_tasks_with_their_series(served: Served) -> None:
    team = served.team
    for line in ("tomorrow 10:00 tea", "every week on Friday 9:00 report"):
        await team.tasks.create(team.anna, an_arrival(), line, lambda _made: Answer("ok"))
    await team.tasks.create(team.boris, an_arrival(), "tomorrow secret of Boris", lambda _made: Answer("ok"))
    status, body, _tag = await served.get(await served.address(team.anna))
    assert status == 200
    found = {str(entry["SUMMARY"]): "RRULE" in entry for entry in Calendar.from_ical(body).walk("VEVENT")}
    assert found == {"tea": False, "report": True}


async def test_nothing_new_is_told_and_a_change_is_shown(served: Served) -> None:
    team, url = served.team, await served.address(served.team.anna)
    _status, _body, tag = await served.get(url)
    assert tag
    assert await served.get(url, **{"If-None-Match": f'W/"x", {tag}'}) == (304, b"", tag)
    await team.tasks.create(team.anna, an_arrival(), "tomorrow tea", lambda _made: Answer("ok"))
    assert (await served.get(url, **{"If-None-Match": tag}))[0] == 200


async def test_an_address_ends_when_it_is_renewed_and_when_it_is_ended(served: Served) -> None:
    anna = served.team.anna
    first = await served.address(anna)
    second = await served.address(anna)
    assert ((await served.get(first))[0], (await served.get(second))[0]) == (404, 200)
    await served.feeds.end(anna, an_arrival(), lambda _none: Answer("ok"))
    assert (await served.get(second))[0] == 404


async def test_an_address_ends_with_the_membership_for_good(served: Served) -> None:
    team = served.team
    url = await served.address(team.boris)
    assert (await served.get(url))[0] == 200
    seat = "UPDATE members SET removed_at = {} WHERE id = {}"
    await team.database.fetch(seat.format("now()", team.boris.member_id))
    assert (await served.get(url))[0] == 404
    await team.database.fetch(seat.format("NULL", team.boris.member_id))
    assert (await served.get(url))[0] == 404


async def test_only_the_hash_of_an_address_is_kept(served: Served) -> None:
    url = await served.address(served.team.anna)
    secret = url.rsplit("/", 1)[1].removesuffix(".ics")
    rows = await served.team.database.fetch("SELECT calendar_feeds::text FROM calendar_feeds")
    assert secret not in rows[0][0]


async def test_whoever_guesses_is_told_nothing_and_then_to_wait(served: Served) -> None:
    right = await served.address(served.team.anna)
    told = [await served.get(f"{served.url}/feeds/guess-{number}.ics") for number in range(MISSES)]
    assert {(status, body) for status, body, _tag in told} == {(404, b"There is no calendar here.\n")}
    assert (await served.get(f"{served.url}/feeds/guess.ics"))[0] == 429
    assert (await served.get(right, **{"X-Forwarded-For": "203.0.113.9"}))[0] == 200
