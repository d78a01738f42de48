"""Tables and calendars as people meet them: a file sent, looked at, taken in, over a restart, and taken out again."""

import asyncio
import base64
import re

import aiohttp
import pytest
from icalendar import Calendar

from tests.databases import Database
from tests.flows.stage import Message, Stage, free_port, staged

PEOPLE = (
    "Имя;Фамилия;Рабочий телефон;Рабочий e-mail\n"
    "Анна;Петрова;+7 999 123-45-67;anna@example.com\n"
    "Борис;Иванов;;нет\n"
)


async def shown(stage: Stage, chat_id: int, text: str) -> Message:
    """A message that says so by now, an edited one too, or the caption of a file."""
    for _ in range(200):
        for one in await stage.messages(chat_id):
            if text in f"{one.get('text')} {one.get('caption')}":
                return one
        await asyncio.sleep(0.1)
    raise AssertionError(f"{text!r} was not shown\n{stage.log()[-2000:]}")


def a_file(name: str, content: bytes) -> dict[str, str]:
    return {"name": name, "base64": base64.b64encode(content).decode()}


async def test_a_table_is_looked_at_and_taken_in_after_a_restart_and_comes_out_again(
    own_stage: Stage,
) -> None:
    anna = await own_stage.person("Анна", "ru")
    await anna.asks("/start", "язык")
    await anna.asks("/загрузка", "Пришлите файл")
    await own_stage.post(
        f"/sim/chats/{anna.id}/messages",
        {"user_id": anna.id, "document": a_file("люди.csv", PEOPLE.encode("cp1251"))},
    )
    look = await anna.hears("Новых: 1.*строка 3: «нет» — не адрес почты.*Рабочий телефон → Телефон")
    own_stage.kill()
    await own_stage.start()
    await anna.press(look, "Загрузить: 1")
    await shown(own_stage, anna.id, "Загружено.")
    choice = await anna.asks("/выгрузка", "Что выгрузить")
    await anna.press(choice, "Контакты · CSV")
    await shown(own_stage, anna.id, "Контакты: 1 строка")


async def test_a_feed_is_read_at_its_address(
    own_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with staged(
        tmp_path_factory.mktemp("feeds"), own_database.owner_url, PUBLIC_URL=url, HTTP_PORT=str(port)
    ) as stage:
        anna = await stage.person("Anna")
        await anna.asks("/start", "language")
        await anna.asks("/task tomorrow 10:00 tea", "tea")
        card = await anna.asks("/calendar", "secret address")
        await anna.press(card, "Make the address")
        card = await shown(stage, anna.id, "/feeds/")
        address = re.search(r"http\S+\.ics", card["text"])
        assert address is not None
        async with aiohttp.ClientSession() as client, client.get(address[0]) as answer:
            assert answer.status == 200
            read = Calendar.from_ical(await answer.read())
        assert [entry["SUMMARY"] for entry in read.walk("VEVENT")] == ["tea"]
