"""News of tasks over real rows: who is owed a message, once, and who is told in the group instead."""

from dataclasses import replace
from typing import Any

from crm.answers import Answer
from crm.deliveries import Delivery
from crm.people import ChatKind
from crm.tasks import Task
from crm.tasks.changes import set_assignee, set_priority
from crm.tasks.entities import Priority
from crm.tasks.talk import TaskTalk
from crm.tasks.telling import News
from tests.acting import NOW, an_arrival
from tests.db.team import Team, said
from tests.db.test_task_cards import a_task, seen
from tests.fakes import is_ready


async def news(team: Team) -> list[tuple[str | None, int, str]]:
    """What the scheduler finds owed, and holds to the end."""
    claimed: list[Delivery] = [one for one in await team.deliveries.claim(NOW) if one.notice]
    assert all([await is_ready(team.deliveries, one) for one in claimed])
    return [(one.notice, one.actor.member_id, one.text) for one in claimed]


async def test_whom_it_concerns_is_told_once_in_private(team: Team) -> None:
    task, talk = await a_task(team), TaskTalk(team.storage)
    await team.tasks.change(team.anna, an_arrival(), task.id, set_assignee(team.boris.member_id), said)
    text = "Анна\nsend the offer\n2026-11-25 10:00 Europe/Berlin"
    assert await news(team) == [(News.ASSIGNED, team.boris.member_id, text)]
    now = await seen(team, task)
    await talk.watch(
        team.anna, an_arrival(), task.id, team.clara.member_id, said, version=now.version, is_on=True
    )
    await talk.comment(team.boris, an_arrival(), task.id, "on it", said)
    assert {(who, text) for _what, who, text in await news(team)} == {
        (team.anna.member_id, "Борис\nsend the offer\non it"),
        (team.clara.member_id, "Борис\nsend the offer\non it"),
    }
    await team.tasks.complete(team.boris, an_arrival(), task.id, NOW, said)
    told = await news(team)
    assert {(what, who) for what, who, _text in told} == {
        (News.COMPLETED, team.anna.member_id),
        (News.COMPLETED, team.clara.member_id),
    }
    assert await news(team) == []


async def test_news_of_what_changed_meanwhile_are_still_sent_and_of_a_deleted_task_not(team: Team) -> None:
    task, talk = await a_task(team), TaskTalk(team.storage)
    await team.tasks.change(team.anna, an_arrival(), task.id, set_assignee(team.boris.member_id), said)
    await team.tasks.change(team.anna, an_arrival(), task.id, set_priority(Priority.HIGH), said)
    await team.tasks.complete(team.anna, an_arrival(), task.id, NOW, said)
    assert {what for what, _who, _text in await news(team)} == {News.ASSIGNED, News.COMPLETED}
    await talk.comment(team.boris, an_arrival(), task.id, "thanks", said)
    (owed,) = await team.deliveries.claim(NOW)
    await team.tasks.take_back(team.anna, an_arrival(), task.id, NOW, said)
    assert not await is_ready(team.deliveries, owed)


async def test_where_members_see_their_own_a_colleague_is_told_all_the_same(team: Team) -> None:
    await team.database.fetch("UPDATE workspaces SET visibility = 'own'")
    made: list[Task] = []

    def keep(tasks: Any) -> Answer:
        made.extend(tasks)
        return Answer("ok")

    await team.tasks.create(team.boris, an_arrival(102), "@clara call the printer", keep)
    assert await news(team) == [(News.ASSIGNED, team.clara.member_id, "Борис\ncall the printer\n")]
    await TaskTalk(team.storage).comment(team.clara, an_arrival(103), made[0].id, "done soon", said)
    assert [who for _what, who, _text in await news(team)] == [team.boris.member_id]


async def test_who_never_opened_a_chat_is_told_once_for_each_group(team: Team) -> None:
    await team.database.fetch("UPDATE people SET private_chat_id = NULL WHERE id = $1", team.boris.person_id)
    (row,) = await team.database.fetch(
        "INSERT INTO chats (workspace_id, telegram_chat_id, kind) VALUES ($1, -7, 'group') RETURNING id",
        team.anna.workspace_id,
    )
    in_group = replace(team.anna, chat_kind=ChatKind.GROUP, chat_id=row[0], telegram_chat_id=-7)
    unmet: list[str | None] = []

    def keep(tasks: Any) -> Answer:
        unmet.extend(task.unmet for task in tasks)
        return Answer("ok")

    for _ in range(2):
        await team.tasks.create(in_group, an_arrival(-7), "@Борис call the printer", keep)
    await team.tasks.create(team.anna, an_arrival(), "@Борис call the printer", keep)
    assert unmet == ["Борис", None, None]
    assert await news(team) == []  # and nothing is owed that would come months later


async def test_where_members_see_their_own_a_task_that_is_handed_on_stays_in_sight(team: Team) -> None:
    await team.database.fetch("UPDATE workspaces SET visibility = 'own'")
    task = await a_task(team)
    await team.tasks.change(team.anna, an_arrival(), task.id, set_assignee(team.boris.member_id), said)
    await team.tasks.change(team.boris, an_arrival(102), task.id, set_assignee(team.clara.member_id), said)
    assert (await seen(team, task, team.boris)).assignee_id == team.clara.member_id
    await news(team)
    await team.tasks.complete(team.clara, an_arrival(103), task.id, NOW, said)
    assert {who for _what, who, _text in await news(team)} == {team.anna.member_id, team.boris.member_id}
