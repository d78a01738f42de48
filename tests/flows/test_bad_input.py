"""Bad input gets a clear sentence in the person's language, and changes nothing."""

import pytest

from tests.flows.stage import Stage


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("/task " + "x" * 10_000, "10000 characters"),
        ("/task today at 00:00 too late", "already passed"),
        ("/contact Anna 12345", "look like a phone"),
        ("/call", "Who was it with"),
        ("/remind tea", "When shall I remind"),
        ("/nonsense", "/task"),
    ],
)
async def test_what_to_type_is_said_and_nothing_saved(stage: Stage, text: str, sentence: str) -> None:
    anna = await stage.person("Anna")
    await anna.asks(text, sentence)
    await anna.asks("/tasks", "no open tasks|nothing")


async def test_the_sentence_is_russian_for_a_russian(stage: Stage) -> None:
    boris = await stage.person("Борис", "ru")
    await boris.asks("/task " + "я" * 10_000, "10000 знаков")


@pytest.mark.parametrize("title", ["<b>bold</b> & co", "👩🏽‍🚀 позвонить 👋", "שלום עולם", "a\u0000b"])
async def test_odd_titles_are_kept_as_they_are(stage: Stage, title: str) -> None:
    anna = await stage.person("<i>Anna</i>")
    saved = await anna.asks(f"/task {title}", "#")
    assert title.replace("\u0000", " ") in saved["text"]
