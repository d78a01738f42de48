"""The application's role, whoever owns the database: a superuser, an owner who makes roles, an owner who may not."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy.engine import make_url

from bot.database import Database, DatabaseError, prepare_database
from db.roles import LIMITS, application_connection, application_password, application_role
from db.urls import Connection, connection
from tests.databases import run, url_of

PASSWORD = "owner-word"  # pragma: allowlist secret - of roles that a test makes
_numbers = count()


def quiet(_line: str) -> None:
    return None


@dataclass
class House:
    """A server on which owners and their databases are made for a test, and removed after it."""

    server_url: str
    databases: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)

    async def role(self, rights: str) -> str:
        """A login role of these rights; its name."""
        name = f"switchboard_test_role_{next(_numbers)}"
        self.roles.append(name)
        await run(self.server_url, f"CREATE ROLE {name} LOGIN {rights} PASSWORD '{PASSWORD}'")
        return name

    async def database(self, owner: str | None = None) -> str:
        """A new database's URL: of `owner`, or of whoever the server's URL names."""
        name = f"switchboard_test_house_{next(_numbers)}"
        self.databases.append(name)
        if owner is None:
            await run(self.server_url, f"CREATE DATABASE {name}")
            return url_of(self.server_url, name)
        await run(self.server_url, f"GRANT {owner} TO CURRENT_USER")
        await run(self.server_url, f"CREATE DATABASE {name} OWNER {owner}")
        return self.as_role(owner, url_of(self.server_url, name))

    def as_role(self, role: str, url: str) -> str:
        return make_url(url).set(username=role, password=PASSWORD).render_as_string(hide_password=False)

    async def superuser_url(self, url: str) -> str | None:
        """The same database as a superuser sees it: the embedded server's `postgres`, or the URL given to the tests."""
        embedded = make_url(url).set(username="postgres").render_as_string(hide_password=False)
        for candidate in (url, embedded):
            try:
                rows = await fetch(candidate, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            except asyncpg.InvalidPasswordError:
                continue
            if rows == [True]:
                return candidate
        return None

    async def remove(self) -> None:
        made = [application_role(connection(url_of(self.server_url, name))) for name in self.databases]
        # Roles that an owner of a test made belong to that owner, and a superuser's connection that is still closing is
        # ended by its like alone: whoever is above all removes them.
        above = await self.superuser_url(self.server_url) or self.server_url
        for name in self.databases:
            await run(above, f"DROP DATABASE {name} WITH (FORCE)")
        for role in (*made, *self.roles):
            await run(above, f"DROP ROLE IF EXISTS {role}")


@pytest_asyncio.fixture
async def house(server_url: str) -> AsyncIterator[House]:
    one = House(server_url)
    yield one
    await one.remove()


async def fetch(url: str, query: str) -> list[object]:
    link = await asyncpg.connect(url)
    try:
        return [row[0] for row in await link.fetch(query)]
    finally:
        await link.close()


def url_of_application(application: Connection) -> str:
    return application.url.set(drivername="postgresql").render_as_string(hide_password=False)


async def is_walled(application: Connection, owner_url: str) -> None:
    """A row of a team is there for the owner, and without `enter` neither seen nor made by the application."""
    await run(owner_url, "INSERT INTO workspaces (name, timezone, language) VALUES ('One', 'UTC', 'en')")
    assert await fetch(owner_url, "SELECT count(*) FROM workspaces") == [1]
    ours = url_of_application(application)
    assert await fetch(ours, "SELECT count(*) FROM workspaces") == [0]
    assert await fetch(
        ours,
        "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user",
    ) == [False]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await run(ours, "ALTER TABLE workspaces DISABLE ROW LEVEL SECURITY")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await run(ours, f'SET ROLE "{make_url(owner_url).username}"')


async def test_the_strongest_url_at_hand_works_as_the_owners(house: House) -> None:
    """A superuser's, as managed hosts give it; on a server that gives the tests none, the strongest there is."""
    given = await house.database()
    owner_url = await house.superuser_url(given) or given
    application = await prepare_database(Database(owner_url, None, None), say=quiet)
    await is_walled(application, owner_url)


async def test_an_owner_who_may_make_roles_works(house: House) -> None:
    owner_url = await house.database(await house.role("CREATEROLE"))
    application = await prepare_database(Database(owner_url, None, None), say=quiet)
    await is_walled(application, owner_url)


async def test_a_second_start_and_a_second_replica_agree_on_the_role_and_its_password(house: House) -> None:
    owner_url = await house.database()
    first = await prepare_database(Database(owner_url, None, None), say=quiet)
    second = await prepare_database(Database(owner_url, None, None), say=quiet)
    assert first.url == second.url == application_connection(connection(owner_url)).url
    assert await fetch(url_of_application(first), "SELECT current_user") == [first.url.username]


def test_the_password_follows_the_owners_secret_and_the_database_and_shows_neither() -> None:
    def password(url: str) -> str:
        return application_password(connection(url))

    one = password("postgresql://owner:word@host/house")
    assert one == password("postgresql://owner:word@another-host:6432/house")
    assert one != password("postgresql://owner:other@host/house")
    assert one != password("postgresql://owner:word@host/house2")
    assert "word" not in one


def test_a_pooler_that_names_the_project_in_the_role_gets_it_there_too() -> None:
    made = application_connection(connection("postgresql://postgres.project:word@host:6543/postgres"))
    assert str(made.url.username).endswith(".project")


async def test_an_owner_who_may_not_make_roles_gets_one_line_that_says_what_to_do(house: House) -> None:
    owner = await house.role("NOCREATEROLE")
    owner_url = await house.database(owner)
    with pytest.raises(
        DatabaseError, match=f"^DATABASE_URL: {owner} may not make roles.*DATABASE_OWNER_URL"
    ) as no:
        await prepare_database(Database(owner_url, None, None), say=quiet)
    assert "\n" not in str(no.value)
    assert PASSWORD not in str(no.value)


async def test_such_an_owner_works_beside_a_role_made_by_hand(house: House) -> None:
    owner_url = await house.database(await house.role("NOCREATEROLE"))
    page = (Path(__file__).parents[2] / "docs" / "migrations.md").read_text(encoding="utf-8")
    said = re.search(r"^CREATE ROLE \w+ LOGIN PASSWORD '[^']+' ([A-Z ]+);", page, re.MULTILINE)
    assert said is not None
    by_hand = house.as_role(await house.role(said[1]), owner_url)
    for _ in range(2):
        application = await prepare_database(Database(owner_url, by_hand, None), say=quiet)
    assert application.url.username == make_url(by_hand).username
    await is_walled(application, owner_url)


@pytest.mark.parametrize("set_by_hand", [None, "25s"])
async def test_a_role_made_by_hand_gives_itself_the_limits_that_nobody_gave_it(
    house: House, set_by_hand: str | None
) -> None:
    owner_url = await house.database(await house.role("NOCREATEROLE"))
    role = await house.role("NOINHERIT")
    if set_by_hand is not None:
        await run(
            house.server_url, f"ALTER ROLE {role} SET idle_in_transaction_session_timeout = '{set_by_hand}'"
        )
    said: list[str] = []
    application = await prepare_database(
        Database(owner_url, house.as_role(role, owner_url), None), say=said.append
    )
    for name, limit in LIMITS.items():
        wanted = set_by_hand if name.startswith("idle") and set_by_hand is not None else limit
        shown = await fetch(url_of_application(application), f"SELECT current_setting('{name}')")
        assert shown == [{"60s": "1min"}.get(wanted, wanted)]
    assert not any("locks" in line for line in said)


async def test_limits_that_a_role_may_not_set_are_said_with_what_to_do(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner_url = await house.database(await house.role("NOCREATEROLE"))
    role = await house.role("NOINHERIT")
    monkeypatch.setitem(LIMITS, "commit_delay", "10")  # which superusers set
    said: list[str] = []
    await prepare_database(Database(owner_url, house.as_role(role, owner_url), None), say=said.append)
    assert [line for line in said if "commit_delay" in line and f'ALTER ROLE "{role}" SET' in line]


async def test_the_owner_itself_is_refused_as_the_applications_role_and_loses_nothing(house: House) -> None:
    owner_url = await house.database()
    await prepare_database(Database(owner_url, None, None), say=quiet)
    with pytest.raises(DatabaseError, match=r"^DATABASE_URL: the application's role is the owner"):
        await prepare_database(Database(owner_url, owner_url, None), say=quiet)
    await prepare_database(Database(owner_url, None, None), say=quiet)  # its rights are still there


async def test_a_role_that_belongs_to_the_owner_is_refused(house: House) -> None:
    owner = await house.role("CREATEROLE")
    owner_url = await house.database(owner)
    by_hand = await house.role(f"IN ROLE {owner}")
    with pytest.raises(DatabaseError, match="belongs to the owner of the tables"):
        await prepare_database(Database(owner_url, house.as_role(by_hand, owner_url), None), say=quiet)


async def test_a_role_that_may_create_in_the_schema_is_refused(house: House) -> None:
    owner_url = await house.database()
    by_hand = await house.role("NOINHERIT")
    above = await house.superuser_url(owner_url) or owner_url
    await run(above, f"GRANT CREATE ON SCHEMA public TO {by_hand}")
    with pytest.raises(DatabaseError, match="may create in the schema"):
        await prepare_database(Database(owner_url, house.as_role(by_hand, owner_url), None), say=quiet)


async def test_a_role_that_steps_around_the_guards_is_refused(house: House) -> None:
    """Only a superuser can make one; without any here, such a role can't come about, and that is looked at."""
    owner_url = await house.database()
    by_hand = await house.role("NOINHERIT")
    above = await house.superuser_url(owner_url)
    if above is None:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await run(owner_url, f"ALTER ROLE {by_hand} BYPASSRLS")
        return
    for rights, sentence in (("BYPASSRLS", "bypasses row-level security"), ("SUPERUSER", "is a superuser")):
        await run(above, f"ALTER ROLE {by_hand} {rights}")
        with pytest.raises(DatabaseError, match=sentence):
            await prepare_database(Database(owner_url, house.as_role(by_hand, owner_url), None), say=quiet)


async def test_a_role_by_hand_that_is_not_there_is_one_line(house: House) -> None:
    owner_url = await house.database()
    nobody = house.as_role("switchboard_test_nobody", owner_url)
    with pytest.raises(DatabaseError, match=r"^DATABASE_URL: .*switchboard_test_nobody.* does not exist$"):
        await prepare_database(Database(owner_url, nobody, None), say=quiet)
