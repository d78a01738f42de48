"""History: who changed what. Rows are only ever added."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Activity:
    """One line of history. `actor_kind` is member, agent, system or import; `changes` maps a field to its new
    value, or to [old, new]."""

    action: str
    entity: str
    entity_id: int
    actor_kind: str = "member"
    actor_member_id: int | None = None
    changes: Mapping[str, object] = field(default_factory=dict)


class ActivityStore(Protocol):
    async def add(self, activity: Activity) -> None: ...
