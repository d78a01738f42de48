"""The menu: each language and each kind of chat has its own, and every command in it is one the bot knows."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from aiogram import Bot
from aiogram.types import BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats, BotCommandScopeDefault

from bot.app import make_bot
from bot.menu import COMMANDS, NOT_IN_GROUPS, set_menu
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
        assert private == COMMANDS[language]
        assert group == set(private) - NOT_IN_GROUPS
    assert await bot.get_my_commands(BotCommandScopeDefault()) == []


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
