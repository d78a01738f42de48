"""The menu: each language and each kind of chat has its own, and every command in it is one the bot knows."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio
from aiogram import Bot
from aiogram.types import BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats, BotCommandScopeDefault

from bot.app import make_bot
from bot.menu import ABOUT, COMMANDS, NOT_IN_GROUPS, ONLY_IN_GROUPS, set_menu
from playground.server import PLAYGROUND_TOKEN, start_playground
from tests.handlers.desk import Desk

PRIVATE, GROUP = BotCommandScopeAllPrivateChats(), BotCommandScopeAllGroupChats()


@pytest_asyncio.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    playground = await start_playground(tmp_path, 0)
    one, _gate = make_bot(PLAYGROUND_TOKEN, playground.url, None)
    yield one
    await one.session.close()
    await playground.close()


async def test_private_chats_and_groups_have_menus_in_both_languages(bot: Bot) -> None:
    await set_menu(bot)
    for language, code in (("en", None), ("ru", "ru")):
        private = {one.command: one.description for one in await bot.get_my_commands(PRIVATE, code)}
        group = {one.command for one in await bot.get_my_commands(GROUP, code)}
        assert set(private) == set(COMMANDS[language]) - ONLY_IN_GROUPS
        assert all(text == COMMANDS[language][name] for name, text in private.items())
        assert group == set(COMMANDS[language]) - NOT_IN_GROUPS
    assert await bot.get_my_commands(BotCommandScopeDefault()) == []


async def test_a_second_start_sets_nothing_and_a_changed_word_only_itself(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Telegram limits how often these may be changed."""
    sent: list[str] = []

    async def note(make_request: Any, one: Bot, method: Any) -> Any:
        sent.append(method.__api_method__)
        return await make_request(one, method)

    bot.session.middleware(cast(Any, note))
    await set_menu(bot)
    assert sum(name.startswith("set") for name in sent) == 8
    assert (await bot.get_my_description(language_code="ru")).description == ABOUT["ru"][0]
    sent.clear()
    await set_menu(bot)
    assert not [name for name in sent if name.startswith("set")]
    monkeypatch.setitem(COMMANDS["ru"], "task", "Задача")
    await set_menu(bot)
    assert [name for name in sent if name.startswith("set")] == ["setMyCommands"] * 2


def test_what_is_said_of_the_bot_fits() -> None:
    assert all(len(long) <= 512 and len(short) <= 120 for long, short in ABOUT.values())


def test_the_languages_offer_the_same() -> None:
    assert list(COMMANDS["en"]) == list(COMMANDS["ru"])
    assert {"task", "tasks", "help"} <= set(COMMANDS["en"]) - NOT_IN_GROUPS


async def test_every_command_of_the_menu_is_known_as_the_menu_sends_it() -> None:
    desk = Desk()
    help_text = (await desk.says("/help")).text
    for command in COMMANDS["en"]:
        answer = await desk.says(f"/{command}")
        assert answer.text
        assert (answer.text == help_text) is (command == "help")
