"""Masking: no phone and no e-mail leaves, all come back where they belong, and other numbers are left to be read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm.masking import Mask, hidden_messages, restored_messages

PHONES = (
    "+7 999 123-45-67", "8 (999) 123 45 67", "89991234567", "79991234567", "9991234567", "+79991234567",
    "(495) 123-45-67", "8-800-555-35-35", "+44 20 7946 0958", "+1 (415) 555-0132", "415-555-0132", "415.555.0132",
    "0049 30 901820", "+49 (0)30 901820", "+380 44 537 02 22", "+86 10 6552 9988", "123-45-67", "555-0132",
    "+7\u00a0999\u00a0123\u201145\u201167",
)  # fmt: skip
EMAILS = ("anna@example.org", "anna.petrova+crm@mail.example.co.uk", "иван@пример.рф", "a_b%c@x-y.io")
NO_PHONES = (
    "1 500 000 ₽", "12 500 000 000 руб.", "$1,250,000", "2026-12-01 15:00", "01.12.2026 10:30", "1/12/2026",
    "15:00–16:30", "заказ № 1234567890", "invoice 2026113001", "#4211", "ИНН 7707083893", "order 4155550132",
    "100 000 шт", "3.14159265", "1000000 рублей", "10.5", "2026", "500 000",
)  # fmt: skip
# without what would make the number a price or that of an order
AROUND = st.text(
    alphabet=st.characters(exclude_categories=("Nd", "Nl", "No", "Cs", "Sc"), exclude_characters="@#№%")
)
ANY = st.text(
    alphabet=st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("⟦⟧0123456789+@. "))
)


@pytest.mark.parametrize("private", [*PHONES, *EMAILS])
@pytest.mark.parametrize(
    "around", ["{}", "Позвоните: {}, срочно.", "call {} or write", "({})", "Anna {}\n{}", "тел.{}"]
)
def test_a_phone_or_mail_in_any_usual_notation_is_hidden(private: str, around: str) -> None:
    mask, text = Mask(), around.replace("{}", private)
    hidden = mask.hide(text)
    assert sum(letter.isdecimal() for letter in re.sub(r"⟦\d+⟧", "", hidden)) == 0
    assert "@" not in hidden
    assert mask.restore(hidden) == text


@pytest.mark.parametrize("number", NO_PHONES)
def test_prices_dates_and_numbers_of_orders_are_left_to_be_read(number: str) -> None:
    assert Mask().hide(f"It is {number} then") == f"It is {number} then"


@given(ANY)
def test_whatever_is_typed_comes_back_as_it_was(text: str) -> None:
    mask = Mask()
    assert mask.restore(mask.hide(text)) == text


@given(AROUND, st.sampled_from(PHONES + EMAILS), AROUND)
def test_whatever_stands_around_it_nothing_private_is_left(before: str, private: str, after: str) -> None:
    mask = Mask()
    text = f"{before} {private} {after}"
    assert private not in mask.hide(text)
    assert mask.restore(mask.hide(text)) == text


@given(ANY, st.sampled_from(PHONES + EMAILS))
def test_what_somebody_types_as_a_placeholder_never_becomes_a_value(text: str, private: str) -> None:
    mask = Mask()
    mask.hide(private)
    hidden = mask.hide(f"{text} ⟦0⟧")
    assert "⟦0⟧" not in hidden
    assert private not in mask.restore(hidden).replace(text, "")


@given(ANY, st.sampled_from(PHONES + EMAILS), ANY, st.data())
def test_a_growing_text_is_shown_as_a_beginning_of_the_whole(
    before: str, private: str, after: str, data: st.DataObject
) -> None:
    mask = Mask()
    hidden = mask.hide(f"{before} {private} {after}")
    at = data.draw(st.integers(0, len(hidden)))
    shown = mask.restore_partial(hidden[:at])
    assert mask.restore(hidden).startswith(shown)


def test_a_placeholder_that_a_model_invents_stands_for_nothing() -> None:
    mask = Mask()
    mask.hide("call +79991234567")
    assert mask.restore("call ⟦7⟧") == "call ⟦7⟧"
    assert mask.invented("call ⟦0⟧ or ⟦7⟧") == "⟦7⟧"
    assert mask.invented("call ⟦0⟧") is None


def test_the_same_value_has_one_placeholder_and_another_has_another() -> None:
    mask = Mask()
    one, two, again = mask.hide("+79991234567 +79991234568 +79991234567").split()
    assert one == again != two


def test_stored_messages_are_hidden_and_restored_where_somebody_speaks() -> None:
    kept = [
        {
            "kind": "response",
            "timestamp": "2026-11-30 10:00:00",
            "parts": [
                {"part_kind": "text", "content": "Call +7 999 123-45-67"},
                {
                    "part_kind": "tool-call",
                    "tool_call_id": "99912345678",
                    "args": '{"line": "Anna +79991234567"}',
                },
                {"part_kind": "tool-call", "args": {"line": ["Anna a@example.org"]}},
            ],
        },
        {
            "kind": "request",
            "parts": [{"part_kind": "user-prompt", "content": ["a@example.org", {"url": "x"}]}],
        },
    ]
    mask = Mask()
    hidden = hidden_messages(kept, mask)
    assert "example.org" not in str(hidden)
    assert "123-45-67" not in str(hidden)
    assert "99912345678" in str(hidden)  # an id is no phone
    assert restored_messages(hidden, mask) == kept


def test_what_is_known_to_be_private_is_hidden_however_it_looks() -> None:
    mask = Mask()
    text = "Anna · ext 12 · ⟦0⟧ · a@example.org"
    hidden = mask.hide(text, ["ext 12"])
    assert hidden == "Anna · ⟦0⟧ · ⟦1⟧ · ⟦2⟧"
    assert mask.restore(hidden) == text
