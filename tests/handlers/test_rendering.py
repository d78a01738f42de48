"""Rendering: whatever a model writes arrives, split where a reader would pause, and code stays code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.answers import Entity
from handlers.rendering import AS_FILE, Piece, render
from handlers.splitting import LIMIT, split


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def marked(piece: Piece, kind: str) -> list[str]:
    """The words of a piece that bear an entity of the kind."""
    raw = piece.text.encode("utf-16-le")
    return [
        raw[one.offset * 2 : (one.offset + one.length) * 2].decode("utf-16-le")
        for one in piece.entities
        if one.type == kind
    ]


def test_markdown_is_text_with_entities_and_headings_bear_no_pictures() -> None:
    [piece] = render("# Plan\n\nCall **Anna** 👋 and `run`\n\n- one\n- [ ] two")
    assert piece.text == "Plan\n\nCall Anna 👋 and run\n\n• one\n☐ two"
    assert marked(piece, "bold") == ["Plan", "Anna"]
    assert marked(piece, "code") == ["run"]


def test_a_link_leads_to_a_page_and_calls_nobody() -> None:
    (piece,) = render("[page](https://example.org) [you](tg://user?id=1) [run](javascript:alert(1))")
    assert [(one.type, one.url) for one in piece.entities] == [("text_link", "https://example.org")]
    assert piece.text == "page you run"


def test_an_answer_bears_its_assistants_name() -> None:
    [piece] = render("Hello 👋", "Coach")
    assert piece.text == "Hello 👋\n\n— Coach"
    assert marked(piece, "italic") == ["— Coach"]


def test_long_code_is_a_file_named_by_its_language() -> None:
    code = "print('привет 👋')\n" * 200
    text, first, second = render(
        f"Look:\n\n```python\n{code}```\n\nand\n\n```\n{'x = 1 ' * 600}\n```\n**done**"
    )
    assert text.text == "Look:\n\ncode1.py\n\nand\n\ncode2.txt\ndone"
    assert marked(text, "bold") == ["done"]
    assert first.file is not None
    assert second.file is not None
    assert (first.file.name, second.file.name) == ("code1.py", "code2.txt")
    assert (first.file.content or b"").decode().strip() == code.strip()


def test_code_that_fits_into_one_message_is_not_cut() -> None:
    code = "line of code\n" * 200
    assert units(code) < AS_FILE
    pieces = render(f"{'word ' * 500}\n\n```python\n{code}```\n\n{'word ' * 500}")
    whole = [words for piece in pieces for words in marked(piece, "pre")]
    assert [words.strip() for words in whole] == [code.strip()]
    assert all(units(piece.text) <= LIMIT for piece in pieces)


def test_code_that_finds_no_room_begins_the_next_message_whole() -> None:
    words, code = "word " * 480 + "so:\n", "line of code\n\n" * 150
    pieces = split(words + code, (Entity("pre", units(words), units(code), language="python"),))
    assert [text for text, _own in pieces] == [words, code]
    assert [(one.offset, one.length) for one in pieces[1][1]] == [(0, units(code))]


def test_code_too_long_for_a_message_goes_on_as_code_from_a_lines_beginning() -> None:
    text = "line of code\n" * 500
    pieces = split(text, (Entity("pre", 0, units(text), language="python"),))
    assert len(pieces) == 2
    assert all(own[0].language == "python" and own[0].offset == 0 for _text, own in pieces)
    assert all(part.startswith("line") for part, _own in pieces)


def test_a_cut_falls_after_a_sentence_where_there_is_no_line() -> None:
    first, second = split("One two three four. " * 250, ())
    assert first[0].endswith(". ")
    assert second[0].startswith("One")


@pytest.mark.parametrize("nothing", ["", "  \n ", "\n\n\n"])
def test_an_answer_without_words_says_so(nothing: str) -> None:
    [piece] = render(nothing)
    assert piece.text == "There is nothing to say to that."


PARTS = st.sampled_from(
    ["**", "_", "`", "```", "```py\n", "\n\n", "# ", "- ", "1. ", "| a | b |\n|---|---|\n", "> ", "[x](http://y)",
     "$x$", "👋", "слово ", "word ", "~~", "||", "<b>", "&amp;", "x" * 900, "\n", "![i](http://z/i.png)"]
)  # fmt: skip


@given(st.lists(PARTS, max_size=40).map("".join))
def test_whatever_a_model_writes_is_messages_that_telegram_takes(markdown: str) -> None:
    pieces = render(markdown, "Coach")
    assert pieces
    for piece in pieces:
        if piece.file is not None:
            assert piece.file.content
            continue
        assert piece.text.strip()
        assert units(piece.text) <= LIMIT
        assert all(one.offset >= 0 and one.offset + one.length <= units(piece.text) for one in piece.entities)
    assert pieces == render(markdown, "Coach")  # a resumed turn finds the same pieces
