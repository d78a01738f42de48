"""Secrets are changed while the team goes on; the data stays as it is (docs/operations.md)."""

import asyncio

import asyncpg
import pytest
from redis import Redis
from sqlalchemy.engine import make_url

from db.migrate import upgrade
from tests.databases import Database
from tests.documents import words_of
from tests.flows.fleet import fleet_of
from tests.flows.stage import TOKEN, Person, Stage, staged
from tests.flows.test_moving import command
from tests.model_server import model_server
from tests.valkeys import running_valkey, url_of


@pytest.mark.executes(".venv/bin/python -m bot rotate-webhook-secret")
async def test_the_webhooks_secret_is_changed_beside_the_running_bot_and_no_update_is_lost(
    own_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with fleet_of(1, tmp_path_factory.mktemp("hook"), own_database.owner_url) as fleet:
        stage, anna = fleet.stage, await fleet.stage.person("Anna")
        await anna.asks("/start", "language")
        before = {call["parameters"]["secret_token"] for call in await stage.calls("setWebhook")}
        saying = asyncio.create_task(say_many(anna, 12))
        code, printed = await command(
            fleet.replicas[0], *words_of(".venv/bin/python -m bot rotate-webhook-secret")
        )
        assert (code, "another secret" in printed) == (0, True), printed
        await saying
        await stage.until(lambda: own_database.count("crm_tasks"), 12)
        after = {call["parameters"]["secret_token"] for call in await stage.calls("setWebhook")}
        assert len(after) == len(before) + 1


async def say_many(person: Person, count: int) -> None:
    for number in range(count):
        await person.say(f"/task job {number}")
        await asyncio.sleep(0.2)


async def test_another_token_of_the_same_bot_finds_its_data(own_stage: Stage) -> None:
    anna = await own_stage.person("Anna")
    await anna.asks("/task tomorrow 10:00 send the offer", "send the offer")
    await asyncio.to_thread(own_stage.stop)
    bot_id = TOKEN.split(":", maxsplit=1)[0]
    own_stage.environment["BOT_TOKEN"] = f"{bot_id}:{'B' * 35}"
    await own_stage.start()
    await anna.asks("/tasks", "send the offer")


async def test_another_password_of_the_owner_leads_to_another_of_the_applications_role(
    own_database: Database,
) -> None:
    owner = make_url(own_database.owner_url)
    name = f"owner_{owner.database}"
    link = await asyncpg.connect(own_database.owner_url)
    try:
        await link.execute(f"CREATE ROLE {name} LOGIN CREATEROLE CREATEDB PASSWORD 'first'")
        first = owner.set(username=name, password="first", database=name)  # pragma: allowlist secret
        own = await asyncpg.connect(first.set(database=owner.database).render_as_string(hide_password=False))
        await own.execute(f"CREATE DATABASE {name}")
        await own.close()
        one = await upgrade(first.render_as_string(hide_password=False), say=print)
        await link.execute(f"ALTER ROLE {name} PASSWORD 'second'")
        second = first.set(password="second")  # pragma: allowlist secret
        two = await upgrade(second.render_as_string(hide_password=False), say=print)
        assert one.url.username == two.url.username
        assert one.url.password != two.url.password
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(str(one.url.set(drivername="postgresql").render_as_string(False)))
    finally:
        await link.close()
        own = await asyncpg.connect(second.set(database=owner.database).render_as_string(hide_password=False))
        await own.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await own.close()


async def test_another_key_of_the_model_is_used_after_a_restart(
    own_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with (
        model_server() as model,
        staged(
            tmp_path_factory.mktemp("key"), own_database.owner_url,
            MODEL="openai:stub", MODEL_BASE_URL=model.url, MODEL_API_KEY="first",  # pragma: allowlist secret
        ) as stage,
    ):  # fmt: skip
        anna = await stage.person("Anna")
        model.go.set()
        await anna.asks("what shall I do first", "Point")
        await asyncio.to_thread(stage.stop)
        stage.environment["MODEL_API_KEY"] = "second"  # pragma: allowlist secret
        await stage.start()
        await anna.asks("and what then", "Point")
        assert model.keys[-1] == "Bearer second"
        assert model.keys[0] == "Bearer first"


async def test_another_password_of_redis_is_used_after_a_restart_and_nothing_waits_for_it(
    own_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with running_valkey() as valkey:
        first = url_of(valkey)
        second = first.replace("//", "//:second@")  # pragma: allowlist secret
        async with staged(tmp_path_factory.mktemp("redis"), own_database.owner_url, REDIS_URL=first) as stage:
            anna = await stage.person("Anna")
            await stage.until(lambda: listeners(first), 1)
            with Redis.from_url(first) as operator:
                operator.config_set("requirepass", "second")
                operator.client_kill_filter(_type="normal", skipme=True)
                operator.client_kill_filter(_type="pubsub")
            await anna.asks("/task send the offer", "#1 send the offer")
            assert await listeners(second) == 0
            await asyncio.to_thread(stage.stop)
            stage.environment["REDIS_URL"] = second
            await stage.start()
            await stage.until(lambda: listeners(second), 1)
            await anna.asks("/tasks", "send the offer")


async def listeners(url: str) -> int:
    """Whether anybody hears of changes there."""
    with Redis.from_url(url) as operator:
        return min(len(operator.pubsub_channels()), 1)
