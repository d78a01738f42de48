"""What the READMEs give to try, said to a bot as it stands there."""

import pytest

from tests.documents import blocks
from tests.flows.stage import Stage

# the start of a line, and what the answer to it holds
SAID = {
    "tomorrow at 9 call Anna": r"#1 call Anna.*\+7",
    "remind me in 20 seconds": "drink water",
    "/call Anna": "wants the new price",
    "what is on my list": "Your open tasks.*call Anna",
    "завтра в 9 позвонить": r"#1 позвонить Анне.*\+7",
    "напомни через 20 секунд": "выпить воды",
    "каждую пятницу в 17:30 отчёт": "отчёт",
    "/звонок Анне 12 мин": "ждёт цены",
    "/план": "сегодня|завтра|план",
}


@pytest.mark.parametrize(("page", "language"), [("README.md", "en"), ("README.ru.md", "ru")])
async def test_each_line_to_try_is_answered(stage: Stage, page: str, language: str) -> None:
    [block] = [block for block in blocks("text") if block.page == page]
    anna = await stage.person("Anna", language)
    await anna.asks("/start", "language" if language == "en" else "язык")
    for line in block.lines:
        await anna.asks(line, next(answer for said, answer in SAID.items() if line.startswith(said)))


def test_no_other_page_gives_lines_to_try() -> None:
    assert {block.page for block in blocks("text")} == {"README.md", "README.ru.md"}
