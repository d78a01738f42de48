"""Contact lines: name, phones, company, e-mail, Telegram name, labels and stage, in any order."""

from zoneinfo import ZoneInfo

import pytest

from crm.grammar.contactlines import ContactLine, email_in, parse_contact_line, stage_word, telegram_in
from crm.grammar.readers import Reader

READER = Reader(ZoneInfo("Europe/Moscow"), "ru")
ANNA, OFFICE = "+79991234567", "+74951234567"


def read(text: str) -> ContactLine:
    return parse_contact_line(text, reader=READER)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Анна 8 999 123-45-67", ContactLine("Анна", (ANNA,))),
        ("8 (999) 123-45-67, Анна", ContactLine("Анна", (ANNA,))),
        ("Анна Петрова", ContactLine("Анна Петрова")),
        (
            "Анна Петрова +7 999 123-45-67 ООО Ромашка anna@x.ru @Anna_P",
            ContactLine("Анна Петрова", (ANNA,), None, "ООО Ромашка", "anna@x.ru", None, "anna_p"),
        ),
        (
            "Анна Петрова, ООО «Ромашка и Ко», +7 999 123-45-67, 8 495 123-45-67",
            ContactLine("Анна Петрова", (ANNA, OFFICE), company="ООО «Ромашка и Ко»"),
        ),
        ("Bob Smith, Acme Ltd +44 20 7946 0958", ContactLine("Bob Smith", ("+442079460958",), company="Acme Ltd")),
        ("Bob Smith Acme Trading Inc.", ContactLine("Bob Smith", company="Acme Trading Inc.")),
        ('Bob "Acme"', ContactLine("Bob", company='"Acme"')),
        (
            "Анна «Ромашка» #vip #опт клиент",
            ContactLine("Анна", company="«Ромашка»", labels=("vip", "опт"), stage="won"),
        ),
        ("ООО «Ромашка 1234567»", ContactLine("ООО «Ромашка 1234567»")),
        ("ООО Ромашка +7 999 123-45-67", ContactLine("ООО Ромашка", (ANNA,))),
        ("ООО Ромашка Анна Петрова", ContactLine("Анна Петрова", company="ООО Ромашка")),
        ("ИП Иванов Иван +7 999 123-45-67", ContactLine("ИП Иванов Иван", (ANNA,))),
        ("Klaus Müller GmbH", ContactLine("Klaus Müller GmbH")),
        ("t.me/Anna_P Анна", ContactLine("Анна", telegram="anna_p")),
        ("Will Active", ContactLine("Will Active")),
        ("лид", ContactLine("лид")),
        ("+79991234567", ContactLine(None, (ANNA,))),
        ("", ContactLine()),
    ],
)  # fmt: skip
def test_a_line_is_read_whole(text: str, expected: ContactLine) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "phone", "email"),
    [
        ("Анна 8 999 123", "8 999 123", None),
        ("Анна +7 999 123-45-67 12345", "12345", None),
        ("Анна anna@x", None, "anna@x"),
        ("Анна anna@x..ru", None, "anna@x..ru"),
        ("Анна anna@-x.ru", None, "anna@-x.ru"),
    ],
)
def test_a_slip_is_told_as_it_was_typed(text: str, phone: str | None, email: str | None) -> None:
    line = read(text)
    assert (line.bad_phone, line.bad_email, line.email) == (phone, email, None)


def test_what_says_more_than_a_name_is_told_from_a_name() -> None:
    assert not read("Анна Петрова").says_more
    assert not read("ООО Ромашка").says_more
    assert read("Анна #vip").says_more


def test_typed_alone_an_email_and_a_telegram_name_are_whole_or_nothing() -> None:
    assert email_in("anna.p+crm@mail.example.com") == "anna.p+crm@mail.example.com"
    assert email_in("anna@example") is None
    assert email_in("anna@example.com and more") is None
    assert telegram_in("@Anna_P") == telegram_in("https://t.me/Anna_P") == telegram_in("anna_p") == "anna_p"
    assert telegram_in("анна") is None
    assert telegram_in("@anna p") is None


def test_stages_have_words_in_both_languages() -> None:
    assert [stage_word(word) for word in ("Лид", "active", "клиент", "lost", "пауза", "Анна")] == [
        "lead", "active", "won", "lost", "dormant", None,
    ]  # fmt: skip
