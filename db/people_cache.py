"""The people cache: who an update comes from, remembered between a person's updates in one chat.

It says who somebody was a moment ago. Whether they still are is asked of the database at the beginning of each
transaction (db/storage.py), so that nothing is gained by what is out of date. Kept in this process only: Redis holds
no identities, it tells of changes.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from crm.people import Actor, Visitor
from db.cache import Cache
from db.changes import Changes
from db.people import SqlPeopleDoors


class CachedPeopleDoors:
    """See crm.people.PeopleDoors."""

    def __init__(
        self, doors: SqlPeopleDoors, changes: Changes, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._doors = doors
        self._actors: Cache[Visitor, Actor] = Cache(changes, clock, keep=_remembered)
        self.has_operator = doors.has_operator
        self.issue_claim = doors.issue_claim

    @property
    def hits(self) -> int:
        return self._actors.hits

    @property
    def misses(self) -> int:
        return self._actors.misses

    async def arrive(self, visitor: Visitor, *, open_to_all: bool) -> Actor:
        """As the door does. A new name, username, title or kind of chat is another visitor, who is not known yet."""
        if visitor.link_code is not None:
            return await self._doors.arrive(visitor, open_to_all=open_to_all)
        who = replace(visitor, language="", timezone="")  # these two are for strangers
        kept = self._actors.look(who)
        if kept is not None:
            return kept
        return await self._actors.load(
            who,
            partial(self._doors.arrive, visitor, open_to_all=open_to_all),
            tag_of_user(visitor.telegram_user_id),
            f"chat:{visitor.telegram_chat_id}",
        )


def tag_of_user(telegram_user_id: int) -> str:
    return f"user:{telegram_user_id}"


def _remembered(actor: Actor) -> Actor | None:
    """Not while something about them happens once, nor where each update shows that they are still in a group."""
    if actor.is_new or actor.is_asking or actor.from_group:
        return None
    return replace(actor, is_remembered=True)
