"""Groups: whose they are, who asks for access, who loses it, and what an upgrade keeps."""

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from tests.databases import Database
from tests.flows.stage import Message, Person, Stage, staged


@pytest_asyncio.fixture(scope="module")
async def closed(rows: Database, tmp_path_factory: Any) -> AsyncIterator[tuple[Stage, Database]]:
    """By invitation; the first person is the operator."""
    folder = tmp_path_factory.mktemp("groups")
    async with staged(folder, rows.owner_url, ACCESS="invite", ADMIN_IDS="1001") as one:
        one.people.clear()
        anna = await one.person("Anna")
        await anna.asks("/start", "language")
        yield one, rows


async def comes(stage: Stage, group: int, user_id: int, action: str, **more: Any) -> None:
    await stage.post(f"/sim/chats/{group}/members", {"user_id": user_id, "action": action, **more})


async def started(stage: Stage, name: str, language: str = "en") -> Person:
    person = await stage.person(name, language)
    await person.asks("/start", "language|язык")
    return person


def labels(message: Message) -> list[str]:
    return [button["text"] for row in message["buttons"] for button in row]


async def test_an_owners_group_is_of_their_team_until_it_gets_one_of_its_own(stage: Stage) -> None:
    anna, bob = await started(stage, "Anna"), await stage.person("Bob")
    await anna.asks("/task private matter", "#1 private matter")
    group = await stage.group("Sales", [anna, bob])
    hello = await anna.hears("team “Personal”", chat_id=group)
    assert "/setprivacy" in hello["text"]
    assert "admin with no rights" in hello["text"]
    await anna.asks("/task print offers", "#2 print offers", chat_id=group)
    assert (
        await bob.press(hello, "A team of its own", chat_id=group) == "Only an owner of the team can do this."
    )
    assert await anna.press(hello, "A team of its own", chat_id=group) == "Done"
    await anna.asks("/tasks", "no open tasks", chat_id=group)
    await anna.asks("/task only here", "#1 only here", chat_id=group)
    await bob.asks("/tasks", "only here", chat_id=group)
    card = await anna.hears(
        "Asking for access to the team “Sales”.*Bob"
    )  # whichever team is Anna's current one
    assert await anna.press(card, "✓ Bob") == "Done"
    listed = await anna.asks("/tasks", "open tasks")
    assert "print offers" in listed["text"]
    assert "only here" not in listed["text"]


async def test_the_greeting_is_russian_for_a_russian_owner(stage: Stage) -> None:
    anna = await started(stage, "Анна", "ru")
    group = await stage.group("Отдел", [anna])
    hello = await anna.hears("команды «Личное»", chat_id=group)
    assert labels(hello) == ["Отдельная команда"]
    assert "/setprivacy" in hello["text"]


async def test_a_strangers_group_is_a_team_of_its_own_where_it_is_open(stage: Stage) -> None:
    boris = await stage.person("Борис", "ru")
    group = await stage.group("Дача", [boris])
    hello = await boris.hears("команды «Дача»", chat_id=group)
    assert labels(hello) == []
    await boris.asks("/task полить", "#1 полить", chat_id=group)


async def test_by_invitation_a_strangers_group_is_politely_left(closed: tuple[Stage, Database]) -> None:
    stage, database = closed
    before = await database.count("people"), await database.count("chats")
    boris = await stage.person("Борис", "ru")
    group = await stage.group("Чужая", [boris])
    await boris.hears("по приглашениям.*выхожу", chat_id=group)

    async def left() -> int:
        return sum(int(call["parameters"]["chat_id"]) == group for call in await stage.calls("leaveChat"))

    await stage.until(left, 1)
    assert (await database.count("people"), await database.count("chats")) == before


async def test_guests_ask_and_the_owner_answers_one_by_one_or_all(closed: tuple[Stage, Database]) -> None:
    stage, database = closed
    anna = stage.people[0]
    bob, clara, dan = [await stage.person(name) for name in ("Bob", "Clara", "Dan")]
    group = await stage.group("Requests", [anna, bob, clara, dan])
    await anna.asks("/task from the owner", "from the owner", chat_id=anna.id)
    await bob.asks("/task bring paper", "bring paper", chat_id=group)
    card = await anna.hears("Asking for access.*“Requests”: Bob")
    listed = await bob.asks("/tasks", "open task", chat_id=group)
    assert "from the owner" not in listed["text"]
    for guest in (clara, dan):
        await guest.asks("/tasks", "open task", chat_id=group)

    async def names_on_card() -> int:
        (now,) = [m for m in await stage.messages(anna.id) if m["message_id"] == card["message_id"]]
        return sum(name in now["text"] for name in ("Bob", "Clara", "Dan"))

    await stage.until(names_on_card, 3)
    await bob.asks("/requests", "in private only", chat_id=group)
    assert await anna.press(card, "✓ Bob") == "Done"
    await stage.until(names_on_card, 2)
    listed = await bob.asks("/tasks", "open tasks", chat_id=group)
    assert "from the owner" in listed["text"]
    assert await anna.press(card, "Approve all") == "Done"
    await stage.until(names_on_card, 0)
    roles = await database.fetch("SELECT role FROM members WHERE from_group")
    assert [row[0] for row in roles] == ["member"] * 3
    await anna.asks("/requests", "Nobody is asking")


