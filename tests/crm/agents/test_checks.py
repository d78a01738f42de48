"""What an assistant may be, and what its short name is made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.agents import SLUG_PATTERN
from crm.agents.checks import (
    checked_budget,
    checked_examples,
    checked_keywords,
    checked_settings,
    checked_slug,
)
from crm.agents.differences import changed_fields, differences
from crm.agents.naming import named
from crm.agents.roster import default_of, roster
from crm.agents.slugs import free_slug, slug_of
from crm.errors import BadInput
from tests.fakes import an_agent


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Помощник по складу", "pomoshchnik-po-skladu"),
        ("Sales Coach!", "sales-coach"),
        ("Ёж и щука", "ezh-i-shchuka"),
        ("1С бухгалтер", "s-bukhgalter"),
        ("…", "assistant"),
        ("日本", "assistant"),
    ],
)
def test_a_short_name_is_made_of_the_name(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@given(st.text(max_size=80))
def test_any_name_gives_a_short_name(name: str) -> None:
    assert checked_slug(slug_of(name)) == slug_of(name)
    assert SLUG_PATTERN


def test_a_taken_short_name_gets_a_number_and_stays_short() -> None:
    assert free_slug("coach", {"coach", "coach-2"}) == "coach-3"
    assert checked_slug(free_slug("a" * 32, {"a" * 32})).endswith("-2")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Юрист: читает договоры: все", ("Юрист", "читает договоры: все")),
        ("Sales-coach — closes deals", ("Sales-coach", "closes deals")),
        ("Lawyer", ("Lawyer", "Lawyer")),
    ],
)
def test_a_line_names_it_and_says_what_for(words: str, found: tuple[str, str]) -> None:
    assert named(words) == found
    with pytest.raises(BadInput):
        named(": what for")


def test_lists_and_numbers_are_read_as_people_write_them() -> None:
    assert checked_keywords("Счёт*, «акт»\nnda; акт") == ("счет*", "акт", "nda")
    assert checked_keywords("-") == ()
    assert checked_budget("0,50") == 500_000
    assert checked_budget("–") is None
    assert checked_settings("temperature: 0.3; max_tokens 800") == {"temperature": 0.3, "max_tokens": 800}
    for wrong in ("9" * 9, "-5", "five", "1e3"):
        with pytest.raises(BadInput):
            checked_budget(wrong)


def test_a_difference_is_told_by_its_lines() -> None:
    before = an_agent("a", instructions={"en": "One.\nTwo."}, tools=("x",))
    after = an_agent("a", instructions={"en": "One.\nThree.", "ru": "Раз."}, tools=("x",), is_active=False)
    assert changed_fields(before, after) == ("slug", "instructions", "is_active")[1:]
    english, russian, active = differences(before, after)
    assert (english.language, english.gone, english.come) == ("en", ["Two."], ["Three."])
    assert (russian.language, russian.gone, russian.come) == ("ru", [], ["Раз."])
    assert (active.gone, active.come) == (["True"], ["False"])


def test_the_teams_own_win_and_one_is_the_default() -> None:
    shared = an_agent("coach", is_default=True)
    other = an_agent("analyst")
    own = an_agent("coach", id=1, workspace_id=1, is_default=True)
    assert roster([shared, other, own], frozenset()) == [own, other]
    assert roster([shared, other], frozenset({"coach"})) == [other]
    off = an_agent("coach", id=1, workspace_id=1, is_active=False)
    assert roster([shared, other, off], frozenset()) == [shared, other]
    second = an_agent("mine", id=2, workspace_id=1, is_default=True)
    assert [one.is_default for one in roster([shared, second], frozenset())] == [True, False]
    assert default_of(roster([shared, second], frozenset())) == second
    assert default_of([]) is None


def test_examples_are_lines_each_once() -> None:
    assert checked_examples("напиши письмо\n\n  a headline  \nнапиши письмо") == (
        "напиши письмо",
        "a headline",
    )
    assert checked_examples("-") == ()
    for text in ("\n".join(str(number) + " word" for number in range(501)), "word " * 60, "…"):
        with pytest.raises(BadInput):
            checked_examples(text)
