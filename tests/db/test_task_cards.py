"""Cards over real rows: one effect of two presses at once, versions, series, and what hangs on a task."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crm.answers import Answer
from crm.errors import NotAllowed, Stale
from crm.people import Actor, Role
from crm.tasks import Status, Task
from crm.tasks.changes import set_priority, set_result, snooze
from crm.tasks.checklists import Checklist, Checklists
from crm.tasks.entities import Priority
from crm.tasks.moves import TaskMoves
from crm.tasks.sources import Attachment, Source
from crm.tasks.talk import TaskTalk
from tests.acting import NOW, an_arrival
from tests.db.team import Team, said


async def a_task(team: Team, line: str = "tomorrow 10:00 send the offer") -> Task:
    made: list[Task] = []

    def keep(tasks: Any) -> Answer:
        made.extend(tasks)
        return Answer("ok")

    await team.tasks.create(team.anna, an_arrival(), line, keep)
    return made[0]


async def seen(team: Team, task: Task, actor: Actor | None = None) -> Task:
    return await team.tasks.show(actor or team.anna, task.id)


async def test_two_presses_at_once_have_one_effect(team: Team) -> None:
    task, moves = await a_task(team, "every day at 10:00 write the report"), TaskMoves(team.storage)

    async def press(actor: Actor) -> Answer | Stale:
        try:
            return await moves.set_status(
                actor, an_arrival(), task.id, Status.COMPLETED, NOW, said, version=task.version
            )
        except Stale as stale:
            return stale

    done = await asyncio.gather(*(press(actor) for actor in (team.anna, team.boris, team.clara) * 2))
    assert sum(isinstance(one, Answer) for one in done) == 1
    assert await team.database.count("crm_tasks") == 2
    (completed,) = await team.database.fetch("SELECT count(*) FROM activity_logs WHERE action = 'completed'")
    assert completed[0] == 1


async def test_done_from_lists_at_once_makes_the_next_one_once(team: Team) -> None:
    task = await a_task(team, "every day at 10:00 write the report")
    await asyncio.gather(
        *(
            team.tasks.complete(actor, an_arrival(), task.id, NOW, said)
            for actor in (team.anna, team.boris, team.clara) * 2
        )
    )
    assert await team.database.count("crm_tasks") == 2


async def test_two_tasks_of_a_series_done_at_once_share_their_next(team: Team) -> None:
    first = await a_task(team, "every day at 10:00 write the report")
    await team.tasks.complete(team.anna, an_arrival(), first.id, NOW, said)
    second_id = await team.database.task_id(2)
    moves = TaskMoves(team.storage)
    await moves.set_status(team.anna, an_arrival(), second_id, Status.IN_PROGRESS, NOW, said)
    await moves.set_status(team.anna, an_arrival(), first.id, Status.IN_PROGRESS, NOW, said)
    later = NOW + timedelta(days=3)  # both are followed by the same day
    await asyncio.gather(
        *(team.tasks.complete(team.anna, an_arrival(), id_, later, said) for id_ in (first.id, second_id))
    )
    dates = await team.database.fetch("SELECT occurrence_date FROM crm_tasks WHERE completed_at IS NULL")
    assert len(dates) == 1


async def test_a_task_and_its_next_done_at_once_wait_for_each_other(team: Team) -> None:
    first, moves = await a_task(team, "every day at 10:00 write the report"), TaskMoves(team.storage)
    await team.tasks.complete(team.anna, an_arrival(), first.id, NOW, said)
    second_id = await team.database.task_id(2)
    await moves.set_status(team.anna, an_arrival(), second_id, Status.IN_PROGRESS, NOW, said)
    for _ in range(5):
        for id_ in (first.id, second_id):
            await moves.set_status(team.anna, an_arrival(), id_, Status.IN_PROGRESS, NOW, said)
        both = (team.tasks.complete(team.anna, an_arrival(), id_, NOW, said) for id_ in (first.id, second_id))
        await asyncio.gather(*both)
    left = await team.database.fetch(
        "SELECT 1 FROM crm_tasks WHERE completed_at IS NULL AND deleted_at IS NULL"
    )
    assert len(left) == 1


async def test_the_version_grows_with_each_change_and_refuses_an_older_one(team: Team) -> None:
    task = await a_task(team)
    await team.tasks.change(
        team.anna, an_arrival(), task.id, set_priority(Priority.HIGH), said, version=task.version
    )
    now = await seen(team, task)
    assert now.version > task.version
    with pytest.raises(Stale):
        await team.tasks.change(
            team.boris, an_arrival(), task.id, set_priority(Priority.LOW), said, version=task.version
        )
    with pytest.raises(Stale):
        await team.tasks.take_back(team.anna, an_arrival(), task.id, NOW, said, version=task.version)
    assert (await seen(team, task)).priority is Priority.HIGH


async def test_a_snoozed_task_of_a_series_does_not_move_the_series(team: Team) -> None:
    task = await a_task(team, "every week on thursday at 10:00 write the report")
    assert task.due is not None
    for _ in range(2):
        hour = snooze(
            "hour",
            (NOW + timedelta(days=4)).astimezone(task.due.zone),
            task.due.at_start_of_workday().time or NOW.time(),
        )
        await team.tasks.change(team.anna, an_arrival(), task.id, hour, said)
    done_at = NOW + timedelta(days=5)
    await team.tasks.complete(team.anna, an_arrival(), task.id, done_at, said)
    following = await team.tasks.show(team.anna, await team.database.task_id(2))
    assert following.due is not None
    assert following.due.date - task.due.date == timedelta(weeks=1)
    assert following.due.time == task.due.time


async def test_one_done_before_its_day_is_not_followed_by_its_own_day(team: Team) -> None:
    task = await a_task(team, "every week on thursday at 10:00 write the report")
    assert task.due is not None
    tomorrow = snooze("tomorrow", NOW.astimezone(task.due.zone), NOW.time())  # earlier than Thursday
    await team.tasks.change(team.anna, an_arrival(), task.id, tomorrow, said)
    await team.tasks.complete(team.anna, an_arrival(), task.id, NOW + timedelta(hours=30), said)
    following = await team.tasks.show(team.anna, await team.database.task_id(2))
    assert following.due is not None
    assert following.due.date == task.due.date + timedelta(weeks=1)


async def test_what_hangs_on_a_task_is_counted_and_taken_back(team: Team) -> None:
    task, talk, lists = await a_task(team), TaskTalk(team.storage), Checklists(team.storage)
    shown: list[Checklist] = []

    def keep(checklist: Checklist) -> Answer:
        shown.append(checklist)
        return Answer("ok")

    await lists.add(team.anna, an_arrival(), task.id, "call\nwrite", keep)
    item = shown[-1].items[1]
    await lists.tick(team.boris, an_arrival(), task.id, item.id, keep, version=shown[-1].task.version, at=NOW)
    await talk.comment(team.boris, an_arrival(), task.id, "on it", said)
    now = await seen(team, task)
    await talk.watch(
        team.clara, an_arrival(), task.id, team.clara.member_id, said, version=now.version, is_on=True
    )
    files = [Attachment("photo", "p1"), Attachment("document", "d1", "offer.pdf")]
    await talk.attach(team.clara, an_arrival(), task.id, files, "", said)
    counts = (await seen(team, task)).counts
    assert (counts.items, counts.ticked, counts.comments, counts.files, counts.watchers) == (2, 1, 1, 2, 1)
    assert list((await talk.files(team.anna, task.id)).files) == files
    (comment,) = (await talk.comments(team.anna, task.id)).comments
    assert (comment.who, comment.text) == ("Борис", "on it")
    assert [(await team.undo(team.clara)).action for _ in range(2)] == ["attached", "watched"]
    assert [(await team.undo(team.boris)).action for _ in range(2)] == ["commented", "item_ticked"]
    await team.undo(team.anna)
    counts = (await seen(team, task)).counts
    assert (counts.items, counts.comments, counts.files, counts.watchers) == (0, 0, 0, 0)


async def test_a_removed_item_comes_back(team: Team) -> None:
    task, lists = await a_task(team), Checklists(team.storage)
    await lists.add(team.anna, an_arrival(), task.id, "call\nwrite", said)
    shown = await lists.show(team.anna, task.id)
    await lists.remove(
        team.anna, an_arrival(), task.id, shown.items[0].id, said, version=shown.task.version, now=NOW
    )
    assert [one.text for one in (await lists.show(team.anna, task.id)).items] == ["write"]
    await team.undo(team.anna)
    assert [one.text for one in (await lists.show(team.anna, task.id)).items] == ["call", "write"]


async def test_a_guest_neither_comments_nor_attaches(team: Team) -> None:
    task, guest = await a_task(team), replace(team.boris, role=Role.GUEST)
    talk = TaskTalk(team.storage)
    with pytest.raises(NotAllowed):
        await talk.comment(guest, an_arrival(), task.id, "hello", said)
    with pytest.raises(NotAllowed):
        await talk.attach(guest, an_arrival(), task.id, [Attachment("photo", "p")], "", said)


async def test_the_source_and_the_result_are_kept(team: Team) -> None:
    source = Source("https://t.me/c/1/2", "Zoe: hello", attachments=(Attachment("photo", "p1"),))
    await team.tasks.create(team.anna, an_arrival(), "call Zoe", said, source=source)
    task_id = await team.database.task_id(1)
    await team.tasks.change(team.anna, an_arrival(), task_id, set_result("she agreed"), said)
    task = await team.tasks.show(team.anna, task_id)
    assert (task.source_url, task.description, task.result) == (source.url, source.quote, "she agreed")
    assert task.counts.files == 1
    await team.undo(team.anna)
    assert (await team.tasks.show(team.anna, task_id)).result is None


async def test_undo_of_a_status_opens_and_closes(team: Team) -> None:
    task, moves = await a_task(team), TaskMoves(team.storage)
    await moves.set_status(team.anna, an_arrival(), task.id, Status.CANCELED, NOW, said)
    assert await team.deliveries.claim(NOW + timedelta(days=2)) == []
    await team.undo(team.anna)
    assert (await seen(team, task)).status is Status.NOT_STARTED
    assert len(await team.deliveries.claim(NOW + timedelta(days=2))) == 1
    await team.tasks.complete(team.anna, an_arrival(), task.id, NOW, said)
    await moves.set_status(team.anna, an_arrival(), task.id, Status.IN_PROGRESS, NOW, said)
    assert (await seen(team, task)).completed_at is None
    await team.undo(team.anna)
    again = await seen(team, task)
    assert again.status is Status.COMPLETED
    assert again.completed_at is not None
