"""Answers: long ones cut on sense with their entities, and each key as Telegram takes it."""

from aiogram.types import ForceReply, InlineKeyboardMarkup, ReplyKeyboardMarkup
from hypothesis import example, given
from hypothesis import strategies as st

from crm.answers import Answer, Button, Entity
from handlers.answers import LIMIT, markup, split


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


WORDS = st.sampled_from(
    ["да", "word", "👋🏽", "👩🏽‍🚀", "שלום", "—", "x" * 500, "𝒳" * 700, "\n", "\n\n", " ", "\t"]
)
LONG = st.lists(WORDS, min_size=1, max_size=300).map(" ".join).map(lambda text: text * 9)


@st.composite
def texts_with_entities(draw: st.DrawFn) -> tuple[str, tuple[Entity, ...]]:
    text = draw(LONG)
    length = units(text)
    ends = st.tuples(st.integers(0, length - 1), st.integers(1, length))
    pairs = draw(st.lists(ends, max_size=4))
    return text, tuple(Entity("bold", start, min(size, length - start)) for start, size in pairs)


@given(texts_with_entities())
@example(("x" * LIMIT, (Entity("bold", 0, LIMIT),)))
@example(("👋" * LIMIT, (Entity("bold", 0, LIMIT * 2),)))
@example(("x" + "👋" * LIMIT, ()))
@example(("", ()))
def test_nothing_is_lost_no_piece_is_too_long_and_entities_stay_on_their_words(
    given_one: tuple[str, tuple[Entity, ...]],
) -> None:
    text, entities = given_one
    pieces = split(text, entities)
    assert "".join(piece for piece, _entities in pieces) == text
    assert all(units(piece) <= LIMIT for piece, _entities in pieces)
    assert len(pieces) == 1 or all(piece for piece, _entities in pieces)
    covered, start = [], 0
    for piece, own in pieces:
        for one in own:
            assert one.offset >= 0
            assert one.length > 0
            assert one.offset + one.length <= units(piece)
            covered += list(range(start + one.offset, start + one.offset + one.length))
        start += units(piece)
    assert sorted(covered) == sorted(
        at for one in entities for at in range(one.offset, one.offset + one.length)
    )


def test_a_cut_falls_on_a_paragraph_then_a_line_then_a_word() -> None:
    for mark in ("\n\n", "\n", " "):
        head = "a b " * 900  # 3600 units, all of words
        text = (head.strip() if mark != " " else "a" * 3600) + mark + "b" * 600
        (first, _own), (second, _other) = split(text, ())
        assert first.endswith(mark)
        assert second == "b" * 600


def test_a_word_longer_than_a_message_is_cut_between_characters() -> None:
    pieces = [piece for piece, _entities in split("👋" * 5000, ())]
    assert [units(piece) for piece in pieces] == [4096, 4096, 1808]


def test_a_paragraph_near_the_beginning_makes_no_tiny_message() -> None:
    (first, _own), *_rest = split("Hi\n\n" + "word " * 1000, ())
    assert units(first) > LIMIT // 2


def test_an_entity_over_the_cut_goes_on_in_the_next_piece() -> None:
    text = "a" * 4000 + " " + "b" * 1000
    pieces = split(text, (Entity("text_link", 3990, 100, url="https://example.org"),))
    assert [(own[0].offset, own[0].length, own[0].url) for _piece, own in pieces] == [
        (3990, 11, "https://example.org"),
        (0, 89, "https://example.org"),
    ]


def test_keys_are_buttons_a_keyboard_a_reply_field_or_none() -> None:
    pressed = markup(
        Answer("x", buttons=((Button("Yes", data="y"), Button("See", url="https://example.org")),))
    )
    assert isinstance(pressed, InlineKeyboardMarkup)
    assert [key.callback_data for key in pressed.inline_keyboard[0]] == ["y", None]
    assert isinstance(markup(Answer("x", keyboard=(("Task",),))), ReplyKeyboardMarkup)
    assert isinstance(markup(Answer("x", question=True)), ForceReply)
    assert markup(Answer("x", question=True), in_private=True) is None  # it would take the keyboard away
    assert markup(Answer("x")) is None


def test_a_button_may_open_the_private_chat_with_the_bot() -> None:
    keys = markup(Answer("x", buttons=((Button("Open", start="task_3_42"),),)), "switchboard_bot")
    assert isinstance(keys, InlineKeyboardMarkup)
    assert keys.inline_keyboard[0][0].url == "https://t.me/switchboard_bot?start=task_3_42"
