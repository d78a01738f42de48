"""Merging over real rows: everything moves, once, is told, and can be taken back."""

import asyncio

import pytest

from crm.answers import Answer
from crm.contacts import ContactEdits, Joined, Merging
from crm.contacts.changes import set_do_not_call
from crm.errors import BadInput, NotFound, Stale
from crm.visibility import Sight
from tests.acting import an_arrival
from tests.db.team import Team, said
from tests.db.test_contacts import id_of, names

KEPT, GONE = "Анна Петрова", "Петрова Аня"


async def pair(team: Team) -> tuple[int, int]:
    """The one to be kept, and the other with something of everything."""
    await team.contacts.save(team.anna, an_arrival(), f"{KEPT} +7 999 123-45-67 #vip", said)
    await team.contacts.save(team.boris, an_arrival(), f"{GONE} +7 999 123-45-68 a@x.ru #vip #b2b", said)
    kept, gone = await id_of(team, KEPT), await id_of(team, GONE)
    await team.tasks.create(team.boris, an_arrival(), f'написать c:"{GONE}"', said)
    await team.calls.log(team.boris, an_arrival(), "+79991234568 no answer", said)
    await ContactEdits(team.storage).note(team.boris, an_arrival(), gone, "a note", said)
    await ContactEdits(team.storage).change(team.boris, an_arrival(), gone, None, set_do_not_call(True), said)
    return kept, gone


async def version_of(team: Team, contact_id: int) -> int:
    return (await team.contacts.show(team.anna, contact_id)).contact.version


async def test_everything_moves_is_told_and_is_taken_back(team: Team) -> None:
    kept, gone = await pair(team)
    before = [await team.contacts.show(team.anna, one) for one in (kept, gone)]
    heard: list[Joined] = []

    def hear(joined: Joined) -> Answer:
        heard.append(joined)
        return Answer("ok")

    which = gone, await version_of(team, gone)
    await Merging(team.storage).merge(team.anna, an_arrival(), which, kept, hear)
    card = await team.contacts.show(team.anna, kept)
    assert card.contact.phones == ("+79991234567", "+79991234568")
    assert (card.contact.email, card.contact.labels) == ("a@x.ru", ("vip", "b2b"))
    assert card.contact.do_not_call
    assert (card.task_count, card.call_count, [note.body for note in card.notes]) == (1, 1, ["a note"])
    assert heard[0].card == card
    assert [heard[0].moved.count(what) for what in ("phones", "tasks", "calls", "notes")] == [1, 1, 1, 1]
    with pytest.raises(NotFound):
        await team.contacts.show(team.anna, gone)
    assert await names(team, "Аня") == [KEPT]  # the other name still finds it
    line = (await team.history.show(team.anna, KEPT)).lines[0]
    assert (line.action, line.changes["merged"], line.changes["tasks_moved"]) == ("merged", GONE, 1)
    await team.undo(team.anna)
    after = [await team.contacts.show(team.anna, one) for one in (kept, gone)]
    for old, new in zip(before, after, strict=True):
        assert (new.contact.phones, new.contact.email, new.contact.labels, new.contact.do_not_call) == (
            old.contact.phones, old.contact.email, old.contact.labels, old.contact.do_not_call,
        )  # fmt: skip
        assert (new.task_count, new.call_count, new.notes) == (old.task_count, old.call_count, old.notes)


async def test_two_presses_at_once_merge_once(team: Team) -> None:
    kept, gone = await pair(team)
    one, other = (gone, await version_of(team, gone)), (kept, await version_of(team, kept))
    merging = Merging(team.storage)
    results = await asyncio.gather(
        merging.merge(team.anna, an_arrival(), one, kept, said),
        merging.merge(team.boris, an_arrival(), one, kept, said),
        merging.merge(team.clara, an_arrival(), other, gone, said),  # the other way round
        return_exceptions=True,
    )
    assert sum(isinstance(result, Answer) for result in results) == 1
    assert all(isinstance(result, Answer | NotFound | Stale) for result in results)
    told = await team.database.fetch("SELECT count(*) FROM activity_logs WHERE action = 'merged'")
    assert told[0][0] == 1


async def test_itself_an_older_version_and_another_teams_are_refused(team: Team) -> None:
    kept, gone = await pair(team)
    merging, version = Merging(team.storage), await version_of(team, gone)
    with pytest.raises(BadInput):
        await merging.merge(team.anna, an_arrival(), (kept, 1), kept, said)
    with pytest.raises(Stale):
        await merging.merge(team.anna, an_arrival(), (gone, version - 1), kept, said)
    with pytest.raises(NotFound):
        await merging.merge(team.anna, an_arrival(), (gone, version), kept + 10**6, said)
    await team.visibility.choose(team.anna, an_arrival(), team.anna.workspace_id, Sight.OWN, said)
    with pytest.raises(NotFound):  # Boris's one is in his sight, Anna's is not
        await merging.merge(team.boris, an_arrival(), (gone, version), kept, said)


async def test_what_is_out_of_the_movers_sight_moves_along(team: Team) -> None:
    kept, gone = await pair(team)
    await team.visibility.choose(team.anna, an_arrival(), team.anna.workspace_id, Sight.OWN, said)
    await team.database.fetch("UPDATE crm_contacts SET owner_id = $1", team.clara.member_id)
    version = await version_of(team, gone)
    await Merging(team.storage).merge(team.clara, an_arrival(), (gone, version), kept, said)
    card = await team.contacts.show(team.anna, kept)
    assert (card.task_count, card.call_count) == (1, 1)


async def test_those_that_may_be_one_are_offered(team: Team) -> None:
    kept, gone = await pair(team)
    await team.contacts.save(team.anna, an_arrival(), "Другая Женщина a@x.com", said)
    found = await Merging(team.storage).others(team.anna, kept)
    assert [one.id for one in found.contacts] in ([], [gone])
    await team.contacts.save(team.anna, an_arrival(), "Анна Петровa", said)  # one letter is Latin
    near = await Merging(team.storage).others(team.anna, kept)
    assert "Анна Петровa" in [one.full_name for one in near.contacts]
