"""Notices in PostgreSQL: there with what they tell of, gone with what was rolled back, and sent by whoever is left."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.answers import Answer
from crm.budgets import MICROS, BudgetSpent, Refusal
from crm.errors import AlreadyHandled
from crm.faults import Operator
from crm.people import Actor, Role
from crm.teams import Member, Teams
from crm.updates import Notice, Postponed
from crm.usage import Estimate, Usage
from db.people import SqlPeopleDoors
from db.storage import SqlStorage
from db.updates import SqlUpdateJournal
from tests.acting import a_visitor, an_arrival
from tests.joining import joined, said

BOT = 42
LATER = datetime.now(UTC) + timedelta(minutes=10)


def a_notice(number: int, words: str) -> Notice:
    return Notice(BOT, Postponed(number, {"update_id": number}, Answer(words)), datetime.now(UTC))


async def owed(engine: AsyncEngine) -> list[str]:
    due = await SqlUpdateJournal(engine).due(BOT, LATER, lease=timedelta(0))
    return sorted(one.answer.text for one in due)


async def test_a_new_role_is_to_be_told_once_it_is_there(
    engine: AsyncEngine, storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor
) -> None:
    boris = await joined(storage, doors, anna, 102, Role.MEMBER)
    teams, arrival = Teams(storage), an_arrival()

    def tell(member: Member) -> Sequence[Notice]:
        return [a_notice(-1, f"you are {member.role}")]

    await teams.appoint(anna, arrival, boris.member_id, Role.MANAGER, said, tell)
    assert await owed(engine) == ["you are manager"]  # though the process ended before it said so
    await SqlUpdateJournal(engine).answered(BOT, -1)
    assert await owed(engine) == []
    with pytest.raises(AlreadyHandled):  # the same update again
        await teams.appoint(anna, arrival, boris.member_id, Role.MEMBER, said, tell)
    assert await owed(engine) == []


async def test_a_spent_budget_is_to_be_told_to_the_operators_once(
    engine: AsyncEngine, storage: SqlStorage, doors: SqlPeopleDoors, anna: Actor
) -> None:
    await doors.arrive(a_visitor(501, is_operator=True), open_to_all=True)

    def warn(_refusal: Refusal, operators: Sequence[Operator]) -> Sequence[Notice]:
        return [a_notice(-7, f"to {one.telegram_chat_id}") for one in operators]

    usage = Usage(storage, lambda: datetime.now(UTC), bot_micros=MICROS, warn=warn)
    for _ in range(2):
        with pytest.raises(BudgetSpent):
            await usage.reserve(anna, Estimate("m", 10, 2 * MICROS))
    assert await owed(engine) == ["to 501"]
