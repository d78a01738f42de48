"""Fakes of digests: what they tell is of the state; those that are due are those a test puts in."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crm.digests import Digest, TeamReport
from crm.people import Actor
from crm.reasons import Why
from crm.tasks import Status, Task
from crm.tasks.filters import Days

if TYPE_CHECKING:
    from tests.fakes.storage import State


class FakeDigests:
    """crm.digests.DigestStore."""

    def __init__(self, state: "State", actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def waiting(self, member_id: int, limit: int) -> Sequence[Task]:
        return [
            row.task
            for row in self._state.tasks.values()
            if row.task.assignee_id == member_id and row.task.status is Status.DEFERRED
        ][:limit]

    async def new_contacts(self, of: Days) -> int:
        return len(self._state.contacts)

    async def report(self, member_id: int, since: datetime, limit: int) -> TeamReport:
        rows = [row for row in self._state.reminders.values() if row.delivery.actor.member_id == member_id]
        return TeamReport(
            "",
            [row.reminder.text for row in rows if row.reason == Why.AWAY],
            [row.reminder.text for row in rows if row.reason == Why.STOOD_IN],
        )


class FakeDigestDoors:
    """crm.digests.DigestDoors; `outcomes` tell what became of each."""

    def __init__(self, *due: Digest) -> None:
        self.due = list(due)
        self.outcomes: dict[int, tuple[str, object]] = {}
        self.leased: set[str] = set()

    async def claim(self, now: datetime, *, limit: int, lease: timedelta) -> Sequence[Digest]:
        claimed = [replace(one, lease=f"lease {one.id}") for one in self.due if one.due_at <= now][:limit]
        self.due = [one for one in self.due if one.id not in {taken.id for taken in claimed}]
        self.leased |= {one.lease for one in claimed}
        return claimed

    async def holds(self, digest: Digest) -> bool:
        return digest.lease in self.leased

    async def mark_sent(self, digest: Digest, telegram_message_id: int, now: datetime) -> bool:
        return self._mark(digest, "sent", telegram_message_id)

    async def mark_skipped(self, digest: Digest, reason: str, now: datetime) -> bool:
        return self._mark(digest, "skipped", reason)

    async def mark_pending(self, digest: Digest, reason: str, until: datetime, now: datetime) -> bool:
        return self._mark(digest, "pending", until)

    async def mark_failed(self, digest: Digest, reason: str, now: datetime) -> bool:
        return self._mark(digest, "failed", reason)

    async def purge(self, before: datetime) -> None:
        self.outcomes.clear()

    def _mark(self, digest: Digest, state: str, what: object) -> bool:
        if digest.lease not in self.leased:
            return False
        self.leased.discard(digest.lease)
        self.outcomes[digest.id] = (state, what)
        return True
