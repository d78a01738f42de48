"""The cache of one process: the first tier of every lookup, forgotten by tags (see db/changes.py)."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from db.changes import ALL, Changes

LIFE = 30.0  # seconds: how late a change is seen at most where it can't be heard
ENTRIES = 20_000  # of one kind; the oldest is forgotten first
Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class _Loading(Generic[Value]):
    task: "asyncio.Task[Value]"
    tags: tuple[str, ...]


class Cache(Generic[Key, Value]):
    """Entries of one kind. `clock` counts seconds, monotonic; `life` says how many an entry lives."""

    def __init__(
        self,
        changes: Changes,
        clock: Callable[[], float] = time.monotonic,
        *,
        keep: Callable[[Value], Value | None] = lambda value: value,
        life: Callable[[Value], float] = lambda _value: LIFE,
        entries: int = ENTRIES,
    ) -> None:
        """`keep` makes what is remembered of what was loaded; None is not remembered, nor shared by those who wait."""
        self._clock = clock
        self._keep = keep
        self._life = life
        self._entries = entries
        self._kept: dict[Key, tuple[float, Value]] = {}
        self._tags: dict[Key, tuple[str, ...]] = {}
        self._tagged: dict[str, set[Key]] = {}
        self._loading: dict[Key, _Loading[Value]] = {}
        self.generation = 0  # moved by each change; a fill that began before it is dropped
        self.hits = self.misses = 0
        changes.watch(self.forget)

    def __len__(self) -> int:
        return len(self._kept)

    def look(self, key: Key) -> Value | None:
        """What is kept, None where nothing is."""
        kept = self._kept.get(key)
        if kept is None or kept[0] <= self._clock():
            self.misses += 1
            return None
        self.hits += 1
        return kept[1]

    async def load(self, key: Key, load: Callable[[], Awaitable[Value]], *tags: str) -> Value:
        """What `load` brings, kept under the tags; those who ask for the same meanwhile share it."""
        loading = self._loading.get(key)
        if loading is not None:
            value = await asyncio.shield(loading.task)
            return value if self._keep(value) is not None else await load()
        loading = _Loading(asyncio.create_task(self._load(key, load, tags)), tags)
        self._loading[key] = loading
        loading.task.add_done_callback(lambda done: self._loaded(key, done))
        return await asyncio.shield(loading.task)

    def fill(self, key: Key, value: Value, tags: tuple[str, ...], generation: int) -> None:
        """Remember what was loaded since `generation`, unless that moved."""
        if generation != self.generation:
            return
        kept = self._keep(value)
        if kept is None:
            return
        self._drop(key)
        while len(self._kept) >= self._entries:
            self._drop(next(iter(self._kept)))
        self._kept[key] = (self._clock() + self._life(kept), kept)
        self._tags[key] = tags
        for tag in tags:
            self._tagged.setdefault(tag, set()).add(key)

    def forget(self, tags: Collection[str]) -> None:
        """Whatever is kept or being loaded under one of the tags."""
        self.generation += 1
        if ALL in tags:
            for everything in (self._kept, self._tags, self._tagged, self._loading):
                everything.clear()
            return
        for tag in tags:
            for key in tuple(self._tagged.get(tag, ())):
                self._drop(key)
        for key in [key for key, one in self._loading.items() if not set(one.tags).isdisjoint(tags)]:
            del self._loading[key]

    async def _load(self, key: Key, load: Callable[[], Awaitable[Value]], tags: tuple[str, ...]) -> Value:
        generation = self.generation
        value = await load()
        self.fill(key, value, tags, generation)
        return value

    def _loaded(self, key: Key, done: "asyncio.Task[Value]") -> None:
        if not done.cancelled():
            done.exception()  # those who waited for it have it, and if none did it is nobody's
        loading = self._loading.get(key)
        if loading is not None and loading.task is done:
            del self._loading[key]

    def _drop(self, key: Key) -> None:
        if self._kept.pop(key, None) is None:
            return
        for tag in self._tags.pop(key):
            keys = self._tagged[tag]
            keys.discard(key)
            if not keys:
                del self._tagged[tag]
