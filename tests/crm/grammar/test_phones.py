"""Phones: international notation in, E.164 out, and a slip is told from a number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.grammar.phones import FoundPhone, e164, find_phone


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+79991234567", "+79991234567"),
        ("call +7 (999) 123-45-67, please", "+79991234567"),
        ("+44 20 7946 0958", "+442079460958"),
        ("+1 415.555.2671", "+14155552671"),
        ("+7 999 123-45-67 5 boxes", "+79991234567"),
        ("(+79991234567)", "+79991234567"),
        ("+٧٩٩٩١٢٣٤٥٦٧", "+79991234567"),  # Arabic digits
    ],
)
def test_an_international_number_is_found_and_normalised(text: str, number: str) -> None:
    found = find_phone(text)
    assert found is not None
    assert found.number == number
    assert text[slice(*found.span)] == found.typed


@pytest.mark.parametrize("text", ["+7 999 123", "+1234567890", "+0 000 000 00 00"])
def test_a_long_number_with_a_plus_that_is_no_phone_is_an_attempt(text: str) -> None:
    assert find_phone(text) == FoundPhone(None, text, (0, len(text)))


@pytest.mark.parametrize("text", ["+5", "2+2", "C++", "room 12345", "89991234567", "a+79991234567", "", "+"])
def test_in_a_task_other_numbers_are_just_numbers(text: str) -> None:
    assert find_phone(text) is None


@pytest.mark.parametrize("text", ["8 999 123-45-67", "12345", "(495) 123-45-67"])
def test_where_a_phone_is_expected_any_long_number_is_an_attempt(text: str) -> None:
    assert find_phone(f"Anna {text}", expected=True) == FoundPhone(None, text, (5, 5 + len(text)))


@pytest.mark.parametrize("text", ["Agent 007", "Room 42", "v1.2.3", "https://example.com/12345678"])
def test_a_short_number_or_an_address_is_no_attempt(text: str) -> None:
    assert find_phone(text, expected=True) is None


@given(text=st.text("+0123456789 ()-.x", max_size=60), expected=st.booleans())
def test_whatever_is_found_stands_in_the_text_and_normalises_to_itself(text: str, expected: bool) -> None:
    found = find_phone(text, expected=expected)
    if found is None:
        return
    assert text[slice(*found.span)] == found.typed
    if found.number is not None:
        assert e164(found.number) == found.number == e164(found.typed)
