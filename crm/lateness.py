"""Lateness: how late a message comes, why, and which late ones one message tells of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from crm.deliveries import Delivery
from crm.reasons import Why

LATE = timedelta(seconds=60)  # from here on a message says that it is late
TOGETHER = 20  # late ones for one person that one message tells of


@dataclass(frozen=True, slots=True)
class Downtime:
    """When no process of the bot was running, last."""

    since: datetime
    until: datetime


def lateness(delivery: Delivery, now: datetime) -> timedelta | None:
    """How late a message is, or None while it need not be said."""
    late = now - delivery.due_at
    return late if late >= LATE else None


def folded(deliveries: Iterable[Delivery], now: datetime) -> list[list[Delivery]]:
    """Late ones for one person in one chat, to be told in one message, TOGETHER at most; all others by themselves. In
    the order of the oldest of each."""
    groups: list[list[Delivery]] = []
    open_one: dict[tuple[int, int, int | None], list[Delivery]] = {}
    for delivery in deliveries:
        if delivery.notice is not None or lateness(delivery, now) is None:
            groups.append([delivery])
            continue
        actor = delivery.actor
        key = (actor.telegram_user_id, actor.telegram_chat_id, delivery.thread_id)
        group = open_one.get(key)
        if group is None or len(group) >= TOGETHER:
            group = open_one[key] = []
            groups.append(group)
        group.append(delivery)
    return groups


def why_late(delivery: Delivery, downtime: Downtime | None) -> str | None:
    """What kept it, as its row has it; "not_running" when that was the bot itself, None when it is not known."""
    if delivery.reason is not None:
        return delivery.reason
    slept = downtime is not None and downtime.since <= delivery.due_at < downtime.until
    return Why.NOT_RUNNING if slept else None
