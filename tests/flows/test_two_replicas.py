"""Two replicas without a Redis: what one of them began, the other stops, joins and finds by its rows alone."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.databases import Database
from tests.flows.fleet import Fleet, fleet_of
from tests.flows.stage import Person
from tests.flows.test_media import a_file
from tests.flows.test_turns import the_draft
from tests.model_server import ModelServer, model_server


@pytest_asyncio.fixture(scope="module")
async def model() -> AsyncIterator[ModelServer]:
    async with model_server() as one:
        yield one


@pytest_asyncio.fixture(scope="module")
async def fleet(
    rows: Database, model: ModelServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Fleet]:
    told = {"MODEL": "openai:stub", "MODEL_BASE_URL": model.url, "MODEL_READS": "images"}
    folder = tmp_path_factory.mktemp("two")
    async with fleet_of(2, folder, rows.owner_url, at_first=2, **told) as one:
        yield one


def brought_to(fleet: Fleet, number: int) -> None:
    """What people do from now on, one of the two hears."""
    fleet.balancer.ports = [fleet.replicas[number].port]


async def a_long_answer(fleet: Fleet, model: ModelServer, text: str) -> tuple[Person, Any]:
    """Somebody who reads how the first replica's answer grows, and its draft."""
    brought_to(fleet, 0)
    person = await fleet.stage.person("Anna")
    await person.asks("/start", "language")
    model.forget()
    model.hold()
    await person.say(text)
    draft = await the_draft(fleet.stage, person)
    brought_to(fleet, 1)
    return person, draft


async def hung_up(fleet: Fleet, model: ModelServer) -> None:
    """Until the provider has seen that nobody listens any more: nothing more is paid for."""

    async def left() -> int:
        return len(model.left_at)

    await fleet.stage.until(left, 1)


async def test_a_stop_that_another_replica_hears_ends_the_answer_at_the_next_heartbeat(
    fleet: Fleet, rows: Database, model: ModelServer
) -> None:
    anna, draft = await a_long_answer(fleet, model, "tell me a long story")
    await fleet.stage.post(f"/sim/chats/{anna.id}/drafts/{draft['draft_id']}/stop", {"user_id": anna.id})
    await anna.hears("Let me see")  # what was said is kept, though the provider still holds the rest
    stopped = "turns WHERE user_text = 'tell me a long story' AND state = 'stopped' AND attempts = 1"
    await fleet.stage.until(lambda: rows.count(stopped), 1)
    await hung_up(fleet, model)


async def test_so_does_the_typed_word(fleet: Fleet, model: ModelServer) -> None:
    boris, _draft = await a_long_answer(fleet, model, "tell me a story")
    await boris.say("/stop")
    said = {(await boris.hears("."))["text"].splitlines()[0].strip() for _ in range(2)}
    assert said == {"Stopped.", "Let me see."}
    await hung_up(fleet, model)


async def test_the_rest_of_a_groups_album_belongs_to_the_question_wherever_it_arrives(
    fleet: Fleet, rows: Database, model: ModelServer
) -> None:
    brought_to(fleet, 0)
    clara, dan = await fleet.stage.person("Clara"), await fleet.stage.person("Dan")
    await clara.asks("/start", "language")
    group = await fleet.stage.group("Shop", [clara, dan])
    await clara.hears("Hello", chat_id=group)
    model.forget()
    await fleet.stage.post("/sim/settings", {"privacy_mode": False})
    try:
        album = {"user_id": clara.id, "photo": a_file("a.jpg"), "album": "7"}
        where = f"/sim/chats/{group}/messages"
        await fleet.stage.post(where, album | {"caption": "@switchboard_bot compare them"})
        await fleet.stage.until(lambda: rows.count("turns WHERE album = '7'"), 1)
        brought_to(fleet, 1)
        await fleet.stage.post(where, album | {"user_id": dan.id})  # his own, said to nobody
        await fleet.stage.post(where, album)
        await fleet.stage.post(where, album)
        shown = "turns, jsonb_array_elements(attachments) WHERE album = '7'"
        await fleet.stage.until(lambda: rows.count(shown), 3)
    finally:
        await fleet.stage.post("/sim/settings", {"privacy_mode": True})
    await clara.hears("Point 2", chat_id=group)
    assert await rows.count(shown) == 3
    assert await rows.count(f"people WHERE telegram_user_id = {dan.id}") == 0  # nobody met him
