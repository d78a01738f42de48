"""Names and contacts: every case form, whose name it is, and whom a short name may mean."""

import pytest

from crm.grammar.contacts import NOBODY, KnownContact, KnownContacts, words_of
from crm.grammar.names import forms_of
from tests.crm.grammar.lines import draft_of


def who(text: str, *contacts: str) -> list[str]:
    """The contact that was read and the others that may be meant."""
    draft = draft_of(text, contacts=contacts)
    others = [alternative.changes["contact"].name for alternative in draft.alternatives]
    return ([draft.contact.name] if draft.contact else []) + others


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("Анна", {"анна", "анны", "анне", "анну", "анной"}),
        ("Пётр", {"петр", "петра", "петру", "петром", "петре"}),
        ("Петров", {"петров", "петрова", "петрову", "петровым", "петрове"}),
        ("Анна Петрова", {"анне", "петровой", "петрову"}),
        ("Иван Сергеевич Волков", {"ивану", "сергеевичу"}),
        ("Вера", {"Вера", "Вере", "Верой"}),
        ("Ромашка", {"Ромашка", "Ромашке", "«ромашка»", "«ромашку»"}),
        ("ООО «Ромашка»", {"Ромашка", "«ромашка»"}),
        ("John", {"john"}),
        ("Acme", {"acme", "«acme»"}),
        ("Will", {"Will"}),
    ],
)
def test_a_name_has_its_case_forms(name: str, forms: set[str]) -> None:
    assert forms <= forms_of(name)


def test_a_mans_surname_has_no_womans_forms_and_a_person_no_quotation() -> None:
    assert "петровой" not in forms_of("Петров")
    assert "петровым" not in forms_of("Анна Петрова")
    assert not any(form.startswith("«") for form in forms_of("Анна Петрова") | forms_of("John"))


@pytest.mark.parametrize(
    ("text", "contacts", "found"),
    [
        ("позвонить Анне Петровой", ("Анна Петрова", "Анна Сидорова"), ["Анна Петрова"]),
        ("позвонить Анне", ("Анна Петрова", "Анна Сидорова"), ["Анна Петрова", "Анна Сидорова"]),
        ("позвонить Анне", ("Анна", "Анна Сидорова"), ["Анна"]),
        (
            "написать Ивану Сергеевичу",
            ("Иван Сергеевич Волков", "Иван Петрович Волков"),
            ["Иван Сергеевич Волков"],
        ),
        ("написать Волкову Ивану Сергеевичу", ("Иван Сергеевич Волков",), ["Иван Сергеевич Волков"]),
        ("позвонить Петровой", ("Петров",), []),
        ("встреча у Петрова", ("Петров",), ["Петров"]),
        ("Анна Петрова ждёт ответа", ("Петров",), []),
        ("позвонить Пётру", ("Петр",), ["Петр"]),
        ("написать Семену", ("Семён",), ["Семён"]),
        ("верой и правдой", ("Вера",), []),
        ("цветы Вере", ("Вера",), ["Вера"]),
        ("дочитать роман", ("Роман",), []),
        ("договор с «Ромашкой»", ("Ромашка",), ["Ромашка"]),
        ("договор с “Ромашка”", ("ООО «Ромашка»",), ["ООО «Ромашка»"]),
        ("перечитать «Анна»", ("Анна",), []),
        ("pay the bill", ("Bill",), []),
        ("pay Bill", ("Bill",), ["Bill"]),
        ("Anna's birthday", ("Anna",), ["Anna"]),
        ("call Anna Maria", ("Anna", "Anna Maria Smith"), ["Anna Maria Smith"]),
        ("meet Anna and Bob", ("Anna", "Bob"), ["Anna", "Bob"]),
        ("Anna, call Anna", ("Anna",), ["Anna"]),
        ('c:"Anna P" or Bob', ("Anna Petrova", "Anna Smith", "Bob"), ["Anna Petrova"]),
        ('к:"Анна П" и Олегу', ("Анна Петрова", "Олег"), ["Анна Петрова"]),
        ("c:bob and Anna", ("Anna", "Bob"), ["Bob"]),
    ],
)
def test_who_is_meant(text: str, contacts: tuple[str, ...], found: list[str]) -> None:
    assert who(text, *contacts) == found


def test_a_name_nobody_has_comes_back_as_typed() -> None:
    draft = draft_of("c:Zed call tomorrow")
    assert (draft.contact, draft.contact_name, draft.title) == (None, "Zed", "call")


@pytest.mark.parametrize(
    ("text", "contact"),
    [("позвонить Саше", "Александр Иванов"), ("письмо Лене", "Елена"), ("call Rob", "Robert Smith")],
)
def test_a_short_name_is_a_suggestion_and_no_match(text: str, contact: str) -> None:
    draft = draft_of(text, contacts=(contact,))
    assert draft.contact is None
    assert not draft.ambiguous
    assert [each.name for each in draft.suggestions] == [contact]


def test_nothing_is_suggested_beside_a_match() -> None:
    draft = draft_of("позвонить Саше", contacts=("Саша", "Александр"))
    assert draft.contact is not None
    assert draft.suggestions == ()


def test_the_words_of_a_text_find_all_that_could_be_meant() -> None:
    words = words_of('Позвонить Вере и Саше про «Ромашку», Anna\'s "Acme Inc"')
    assert {"вере", "Вере", "александр", "александра", "«ромашку»", "anna", "Anna", "«acme inc»"} <= words
    assert "Позвонить".casefold() in words
    assert not words_of("12:30 !!")


def test_contacts_found_by_the_words_of_the_text_read_as_all_contacts_do() -> None:
    text = "позвонить Анне Петровой про «Ромашка» завтра"
    everyone = [
        KnownContact(at, name, None, forms_of(name))
        for at, name in enumerate(["Анна Петрова", "Анна Ким", "Ромашка", "Олег"])
    ]
    asked = words_of(text)
    few = KnownContacts(contact for contact in everyone if contact.forms & asked)
    assert few.matching("олег") == ()
    assert [each.name for each in few.matching("анне")] == ["Анна Петрова", "Анна Ким"]
    assert NOBODY.matching("анне") == ()
