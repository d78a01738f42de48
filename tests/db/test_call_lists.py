"""Lists of calls among many: one query a page, read along an index, and every call on exactly one page."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.calls import PAGE, CallFilter, CallLists, Direction, Outcome, Span, Turn
from crm.people import Actor, ChatKind
from db.calls import page_query
from db.transactions import entered
from tests.acting import NOW, an_arrival
from tests.db.counting import counted
from tests.db.team import Team, said

MANY = 20_000
FILL = """INSERT INTO crm_calls (workspace_id, direction, outcome, started_at, contact_id, member_id, source_chat_id)
    SELECT $1::bigint, CASE WHEN n % 10 = 0 THEN 'inbound' ELSE 'outbound' END,
        CASE WHEN n % 8 = 0 THEN 'busy' ELSE 'connected' END, $2::timestamptz - n * interval '10 minutes',
        ($3::bigint[])[1 + n % 20], CASE WHEN n % 6 = 0 THEN $4::bigint ELSE $5::bigint END, $6::bigint
    FROM generate_series(1, $7::int) n"""


async def fill(team: Team, count: int) -> list[int]:
    """So many calls with twenty contacts, most of them Anna's; the contacts' ids."""
    for number in range(20):
        await team.contacts.save(team.anna, an_arrival(), f"Contact{chr(65 + number)}", said)
    ids = [row[0] for row in await team.database.fetch("SELECT id FROM crm_contacts ORDER BY id")]
    await team.database.fetch(
        FILL, team.anna.workspace_id, NOW, ids, team.boris.member_id, team.anna.member_id, team.anna.chat_id, count
    )  # fmt: skip
    # what autovacuum may do at any moment, done now: how many tasks there seem to be is part of the policies' price
    await team.database.fetch("VACUUM (ANALYZE) crm_calls, crm_contacts, crm_tasks")
    return ids


async def plan_of(engine: AsyncEngine, actor: Actor, wanted: CallFilter, turn: Turn) -> str:
    """How PostgreSQL would read a page, under the application's role and its policies."""
    query = page_query(wanted, turn, actor, wanted.since(NOW, actor.zone)).compile(dialect=engine.dialect)
    values = [query.params[name] for name in query.positiontup or ()]
    async with entered(engine, actor.workspace_id, actor.member_id, actor.chat_id) as link:
        driver: Any = (await link.get_raw_connection()).driver_connection
        rows = await driver.fetch(f"EXPLAIN {query.string}", *values)
    return "\n".join(row[0] for row in rows)


async def test_every_way_to_narrow_a_list_reads_along_an_index(engine: AsyncEngine, team: Team) -> None:
    contacts = await fill(team, MANY)
    edge = (await team.database.fetch("SELECT id FROM crm_calls ORDER BY started_at LIMIT 1 OFFSET 10000"))[
        0
    ][0]
    ways = {
        "started_at": CallFilter(),
        "contact": CallFilter(contact_id=contacts[3]),
        "member": CallFilter(member_id=team.boris.member_id),
        "outcome": CallFilter(outcome=Outcome.BUSY),
        "direction": CallFilter(direction=Direction.INBOUND),
    }
    for index, wanted in ways.items():
        for turn in (Turn(), Turn(edge), Turn(edge, back=True)):
            plan = await plan_of(engine, team.anna, wanted, turn)
            assert f"using ix_crm_calls_{index}" in plan, plan
            assert "Seq Scan on crm_calls" not in plan, plan
            assert "Sort" not in plan, plan  # the index keeps the order, so a page is all that is read
    group = replace(team.anna, chat_kind=ChatKind.GROUP, chat_id=team.boris.chat_id)
    assert "using ix_crm_calls_chat" in await plan_of(engine, group, CallFilter(), Turn())
    for span in (Span.TODAY, Span.WEEK):
        assert "Seq Scan on crm_calls" not in await plan_of(engine, team.anna, CallFilter(span), Turn())


async def test_a_page_is_one_query(engine: AsyncEngine, team: Team) -> None:
    contacts = await fill(team, 50)
    lists = CallLists(team.storage)
    first = await lists.page(team.anna, CallFilter(), Turn(), NOW)
    turns = (Turn(), Turn(first.calls[-1].id), Turn(first.calls[-1].id, back=True))
    for wanted in (
        CallFilter(),
        CallFilter(Span.WEEK, contact_id=contacts[1], member_id=team.anna.member_id),
    ):
        for turn in turns:
            with counted(engine) as sent:
                await lists.page(team.anna, wanted, turn, NOW)
            assert len(sent) == 1, sent


@pytest.mark.parametrize("count", [0, PAGE, 2 * PAGE + 5])
async def test_paging_shows_every_call_once_there_and_back(team: Team, count: int) -> None:
    await fill(team, count)
    await team.database.fetch(
        "UPDATE crm_calls SET started_at = $1 WHERE id % 3 = 0", NOW - timedelta(days=1)
    )
    query = "SELECT id FROM crm_calls ORDER BY started_at DESC, id DESC"
    wanted = [row[0] for row in await team.database.fetch(query)]
    lists, turn, seen = CallLists(team.storage), Turn(), []
    while True:
        page = await lists.page(team.anna, CallFilter(), turn, NOW)
        seen += [call.id for call in page.calls]
        if not page.has_older:
            break
        turn = Turn(page.calls[-1].id)
    assert seen == wanted
    back = [call.id for call in page.calls]
    while page.has_newer:
        page = await lists.page(team.anna, CallFilter(), Turn(page.calls[0].id, back=True), NOW)
        back = [*(call.id for call in page.calls), *back]
    assert back == wanted
    assert len(wanted) == count


async def test_filters_find_what_they_say(team: Team) -> None:
    contacts = await fill(team, 80)
    lists = CallLists(team.storage)
    inbound = await lists.page(team.anna, CallFilter(direction=Direction.INBOUND), Turn(), NOW)
    assert {call.direction for call in inbound.calls} == {Direction.INBOUND}
    assert len(inbound.calls) == 8
    boris = await lists.page(team.anna, CallFilter(member_id=team.boris.member_id), Turn(), NOW)
    assert {call.member_name for call in boris.calls} == {"Борис"}
    one = await lists.page(
        team.anna, CallFilter(contact_id=contacts[7], outcome=Outcome.CONNECTED), Turn(), NOW
    )
    assert {call.contact.id for call in one.calls} == {contacts[7]}
    today = await lists.page(team.anna, CallFilter(Span.TODAY, Outcome.BUSY), Turn(), NOW)
    start = CallFilter(Span.TODAY).since(NOW, team.anna.zone)
    assert start is not None
    assert all(call.started_at >= start for call in today.calls)
