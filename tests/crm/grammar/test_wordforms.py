"""Word forms: texts are found by words in any form."""

import pytest

from crm.grammar.wordforms import MOST, search_words, wanted_words


@pytest.mark.parametrize(
    ("text", "looked_for"),
    [
        ("Отправить счёт Анне Петровой", "счета"),
        ("Отправить счёт Анне Петровой", "отправил счет"),
        ("Отправить счёт Анне Петровой", "Анну"),
        ("Отправить счёт Анне Петровой", "по счёту"),
        ("проверить 500 ящиков", "500"),
        ("send the invoices", "invoice"),
        ("send the invoice", "Invoices"),
        ("Anna's price list", "anna"),
        ("они стали ждать", "стать"),
    ],
)
def test_a_text_is_found_by_another_form_of_its_words(text: str, looked_for: str) -> None:
    has = set(search_words(text))
    assert all(has & set(one.split("|")) for one in wanted_words(looked_for))


@pytest.mark.parametrize("looked_for", ["договор", "счётчик", "50", "Анна договор"])
def test_other_words_are_not_taken_for_it(looked_for: str) -> None:
    has = set(search_words("Отправить счёт Анне, 500"))
    assert not all(has & set(one.split("|")) for one in wanted_words(looked_for))


def test_a_preposition_counts_only_when_it_is_all_there_is() -> None:
    assert wanted_words("по счёту") == wanted_words("счёту")
    assert wanted_words("по")


def test_what_has_no_words_is_found_by_none() -> None:
    assert search_words("!!! … 🙂") == wanted_words("!!! … 🙂") == []


def test_a_long_text_is_found_by_its_first_words() -> None:
    assert len(search_words(" ".join(f"x{number}y" for number in range(1000)))) == MOST
