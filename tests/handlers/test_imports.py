"""Taking tables in: the dialogue from a document to Take in and back, and every kind of file that is no table."""

import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook

from crm.errors import BadInput
from crm.imports import BrokenFile
from handlers.imports.workbooks import UNFOLDED, read_table
from handlers.texts import speaking
from tests.handlers.buttons import data_of
from tests.handlers.desk import Desk

PEOPLE = (
    b"Name,Phone,E-mail\nAnna Petrova,+7 999 123-45-67,anna@example.com\nBoris,+7 999 765-43-21,\nVera,abc,\n"
)


def names(desk: Desk) -> list[str]:
    state = desk.storage.state
    return [row.contact.full_name for row in state.contacts.values() if row.contact.id not in state.deleted]


async def test_a_document_alone_is_offered_looked_at_taken_in_and_taken_back(desk: Desk) -> None:
    offered = await desk.sends("people.csv", PEOPLE)
    assert "people.csv: 3 rows" in offered.text
    assert offered.buttons[0][0].text == "Contacts"
    look = await desk.presses(data_of(offered, "Contacts"))
    assert "New: 2\nChanged: 0\nLeft out: 1" in look.text
    assert "row 4: “abc” is no phone" in look.text
    assert "Anna Petrova · +79991234567 · anna@example.com" in look.text
    assert names(desk) == []
    done = await desk.presses(data_of(look, "Take in 2"))
    assert done.text.startswith("Taken in.")
    assert names(desk) == ["Anna Petrova", "Boris"]
    again = await desk.presses(data_of(look, "Take in 2"))
    assert again.toast == "This import is no longer open. Send the file again."
    back = await desk.presses(data_of(done, "Take it all back"))
    assert back.text == "Taken back: 2 rows."
    assert names(desk) == []
    assert "not there to take back" in (await desk.presses(data_of(done, "Take it all back"))).toast


async def test_a_cell_that_is_no_date_or_time_is_told_what_one_looks_like(desk: Desk) -> None:
    table = b"Title,Due,Time\nPay rent,tomorrow,\nCall the bank,2027-05-31,noonish\n"
    look = await desk.presses(data_of(await desk.sends("tasks.csv", table), "Tasks"))
    assert "row 2: “tomorrow” is no date such as 2027-05-31 or 31.05.2027" in look.text
    assert "row 3: “noonish” is no time such as 17:30" in look.text


async def test_an_asked_for_file_that_leaves_no_doubt_is_shown_at_once(desk: Desk) -> None:
    asked = await desk.says("/import")
    assert "20000 rows" in asked.text
    look = await desk.sends("whatever.txt", PEOPLE)
    assert "New: 2" in look.text
    assert "New: 2" in (await desk.sends("people.csv", PEOPLE, caption="/import")).text


async def test_unknown_headers_are_matched_by_buttons(desk: Desk) -> None:
    offered = await desk.sends("people.csv", b"foo;bar;baz\nAnna;+7 999 123-45-67;x\n")
    card = await desk.presses(data_of(offered, "Contacts"))
    assert "I need a column with one of these: Name" in card.text
    assert [row[0].text for row in card.buttons[:3]] == ["foo → —", "bar → —", "baz → —"]
    fields = await desk.presses(data_of(card, "foo"))
    assert "“foo”" in fields.text
    card = await desk.presses(
        next(str(one.data) for row in fields.buttons for one in row if one.text == "Name")
    )
    card = await desk.presses(data_of(await desk.presses(data_of(card, "bar")), "Phone"))
    assert [row[0].text for row in card.buttons[:3]] == ["foo → Name", "bar → Phone", "baz → —"]
    look = await desk.presses(data_of(card, "Ready"))
    assert "Columns left out: baz" in look.text
    await desk.presses(data_of(look, "Take in 1"))
    assert names(desk) == ["Anna"]


async def test_cancel_takes_nothing_in_and_ends_it(desk: Desk) -> None:
    look = await desk.presses(data_of(await desk.sends("people.csv", PEOPLE), "Contacts"))
    assert "nothing was changed" in (await desk.presses(data_of(look, "Cancel"))).text
    assert "no longer open" in (await desk.presses(data_of(look, "Take in"))).toast
    assert names(desk) == []


