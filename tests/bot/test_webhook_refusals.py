"""What the webhook refuses: in the one form, with when to come again, and never as a fault of the bot's."""

import io
import re
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
import pytest_asyncio
from aiohttp import web

from bot.webhook import SECRET
from tests.bot.posts import WORD, House, opened


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    async with opened() as one:
        yield one


async def test_a_body_without_end_is_refused(house: House) -> None:
    answer = await house.client.post("/telegram", data=io.BytesIO(b"x" * 1_100_000), headers={SECRET: WORD})
    await is_refused(answer, 413, "request entity too large", None)


async def test_a_body_that_is_cut_off_is_no_fault(house: House) -> None:
    async def cut_off() -> bytes:
        raise ConnectionResetError("Connection lost")

    request = SimpleNamespace(headers={SECRET: WORD}, read=cut_off)
    with pytest.raises(web.HTTPBadRequest):
        await house.webhook.receive(cast(web.Request, request))


@pytest.mark.parametrize("why", ["database", "chat", "stop", "secret"])
async def test_whatever_is_refused_has_the_one_form_and_says_when_to_come_again(
    house: House, why: str
) -> None:
    house.storage.away = why == "database"
    house.lanes.busy |= {"7"} if why == "chat" else set()
    if why == "stop":
        house.webhook.stop()
    if why == "secret":
        wrong = await house.post(1, secret="another")  # pragma: allowlist secret
        await is_refused(wrong, 401, "unauthorized", None)
    else:
        await is_refused(await house.post(1), 503, "service unavailable", "1")
    assert house.desk.effects == []


async def is_refused(answer: Any, status: int, error: str, again_in: str | None) -> None:
    body = await answer.json()
    assert (answer.status, body["error"], answer.headers.get("Retry-After")) == (status, error, again_in)
    assert set(body) == {"error", "reference", "timestamp"}
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{8}", body["reference"])
