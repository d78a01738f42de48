"""Stats, as one SELECT that counts tasks and calls by member."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    column,
    func,
    literal,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.calls import Outcome
from crm.stats import MemberWork, Work
from crm.tasks.filters import Days
from db.models.calls import crm_calls as calls
from db.models.tasks import IS_DONE, IS_OPEN
from db.models.tasks import crm_tasks as tasks
from db.task_lists import overdue

_names = func.member_names().table_valued(
    column("member_id", BigInteger), column("display_name", Text), name="names"
)


class SqlStats:
    """See crm.stats.StatsStore."""

    def __init__(self, link: AsyncConnection) -> None:
        self._link = link

    async def of(self, days: Days, now: datetime) -> Sequence[MemberWork]:
        none = null().cast(Text)
        kinds = (
            (
                "created",
                tasks.c.created_by,
                (tasks.c.deleted_at.is_(None), *_within(tasks.c.created_at, days)),
            ),
            (
                "done",
                tasks.c.assignee_id,
                (literal_column(f"({IS_DONE})"), *_within(tasks.c.completed_at, days)),
            ),
            ("overdue", tasks.c.assignee_id, (literal_column(f"({IS_OPEN})"), *overdue(now))),
        )
        counted = [
            select(
                literal(kind).label("kind"),
                whose.label("member_id"),
                none.label("outcome"),
                func.count().label("how_many"),
            )
            .where(*condition)
            .group_by(whose)
            for kind, whose, condition in kinds
        ]
        counted.append(
            select(literal("calls"), calls.c.member_id, calls.c.outcome, func.count())
            .where(calls.c.deleted_at.is_(None), *_within(calls.c.started_at, days))
            .group_by(calls.c.member_id, calls.c.outcome)
        )
        each = union_all(*counted).subquery("each")
        rows = await self._link.execute(
            select(each, _names.c.display_name).outerjoin(_names, _names.c.member_id == each.c.member_id)
        )
        found: dict[int | None, MemberWork] = {}
        for row in rows:
            one = found.get(row.member_id) or MemberWork(row.member_id, row.display_name, Work())
            ended = {Outcome(row.outcome): row.how_many} if row.outcome else None
            work = Work(calls=ended) if ended else Work(**{row.kind: row.how_many})
            found[row.member_id] = replace(one, work=one.work + work)
        return list(found.values())


def _within(moment: ColumnElement[datetime], days: Days) -> Sequence[ColumnElement[bool]]:
    return moment >= days.begins, moment < days.ends
