"""Calls over real rows: versions under two presses at once, merging and its undo, walls, and what a message made."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.answers import Answer
from crm.calls import Ask, Call, CallCards, CallFilter, CallLists, Direction, Field, Outcome, Turn
from crm.calls.changes import set_outcome
from crm.calls.next_steps import due_in
from crm.errors import NotFound, Stale
from crm.people import Actor, ChatKind
from crm.updates import Arrival
from tests.acting import NOW, an_arrival
from tests.databases import Database
from tests.db.team import Team, said


def pressed() -> Arrival:
    return replace(an_arrival(), message_id=None)


async def logged(team: Team, line: str, actor: Actor | None = None, arrival: Arrival | None = None) -> Call:
    shown: list[Call] = []

    def keep(call: Call) -> Answer:
        shown.append(call)
        return Answer("ok")

    await team.calls.log(actor or team.anna, arrival or an_arrival(), line, keep)
    return shown[0]


async def test_a_call_is_read_back_as_it_was_saved(team: Team) -> None:
    line = "Maria +7 999 123-45-67 incoming 12m connected, call back Friday 10:00: wants pricing by Friday"
    call = await logged(team, line)
    seen = await team.calls.show(team.anna, call.id)
    assert (seen.direction, seen.outcome, seen.duration_seconds) == (
        Direction.INBOUND, Outcome.CONNECTED, 720,
    )  # fmt: skip
    assert (seen.phone, seen.notes, seen.version) == ("+79991234567", "wants pricing by Friday", 1)
    assert (seen.made_contact, seen.asks, seen.member_name) == (True, (), "Анна")
    assert [offer["title"] for offer in seen.offers] == ["wants pricing"]
    assert seen.follow_up is not None
    assert (seen.follow_up.title, seen.follow_up.contact_id) == ("call back", seen.contact.id)


async def test_two_presses_at_once_have_one_effect(team: Team, database: Database) -> None:
    call = await logged(team, "Bob busy: wants pricing by Friday")
    cards = CallCards(team.storage)
    results = await asyncio.gather(
        *(
            cards.make_task(team.anna, pressed(), call.id, call.version, 0, said),
            cards.make_task(team.boris, pressed(), call.id, call.version, 0, said),
            cards.plan(
                team.clara, pressed(), call.id, call.version, "call Bob", due_in(1, NOW, team.clara), said
            ),
        ),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["Answer", "Stale", "Stale"]
    assert await database.count("crm_tasks") == 1


async def test_a_change_and_its_undo_count_the_version_up(team: Team) -> None:
    call = await logged(team, "Bob out 5m busy")
    cards = CallCards(team.storage)
    await cards.change(team.anna, pressed(), call.id, 1, set_outcome(Outcome.CONNECTED), said)
    with pytest.raises(Stale):
        await cards.change(team.anna, pressed(), call.id, 1, set_outcome(Outcome.OTHER), said)
    assert (await team.calls.show(team.anna, call.id)).version == 2
    assert (await team.undo(team.anna)).changes == {"outcome": ["busy", "connected"]}
    seen = await team.calls.show(team.anna, call.id)
    assert (seen.outcome, seen.version) == (Outcome.BUSY, 3)


async def test_merging_moves_the_number_and_undo_brings_the_made_contact_back(
    team: Team, database: Database
) -> None:
    known = (await logged(team, "Maria Orlova busy")).contact
    call = await logged(team, "Mariya +7 999 123-45-67 out 5m connected, send the offer on Friday")
    cards = CallCards(team.storage)
    offered = (await cards.choices(team.anna, call.id, to_merge=True)).contacts
    assert [one.full_name for one in offered] == ["Maria Orlova"]
    await cards.choose_contact(team.anna, pressed(), call.id, 1, known.id, said)
    rows = "SELECT contact_id, e164 FROM crm_contact_phones"
    assert [tuple(row) for row in await database.fetch(rows)] == [(known.id, "+79991234567")]
    assert (await database.fetch("SELECT contact_id FROM crm_tasks"))[0][0] == known.id
    gone = "SELECT deleted_at IS NOT NULL FROM crm_contacts WHERE id = $1"
    assert (await database.fetch(gone, call.contact.id))[0][0]
    await team.undo(team.anna)
    assert not (await database.fetch(gone, call.contact.id))[0][0]
    assert [tuple(row) for row in await database.fetch(rows)] == [(call.contact.id, "+79991234567")]
    assert (await team.calls.show(team.anna, call.id)).contact.full_name == "Mariya"


async def test_taking_back_takes_what_the_line_made_and_bringing_back_returns_it(
    team: Team, database: Database
) -> None:
    call = await logged(team, "Maria +7 999 123-45-67 busy, send the offer on Friday at 10:00")
    kept = """SELECT (SELECT count(*) FROM crm_calls WHERE deleted_at IS NULL),
        (SELECT count(*) FROM crm_contacts WHERE deleted_at IS NULL), (SELECT count(*) FROM crm_contact_phones),
        (SELECT count(*) FROM crm_tasks WHERE deleted_at IS NULL),
        (SELECT count(*) FROM reminder_deliveries WHERE state = 'pending')"""
    assert tuple((await database.fetch(kept))[0]) == (1, 1, 1, 1, 1)
    await team.calls.take_back(team.anna, pressed(), call.id, NOW, said, 1)
    assert tuple((await database.fetch(kept))[0]) == (0, 0, 0, 0, 0)
    with pytest.raises(NotFound):
        await team.calls.take_back(team.anna, pressed(), call.id, NOW, said, 1)
    await team.calls.bring_back(team.anna, pressed(), call.id, NOW, said)
    assert tuple((await database.fetch(kept))[0]) == (1, 1, 1, 1, 1)


async def test_a_number_that_somebody_took_meanwhile_stays_theirs(team: Team, database: Database) -> None:
    call = await logged(team, "Maria +7 999 123-45-67 busy")
    await team.calls.take_back(team.anna, pressed(), call.id, NOW, said)
    other = await logged(team, "Zoe +7 999 123-45-67 busy")
    await team.calls.bring_back(team.anna, pressed(), call.id, NOW, said)
    rows = await database.fetch("SELECT contact_id FROM crm_contact_phones")
    assert [row[0] for row in rows] == [other.contact.id]


async def test_an_edited_message_changes_its_call_and_its_task(team: Team, database: Database) -> None:
    first = an_arrival()
    call = await logged(team, "Bob out 12m connected, send the offer on Friday: likes it", arrival=first)
    edit = replace(an_arrival(), message_id=first.message_id)
    await team.calls.reread(team.anna, edit, "Bob in 5m busy, send the contract on Friday: no money", said)
    seen = await team.calls.show(team.anna, call.id)
    assert (seen.outcome, seen.notes, seen.version) == (Outcome.BUSY, "no money", 2)
    assert seen.follow_up is not None
    assert seen.follow_up.title == "send the contract"
    edit = replace(an_arrival(), message_id=first.message_id)
    await team.calls.reread(team.anna, edit, "Bob in 5m busy", said)
    assert (await team.calls.show(team.anna, call.id)).follow_up is None
    assert [await database.count(name) for name in ("crm_calls", "crm_tasks")] == [1, 1]


async def test_a_button_pressed_twice_logs_one_call(team: Team, database: Database) -> None:
    bob = (await logged(team, "Bob busy")).contact
    for _ in range(2):
        await team.calls.start(team.anna, pressed(), bob.id, said)
    await team.calls.start(team.boris, pressed(), bob.id, said)  # somebody else's is another call
    assert await database.count("crm_calls") == 3
    newest = (await team.calls.latest(team.anna))[0]
    assert newest.asks == tuple(Ask)


async def test_a_contacts_wish_and_zone_come_with_the_call(team: Team, database: Database) -> None:
    call = await logged(team, "Bob busy")
    await database.fetch(
        "UPDATE crm_contacts SET do_not_call = true, timezone = 'Asia/Tokyo' WHERE id = $1", call.contact.id
    )
    seen = await team.calls.show(team.anna, call.id)
    assert (seen.do_not_call, seen.contact_zone) == (True, "Asia/Tokyo")


async def test_another_team_finds_nothing(team: Team, engine: AsyncEngine) -> None:
    from tests.acting import a_visitor

    call = await logged(team, "Bob busy")
    stranger = await team.doors.arrive(a_visitor(999), open_to_all=True)
    with pytest.raises(NotFound):
        await team.calls.show(stranger, call.id)
    with pytest.raises(NotFound):
        await team.calls.start(stranger, pressed(), call.contact.id, said)
    cards = CallCards(team.storage)
    with pytest.raises(NotFound):
        await cards.type(stranger, an_arrival(), call.id, Field.NOTES, "mine now", said)
    own = await logged(team, "Zoe busy", stranger)
    with pytest.raises(NotFound):
        await cards.choose_contact(stranger, pressed(), own.id, 1, call.contact.id, said)


async def test_members_who_see_their_own_list_their_own(team: Team, database: Database) -> None:
    await logged(team, "Bob busy")
    await logged(team, "Zoe busy", team.boris)
    await database.fetch("UPDATE workspaces SET visibility = 'own'")
    lists = CallLists(team.storage)
    page = await lists.page(team.boris, CallFilter(), Turn(), NOW)
    assert [call.contact.full_name for call in page.calls] == ["Zoe"]
    assert len((await lists.page(team.anna, CallFilter(), Turn(), NOW)).calls) == 2


async def test_a_group_lists_what_was_logged_in_it(team: Team) -> None:
    await logged(team, "Bob busy")
    group = replace(team.anna, chat_kind=ChatKind.GROUP, chat_id=team.boris.chat_id)
    assert (await CallLists(team.storage).page(group, CallFilter(), Turn(), NOW)).calls == []
