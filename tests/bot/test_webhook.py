"""The webhook: a 200 is a promise kept, a 503 leaves the update with Telegram, and chats keep their order."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot import webhook as webhook_module
from bot.webhook import SECRET
from tests.bot.posts import WORD, House, opened


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    async with opened() as one:
        yield one


async def test_an_update_is_accepted_once_it_has_its_effect_and_its_answer(house: House) -> None:
    house.desk.hold(1)
    posting = house.posting(1)
    await house.until_begun(1)
    assert not posting.done()
    house.desk.held[1].set()
    assert (await posting).status == 200
    assert (house.desk.effects, house.telegram.said) == ([1], ["saved"])
    assert house.lanes.held == {}


@pytest.mark.parametrize("secret", ["", "a-long-random-wore", WORD + "x"])
async def test_who_does_not_know_the_secret_is_not_heard(house: House, secret: str) -> None:
    assert (await house.post(1, secret=secret)).status == 401
    assert house.desk.begun == []


async def test_whether_a_secret_is_a_new_one_can_not_be_said_without_postgresql(house: House) -> None:
    house.kept.away = True
    assert (await house.post(1, secret=WORD[::-1])).status == 503
    assert (await house.post(1)).status == 200


async def test_while_postgresql_is_away_telegram_keeps_the_update(house: House) -> None:
    house.storage.away = True
    refused = await house.post(1)
    assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
    house.storage.away = False
    assert (await house.post(1)).status == 200
    assert house.desk.effects == [1]


async def test_tries_without_postgresql_do_not_count_against_an_update(house: House) -> None:
    house.desk.hold(1)
    for again in range(7):
        house.desk.held[1].clear()
        posting = house.posting(1)
        await house.until_begun(*[1] * (again + 1))
        house.storage.away = True
        house.desk.held[1].set()
        assert (await posting).status == 503
        house.storage.away = False
        await house.lanes.release(next(iter(house.lanes.held.values())))  # as the next heartbeat does
    assert (await house.post(1)).status == 200
    assert house.desk.effects == [1]


async def test_one_that_comes_again_meanwhile_waits_for_the_same_end(house: House) -> None:
    house.desk.hold(1)
    posts = [house.posting(1) for _ in range(3)]
    await house.until_begun(1)
    house.desk.held[1].set()
    assert [(await post).status for post in posts] == [200] * 3
    assert (house.desk.effects, house.telegram.said) == ([1], ["saved"])


async def test_one_that_comes_again_later_is_accepted_and_nothing_happens(house: House) -> None:
    assert [(await house.post(1)).status for _ in range(3)] == [200] * 3
    assert (house.desk.effects, house.telegram.said) == ([1], ["saved"])


async def test_a_chat_is_handled_in_order_and_another_beside_it(house: House) -> None:
    house.desk.hold(1)
    first = house.posting(1)
    await house.until_begun(1)
    second = house.posting(2)
    assert (await house.post(3, chat_id=8)).status == 200
    assert house.desk.begun == [1, 3]
    house.desk.held[1].set()
    assert [(await first).status, (await second).status] == [200, 200]
    assert house.desk.effects == [3, 1, 2]


async def test_a_chat_another_replica_works_on_is_left_to_telegram_in_the_end(house: House) -> None:
    house.lanes.busy.add("7")
    assert (await house.post(1)).status == 503
    assert house.desk.begun == []
    house.lanes.busy.clear()
    assert (await house.post(1)).status == 200


async def test_what_takes_longer_than_telegram_waits_goes_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_module, "ANSWER_WITHIN", 0.01)
    house.desk.hold(1)
    assert (await house.post(1)).status == 503
    house.desk.held[1].set()
    while 1 in house.webhook._running:  # noqa: ASYNC110 - its end is nobody's event
        await asyncio.sleep(0)
    assert (await house.post(1)).status == 200
    assert house.desk.effects == [1]


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"update_id": "x"}', b'{"update_id": 1, "message": {"date": "?"}}']
)
async def test_what_can_not_be_read_is_passed(house: House, body: bytes) -> None:
    answer = await house.client.post("/telegram", data=body, headers={SECRET: WORD})
    assert answer.status == 200
    assert house.desk.begun == []


async def test_a_stop_finishes_what_is_under_way_and_takes_nothing_new(house: House) -> None:
    house.desk.hold(1)
    running = asyncio.create_task(house.webhook.run())
    first = house.posting(1)
    await house.until_begun(1)
    house.webhook.stop()
    assert (await house.post(2, chat_id=8)).status == 503
    house.desk.held[1].set()
    assert (await first).status == 200
    await running
    assert house.desk.effects == [1]


async def test_a_stop_gives_back_what_takes_too_long(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_module, "DRAIN", 0.01)
    house.desk.hold(1)
    running = asyncio.create_task(house.webhook.run())
    first = house.posting(1)
    await house.until_begun(1)
    house.webhook.stop()
    await running
    assert (await first).status == 503
    assert (house.lanes.released, house.lanes.held) == ([1], {})


async def test_leases_of_what_is_under_way_are_kept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_module, "HEARTBEAT", 0.001)
    house.desk.hold(1)
    running = asyncio.create_task(house.webhook.run())
    first = house.posting(1)
    async with asyncio.timeout(5):
        while [1] not in house.lanes.stayed:  # noqa: ASYNC110 - a heartbeat has no event
            await asyncio.sleep(0)
    house.desk.held[1].set()
    await first
    house.webhook.stop()
    await running
