"""The guide, line by line: what it says can be said is understood, in both languages."""

import re

import pytest

from handlers.help import TOPICS
from handlers.texts import gettext, speaking
from tests.documents import PAGES
from tests.handlers.desk import Desk

# a command ends where the guide begins to explain it, or to name the next one
COMMAND = re.compile(r"/(?!help)[a-z_]+.*?(?= [—–] |;|, /|, or |, или |: /|\. |\.$|$)")


# what belongs to @BotFather, to the bot's pages or to its operator
OTHERS = {
    "/revoke",
    "/setinline",
    "/setinlinefeedback",
    "/healthz",
    "/readyz",
    "/metrics",
    "/health",
    "/telegram",
}
NAMED = [
    line
    for page in PAGES
    for line in re.findall(r"`(/[a-zа-яё_]+(?: [^`]*)?)`", page.read_text(encoding="utf-8"))
    if line.split()[0] not in OTHERS
]


async def test_each_command_that_a_page_names_is_understood(desk: Desk) -> None:
    unknown = (await desk.says("/nothing")).text
    for number, line in enumerate(dict.fromkeys(NAMED)):
        answer = await desk.says(line, user=3001 + number)
        assert line.startswith("/help") or answer.text != unknown, line


def examples(language: str) -> list[str]:
    with speaking(language):
        lines = [gettext(line) for topic in TOPICS.values() for line in topic.lines]
    return list(dict.fromkeys(said.strip() for line in lines for said in COMMAND.findall(line)))


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_each_command_of_the_guide_is_understood(desk: Desk, language: str) -> None:
    unknown = (await desk.says("/nothing")).text
    said = examples(language)
    assert len(said) > 40
    for number, line in enumerate(said):
        answer = await desk.says(line, user=2001 + number)
        assert answer is not None, line
        assert answer.text != unknown, line