async def test_a_command_in_between_ends_it(desk: Desk) -> None:
    look = await desk.presses(data_of(await desk.sends("people.csv", PEOPLE), "Contacts"))
    await desk.says("/tasks")
    assert "no longer open" in (await desk.presses(data_of(look, "Take in"))).toast


async def test_repeated_headers_are_told(desk: Desk) -> None:
    offered = await desk.sends("people.csv", b"Name,Phone,Phone\nAnna,+7 999 123-45-67,+7 999 123-45-68\n")
    look = await desk.presses(data_of(offered, "Contacts"))
    assert "These headers stand over several columns: Phone" in look.text
    assert "+79991234567 · +79991234568" in look.text


async def test_in_a_group_the_private_chat_is_named(desk: Desk) -> None:
    for command in ("/import", "/export", "/calendar"):
        assert "private chat" in (await desk.says(command, chat=-5)).text


async def test_a_file_that_is_too_large_is_not_fetched(desk: Desk) -> None:
    answer = await desk.sends("people.csv", PEOPLE, size=20_000_001)
    assert "larger than 20 MB" in answer.text


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "row 3: 4 cells under 2 headers"), ("ru", "строка 3: ячеек 4, а заголовков 2")],
)
async def test_a_broken_file_is_told_row_by_row_in_both_languages(
    desk: Desk, language: str, said: str
) -> None:
    await desk.presses(f"language:{language}")
    await desk.says("/start")
    with speaking(language):
        answer = await desk.sends("people.csv", b"Name,Phone\nAnna,1\nBoris,2,3,4\n")
    assert said in answer.text
    assert not answer.buttons


@pytest.mark.parametrize("name", ["people.pdf", "photo.heic", "archive.zip"])
async def test_another_kind_of_document_alone_is_no_import(desk: Desk, name: str) -> None:
    answer = await desk.sends(name, b"%PDF-1.7")
    assert answer is None or "row" not in answer.text
    await desk.says("/import")
    assert "can't read that as a table" in (await desk.sends(name, b"%PDF-1.7")).text


def workbook(fill: Callable[[Any], None]) -> bytes:
    book = Workbook()
    fill(book.active)
    held = BytesIO()
    book.save(held)
    return held.getvalue()


def test_a_workbook_is_read_with_its_dates_numbers_and_blank_rows() -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["Title", "Due", "Phone", "When", "Length"])
        sheet.append([])
        sheet.append(["tea", date(2026, 11, 25), 79991234567, datetime(2026, 11, 25, 9, 30), time(0, 5)])  # noqa: DTZ001 - a sheet knows no zones

    table = read_table(workbook(fill))
    assert table.rows[0].number == 3
    assert table.rows[0].cells == ("tea", "2026-11-25", "79991234567", "2026-11-25 09:30:00", "00:05:00")


def test_a_formula_without_a_result_breaks_the_file_and_text_with_a_sign_does_not() -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["Name", "Phone"])
        sheet.append(["Anna", "=1+1"])
        sheet.append(["Boris", "+7 999 123-45-67"])

    with pytest.raises(BrokenFile) as broken:
        read_table(workbook(fill))
    assert [fault.row for fault in broken.value.faults] == [2]


def test_a_bomb_is_not_unfolded() -> None:
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(UNFOLDED // 10_000_000 + 1):
                part.write(b" " * 10_000_000)
    assert len(held.getvalue()) < 1_000_000
    with pytest.raises(BadInput, match="unfolds to more than 200 MB"):
        read_table(held.getvalue())


def test_xml_that_multiplies_itself_is_refused() -> None:
    good = zipfile.ZipFile(BytesIO(workbook(lambda sheet: sheet.append(["Name"]))))
    held = BytesIO()
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'
    with zipfile.ZipFile(held, "w") as archive:
        for name in good.namelist():
            archive.writestr(name, bomb if name.startswith("xl/worksheets/") else good.read(name))
    with pytest.raises(BadInput, match="can't read that as a table"):
        read_table(held.getvalue())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "old or a protected"),
        (b"PK\x03\x04 torn", "can't read that"),
        (b"%PDF-1.7", "can't read that"),
        (workbook(lambda _sheet: None), "empty"),
    ],
)
def test_what_is_no_table_has_its_sentence(content: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_table(content)
