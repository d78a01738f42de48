"""Settings that every update needs, remembered over transactions: a person's, a team's region, whom a chat is bound to.

A transaction that has touched what is remembered itself reads its own rows, and remembers nothing of them.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from crm.people import Actor
from crm.settings import PersonSettings
from db.cache import Cache
from db.changes import Changes
from db.conversations import Place, SqlConversations
from db.people import SqlPeople
from db.people_cache import tag_of_user
from db.privacy import SqlPrivacy
from db.teams import SqlTeams
from db.touches import has_touched

Value = TypeVar("Value")


class Remembered:
    """Of one process."""

    def __init__(self, changes: Changes, clock: Callable[[], float] = time.monotonic) -> None:
        self.people: Cache[int, PersonSettings] = Cache(changes, clock)
        self.regions: Cache[int, tuple[str | None]] = Cache(changes, clock)
        self.switches: Cache[int, bool] = Cache(changes, clock)
        self.places: Cache[int, Place] = Cache(changes, clock)
        self._all: tuple[Cache[Any, Any], ...] = (self.people, self.regions, self.switches, self.places)

    @property
    def hits(self) -> int:
        return sum(one.hits for one in self._all)

    @property
    def misses(self) -> int:
        return sum(one.misses for one in self._all)

    def caches(self) -> "dict[str, Cache[int, Any]]":
        """By what they keep, for whoever counts their hits."""
        return {
            "settings": self.people,
            "region": self.regions,
            "switch": self.switches,
            "place": self.places,
        }


class RememberedPeople(SqlPeople):
    """The actor's own settings; nobody else's are seen here."""

    def __init__(self, link: AsyncConnection, actor: Actor, memory: Remembered) -> None:
        super().__init__(link)
        self._memory = memory.people
        self._tag = tag_of_user(actor.telegram_user_id)

    async def settings(self, person_id: int, *, to_change: bool = False) -> PersonSettings:
        async def load() -> PersonSettings:
            return await super(RememberedPeople, self).settings(person_id, to_change=to_change)

        if to_change:
            return await load()
        return await _through(self._memory, person_id, self._tag, self._link, load)


class RememberedTeams(SqlTeams):
    """The region in which the team's phone numbers are read."""

    def __init__(self, link: AsyncConnection, actor: Actor, memory: Remembered) -> None:
        super().__init__(link, actor.workspace_id)
        self._memory = memory.regions

    async def region(self, *, to_change: bool = False) -> str | None:
        async def load() -> tuple[str | None]:
            return (await super(RememberedTeams, self).region(to_change=to_change),)

        if to_change:
            return (await load())[0]
        workspace_id = self._workspace_id
        return (await _through(self._memory, workspace_id, f"team:{workspace_id}", self._link, load))[0]


class RememberedPrivacy(SqlPrivacy):
    """Whether the team's assistants are switched off."""

    def __init__(self, link: AsyncConnection, actor: Actor, memory: Remembered) -> None:
        super().__init__(link, actor.workspace_id)
        self._memory = memory.switches

    async def is_off(self) -> bool:
        async def load() -> bool:
            return await super(RememberedPrivacy, self).is_off()

        workspace_id = self._workspace_id
        return await _through(self._memory, workspace_id, f"team:{workspace_id}", self._link, load)


class RememberedConversations(SqlConversations):
    """Whom a chat and its topics are bound to."""

    def __init__(self, link: AsyncConnection, actor: Actor, memory: Remembered) -> None:
        super().__init__(link, actor.workspace_id)
        self._memory = memory.places

    async def place(self, chat_id: int) -> Place:
        async def load() -> Place:
            return await super(RememberedConversations, self).place(chat_id)

        return await _through(self._memory, chat_id, f"place:{chat_id}", self._link, load)


async def _through(
    cache: Cache[int, Value], key: int, tag: str, link: AsyncConnection, load: Callable[[], Awaitable[Value]]
) -> Value:
    if has_touched(link):
        return await load()
    kept = cache.look(key)
    if kept is not None:
        return kept
    generation = cache.generation
    value = await load()
    cache.fill(key, value, (tag,), generation)
    return value
