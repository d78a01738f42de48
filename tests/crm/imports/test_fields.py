"""Headers: those of Bitrix24 and amoCRM are known in both languages, and which kind a file is of."""

import pytest

from crm.exports import Kind
from crm.imports import Field, guess, is_certain, is_enough, likely_kinds


def listed(headers: str) -> list[str]:
    return headers.split(";")


BITRIX_RU = listed(
    "ID;Обращение;Имя;Фамилия;Отчество;Имя, Фамилия;Дата рождения;Компания;Ответственный;Рабочий телефон;"
    "Мобильный телефон;Номер факса;Домашний телефон;Телефон для рассылок;Другой телефон;Корпоративный сайт;"
    "Рабочий e-mail;Частный e-mail;Другой e-mail;Контакт Telegram;Должность;Комментарий;Тип контакта;Источник"
)
BITRIX_EN = listed(
    "ID;Salutation;First name;Last name;Middle name;Company;Responsible person;Work phone;Mobile phone;Fax;Home phone;"
    "Work e-mail;Other e-mail;Position;Comment;Contact type;Source"
)
AMO_RU = listed(
    "ID;Тип;Полное имя контакта;Имя;Фамилия;Компания контакта;Ответственный за контакт;Теги;Примечание 1;Примечание 2;"
    "Рабочий телефон;Рабочий прямой телефон;Мобильный телефон;Факс;Домашний телефон;Другой телефон;Рабочий email;"
    "Личный email;Другой email;Должность"
)
BITRIX_TASKS = listed(
    "ID;Название;Описание;Постановщик;Исполнитель;Крайний срок;Статус;Теги;Приоритет;Дата завершения"
)
BITRIX_CALLS = listed("Сотрудник;Номер телефона;Тип звонка;Длительность звонка;Дата звонка;Статус звонка")


@pytest.mark.parametrize(
    ("headers", "kind", "phones"),
    [(BITRIX_RU, Kind.CONTACTS, 5), (BITRIX_EN, Kind.CONTACTS, 3), (AMO_RU, Kind.CONTACTS, 5)],
)
def test_contacts_of_other_programs_are_known(headers: list[str], kind: Kind, phones: int) -> None:
    assert likely_kinds(headers)[0] is kind
    assert is_certain(headers)
    mapped = guess(headers, kind)
    assert mapped.count(Field.PHONE) == phones
    assert {Field.FIRST_NAME, Field.LAST_NAME, Field.COMPANY, Field.EMAIL, Field.OWNER} <= set(mapped)
    left = dict(zip(headers, mapped, strict=True))
    assert left["ID"] is None
    assert left.get("Факс") is left.get("Номер факса") is left.get("Fax") is None


def test_tasks_and_calls_of_bitrix_are_known() -> None:
    assert likely_kinds(BITRIX_TASKS)[0] is Kind.TASKS
    assert {Field.TITLE, Field.DUE, Field.ASSIGNEE, Field.STATUS, Field.DONE} <= set(
        guess(BITRIX_TASKS, Kind.TASKS)
    )
    assert likely_kinds(BITRIX_CALLS)[0] is Kind.CALLS
    assert None not in guess(BITRIX_CALLS, Kind.CALLS)


def test_case_punctuation_and_yo_make_no_difference() -> None:
    assert guess(["рабочий E-MAIL", "отчЁство", "  First_Name "], Kind.CONTACTS) == (
        Field.EMAIL, Field.MIDDLE_NAME, Field.FIRST_NAME,
    )  # fmt: skip


def test_a_field_is_taken_from_its_first_column_unless_it_may_be_many() -> None:
    assert guess(["Name", "Name", "Phone", "Phone"], Kind.CONTACTS) == (
        Field.NAME, None, Field.PHONE, Field.PHONE,
    )  # fmt: skip


def test_headers_nobody_knows_need_asking() -> None:
    assert not is_certain(["foo", "bar"])
    assert not any(is_enough(guess(["foo", "bar"], kind), kind) for kind in Kind)
