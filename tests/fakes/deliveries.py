"""Fakes of deliveries: claimed, sent, marked."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from crm.deliveries import Deliveries, Delivery
from crm.grammar.dates import Due
from crm.hours import Matter
from crm.readiness import Ready
from tests.fakes.hours import matter_of
from tests.fakes.reminders import ReminderRow

if TYPE_CHECKING:
    from tests.fakes.storage import FakeStorage, State


async def is_ready(deliveries: Deliveries, delivery: Delivery, now: datetime | None = None) -> bool:
    """Whether it would be sent; at its moment, unless said otherwise."""
    return isinstance(await deliveries.ready(delivery, now or delivery.due_at), Ready)


def held(state: "State", delivery: Delivery) -> ReminderRow | None:
    row = state.reminders.get(delivery.id)
    is_held = row is not None and row.state == "leased" and row.delivery.lease == delivery.lease
    return row if is_held else None


class FakeDeliveries:
    def __init__(self, state: "State") -> None:
        self._state = state

    async def series(self, delivery: Delivery) -> tuple[str, Due] | None:
        row = self._state.reminders[delivery.id]
        return self._state.rules.get(row.reminder.id) if row.occurrence_at is None else None

    async def add_delivery(self, delivery: Delivery, due: Due) -> None:
        due_at = due.at
        assert due_at is not None
        row = self._state.reminders[delivery.id]
        following = replace(delivery, id=self._state.next_id(), due_at=due_at, lease="", attempts=0)
        self._state.reminders[following.id] = ReminderRow(row.reminder, following, look_at=due_at)

    async def release(self, delivery: Delivery) -> None:
        self._mark(delivery, state="pending", look_at=delivery.due_at)

    async def mark_sent(self, delivery: Delivery, telegram_message_id: int, late_seconds: int) -> bool:
        return self._mark(
            delivery, state="sent", telegram_message_id=telegram_message_id, late_seconds=late_seconds
        )

    async def retry(self, delivery_id: int) -> int:
        asked = self._state.reminders.get(delivery_id)
        failed = [row for row in self._state.reminders.values() if row.state == "failed"]
        again = [row for row in failed if asked in failed and row.reason == getattr(asked, "reason", None)]
        for row in again:
            self._state.reminders[row.delivery.id] = replace(row, state="pending")
        return len(again)

    async def mark_skipped(self, delivery: Delivery, reason: str) -> None:
        self._mark(delivery, state="skipped", reason=reason)

    async def mark_held(self, delivery: Delivery, reason: str, until: datetime) -> None:
        self._mark(delivery, state="pending", reason=reason, look_at=until)

    async def mark_failed(self, delivery: Delivery, reason: str, retry_at: datetime | None) -> bool:
        if retry_at is None:
            return self._mark(delivery, state="failed", reason=reason)
        return self._mark(delivery, state="pending", reason=reason, look_at=retry_at)

    def _mark(self, delivery: Delivery, **changes: Any) -> bool:
        row = held(self._state, delivery)
        if row is not None:
            self._state.reminders[delivery.id] = replace(row, **changes)
        return row is not None


class FakeDeliveryDoors:
    """crm.deliveries.DeliveryDoors."""

    def __init__(self, storage: "FakeStorage") -> None:
        self._storage = storage

    async def claim(
        self,
        now: datetime,
        *,
        ahead: timedelta,
        limit: int,
        lease: timedelta,
        held: Iterable[Delivery] = (),
    ) -> Sequence[Delivery]:
        self._storage.must_be_there()
        state = self._storage.state
        due = [
            row
            for row in state.reminders.values()
            if (row.state == "pending" and row.look_at <= now + ahead)
            or (row.state == "leased" and row.look_at <= now)
        ]
        due.sort(key=lambda row: row.look_at)
        ours = {one.lease for one in held}
        due = [row for row in due if row.delivery.lease not in ours]
        claimed = []
        for row in due[:limit]:
            delivery = replace(
                row.delivery, attempts=row.delivery.attempts + 1, lease=f"lease {state.next_id()}"
            )
            state.reminders[delivery.id] = replace(
                row, delivery=delivery, state="leased", look_at=now + lease
            )
            claimed.append(delivery)
        return claimed

    async def look(self, deliveries: Sequence[Delivery]) -> Mapping[int, Matter | None]:
        self._storage.must_be_there()
        state, found = self._storage.state, dict[int, Matter | None]()
        for one in deliveries:
            if (one.actor.workspace_id, one.actor.member_id) in state.removed:
                found[one.id] = None
            elif held(state, one) is not None:
                found[one.id] = matter_of(state, one.id)
        return found

    async def mark(
        self, deliveries: Sequence[Delivery], telegram_message_id: int, now: datetime
    ) -> Collection[int]:
        marked = []
        for one in deliveries:
            late = max(0, int((now - one.due_at).total_seconds()))
            async with self._storage.transaction(one.actor) as unit:
                if await unit.deliveries.mark_sent(one, telegram_message_id, late):
                    await unit.presses.nag(one.id, now)
                    marked.append(one.id)
        return marked

    async def alive(self, now: datetime) -> datetime | None:
        self._storage.must_be_there()
        before, self._storage.state.alive_at = self._storage.state.alive_at, now
        return before

    async def heard(self, now: datetime, kept: timedelta) -> int:
        self._storage.must_be_there()
        return 0
