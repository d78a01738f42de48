"""Slips of the finger: a word of time with one is mended, an ordinary word never."""

import pytest

from crm.grammar import english, russian
from crm.grammar.typos import mended
from tests.crm.grammar.lines import draft_of, said


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("завтар", "завтра"), ("завтраа", "завтра"), ("зватра", "завтра"), ("послезавтар", "послезавтра"),
        ("севодня", "сегодня"), ("понедельнк", "понедельник"), ("пятницы", "пятницы"), ("воскресенеь", "воскресенье"),
        ("tomorow", "tomorrow"), ("tommorow", "tomorrow"), ("tomorrw", "tomorrow"), ("wendesday", "wednesday"),
        ("wensday", "wednesday"), ("thrusday", "thursday"), ("firday", "friday"), ("saterday", "saturday"),
        ("decmber", "december"), ("февроля", "февраля"), ("черз", "через"), ("evry", "every"),
    ],
)  # fmt: skip
def test_a_slip_is_mended(typed: str, meant: str) -> None:
    assert mended(typed) == meant


@pytest.mark.parametrize(
    "word",
    [
        "завтрак", "завтраки", "четверо", "четвертая", "среда", "среди", "вечеров", "субботник", "марка", "каждому",
        "напомнить", "месяцы", "monthly", "money", "sundae", "mourning", "reminds", "match", "march", "hours", "texts",
        "fever", "never", "friends", "tomato", "tomorrows", "weekends", "сергей", "марина", "августин", "april", "июнь",
    ],
)  # fmt: skip
def test_an_ordinary_word_stays(word: str) -> None:
    assert mended(word) == word


def test_verbs_and_linking_words_are_nobodys_slip() -> None:
    for word in (*english.VERBS, *english.LINKS, *russian.CALLING, *russian.NO_VERBS):
        assert mended(word) == word


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("завтар в 9 планёрка", "планёрка · 11-24 09:00"),
        ("созвон в понедельнк в десять", "созвон · 11-30 10:00"),
        ("tomorow at nine thirty standup", "standup · 11-24 09:30"),
        ("lunch wendesday at noon", "lunch · 11-25 12:00"),
        ("приготовить завтрак", "приготовить завтрак"),
    ],
)
def test_a_line_with_a_slip_is_read(text: str, meaning: str) -> None:
    assert said(text) == meaning


def test_a_known_contacts_name_is_no_slip() -> None:
    assert draft_of("call Frida", contacts=("Frida",)).title == "call Frida"
    assert draft_of("call Fridey", contacts=("Fridey",)).due is None