async def test_a_declined_guest_stays_a_guest_and_asks_no_more(stage: Stage) -> None:
    anna, boris = await started(stage, "Анна", "ru"), await stage.person("Борис", "ru")
    group = await stage.group("Отказ", [anna, boris])
    await boris.asks("/task раз", "раз", chat_id=group)
    card = await anna.hears("Просят доступ.*Борис")
    assert await anna.press(card, "✕") == "Готово"
    await boris.asks("/task два", "два", chat_id=group)
    await anna.asks("/requests", "Никто не просит")


async def test_whoever_leaves_a_watched_group_loses_access_at_once(closed: tuple[Stage, Database]) -> None:
    stage, _database = closed
    anna, boris = stage.people[0], await stage.person("Борис", "ru")
    group = await stage.group("Watched", [anna, boris])
    await anna.hears("team “Personal”", chat_id=group)
    await comes(stage, group, stage.bot_id, "promote")
    await anna.hears("told who leaves", chat_id=group)
    await anna.asks("/task of the team", "of the team")
    await boris.asks("/задачи", "Открытых задач нет", chat_id=group)
    card = await anna.hears("Asking for access.*“Watched”: Борис")
    await anna.press(card, "✓ Борис")
    await boris.asks("/задачи", "of the team")
    await comes(stage, group, boris.id, "leave", quiet=True)
    await anna.asks("/help", "/remind in", chat_id=group)  # in the group's own lane, so behind the departure
    await boris.asks("/задачи", "по приглашениям")
    await comes(stage, group, boris.id, "join", quiet=True)
    await boris.asks("/задачи", "Открытых задач нет", chat_id=group)  # a guest again
    await anna.hears("Asking for access.*“Watched”: Борис")


async def test_a_line_that_somebody_left_is_enough(stage: Stage) -> None:
    anna, bob = await started(stage, "Anna"), await stage.person("Bob")
    group = await stage.group("Unwatched", [anna, bob])
    await bob.asks("/remind in 3 seconds tea", "remind you", chat_id=group)
    await comes(stage, group, bob.id, "leave")
    await anna.asks("/remind in 5 seconds coffee", "remind you", chat_id=group)
    await anna.hears("⏰ coffee")
    assert not [m for m in await stage.messages(group) if "⏰ Bob, tea" in str(m.get("text"))]


async def test_an_anonymous_admin_is_told_that_nobody_knows_who_that_is(stage: Stage) -> None:
    anna = await started(stage, "Анна", "ru")
    group = await stage.group("Тайная", [anna])
    await anna.hears("команды «Личное»", chat_id=group)
    await anna.asks("/task тайное", "от имени чата", chat_id=group, anonymous=True)
    await anna.asks("/tasks", "Открытых задач нет", chat_id=group)


async def test_a_supergroup_keeps_what_the_group_had(stage: Stage) -> None:
    anna, bob = await started(stage, "Anna"), await stage.person("Bob")
    group = await stage.group("Growing", [anna, bob])
    await anna.hears("team “Personal”", chat_id=group)
    await bob.asks("/task before", "before", chat_id=group)
    await bob.asks("/remind in 3 seconds tea", "remind you", chat_id=group)
    new = (await stage.post(f"/sim/chats/{group}/migrate", {}))["id"]
    assert str(new).startswith("-100")
    await bob.asks("/tasks", "before", chat_id=new)
    await bob.hears("⏰ Bob, tea", chat_id=new)
    for word in ("one", "two", "three"):  # message numbers begin anew and meet the old ones
        await bob.asks(f"/task {word}", word, chat_id=new)
    assert not [m for m in await stage.messages(new) if "Hello" in str(m.get("text"))]


async def test_by_invitation_an_upgrade_by_a_guest_is_no_strangers_group(
    closed: tuple[Stage, Database],
) -> None:
    stage, _database = closed
    anna, eve = stage.people[0], await stage.person("Eve")
    group = await stage.group("Upgraded", [anna, eve])
    await eve.asks("/task early", "early", chat_id=group)
    new = (await stage.post(f"/sim/chats/{group}/migrate", {"by": eve.id}))["id"]
    await eve.asks("/tasks", "early", chat_id=new)
    assert not [call for call in await stage.calls("leaveChat") if int(call["parameters"]["chat_id"]) == new]


async def test_a_person_who_blocked_the_bot_is_not_written_to_until_they_return(
    closed: tuple[Stage, Database],
) -> None:
    stage, database = closed
    anna = stage.people[0]

    async def reachable() -> int:
        row = await database.fetch("SELECT count(private_chat_id) FROM people WHERE telegram_user_id = 1001")
        return int(row[0][0])

    await stage.post(f"/sim/chats/{anna.id}/block", {"user_id": anna.id, "blocked": True})
    await stage.until(reachable, 0)
    await stage.post(f"/sim/chats/{anna.id}/block", {"user_id": anna.id, "blocked": False})
    await stage.until(reachable, 1)
    await anna.asks("/help", "/task")
