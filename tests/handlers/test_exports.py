"""Taking tables out: Excel opens them in either language, nothing becomes a formula, and they can be taken in again."""

import csv
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from crm.errors import BadInput
from crm.exports import CallRow, ContactRow, Exports, Kind, Row, TaskRow
from crm.grammar.dates import Due
from crm.imports import Field, guess, is_certain, likely_kinds
from handlers.exports import exported
from handlers.exports.columns import columns_of
from handlers.exports.writing import Format, harmless, writer
from handlers.imports.workbooks import read_table
from handlers.texts import speaking
from tests.fakes import MONDAY, FakeStorage, an_actor
from tests.handlers.desk import Desk

AT = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)  # nine in Moscow
RU = an_actor(language="ru", timezone="Europe/Moscow")
EN = an_actor(language="en", timezone="Europe/Moscow")
ROWS: dict[Kind, Sequence[Row]] = {
    Kind.CONTACTS: [
        ContactRow(id=7, name="=cmd|' /C calc'!A0", phones=("+79991234567",), notes=("-1",), created_at=AT)
    ],
    Kind.TASKS: [
        TaskRow(
            id=8, number=1, title="счёт", priority="urgent", status="deferred", task_type="meeting",
            due=Due(date(2026, 11, 25), time(9), "Europe/Moscow"), rrule="FREQ=DAILY", created_at=AT,
        ),
        TaskRow(id=9, number=2, title="tea", due=Due(date(2026, 11, 26), None, "Europe/Moscow"), created_at=AT),
    ],
    Kind.CALLS: [CallRow(id=10, started_at=AT, direction="inbound", outcome="busy", phone="+79991234567")],
}  # fmt: skip


def written(kind: Kind, form: Format, folder: Path, actor: Any = RU) -> bytes:
    with speaking(actor.language):
        path = folder / "out"
        out = writer(form, path, columns_of(kind), actor)
        out.write(ROWS[kind])
        out.close()
    return path.read_bytes()


def test_a_csv_opens_in_russian_excel(tmp_path: Path) -> None:
    content = written(Kind.TASKS, Format.CSV, tmp_path)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0]["Название"] == "счёт"
    assert rows[0]["Срок"] == "25.11.2026 09:00:00"
    assert rows[1]["Срок"] == "26.11.2026"
    assert (rows[0]["Состояние"], rows[0]["Повтор"]) == ("ждёт", "каждый день")
    assert b"\r\n" in content


def test_a_csv_in_english_has_commas_and_iso_dates(tmp_path: Path) -> None:
    rows = list(csv.DictReader(StringIO(written(Kind.TASKS, Format.CSV, tmp_path, EN).decode("utf-8-sig"))))
    assert rows[0]["Due"] == "2026-11-25 09:00:00"


def test_no_cell_of_a_csv_is_a_formula(tmp_path: Path) -> None:
    content = written(Kind.CONTACTS, Format.CSV, tmp_path).decode("utf-8-sig")
    cells = [cell for row in csv.reader(StringIO(content), delimiter=";") for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "'+79991234567" in cells


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", "＝1"])
def test_every_dangerous_beginning_is_marked(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless(f"a{text}") == f"a{text}"


def test_in_a_workbook_texts_are_texts_and_dates_are_dates(tmp_path: Path) -> None:
    book = load_workbook(BytesIO(written(Kind.CONTACTS, Format.XLSX, tmp_path)))
    cells = {cell.value: cell.data_type for cell in book.worksheets[0][2]}
    assert cells["=cmd|' /C calc'!A0"] == cells["+79991234567"] == "s"
    assert datetime(2026, 11, 25, 9) in cells  # noqa: DTZ001 - a sheet knows no zones
    assert [cell.value for cell in book.worksheets[0][1]][1] == "Имя"


def test_json_has_the_same_keys_in_each_language_and_iso_times(tmp_path: Path) -> None:
    in_russian = json.loads(written(Kind.CALLS, Format.JSON, tmp_path))
    assert in_russian == json.loads(written(Kind.CALLS, Format.JSON, tmp_path, EN))
    assert in_russian[0]["started_at"] == "2026-11-25T09:00:00+03:00"
    tasks = json.loads(written(Kind.TASKS, Format.JSON, tmp_path))
    assert [one["due"] for one in tasks] == ["2026-11-25T09:00:00+03:00", "2026-11-26"]
    assert json.loads(written(Kind.CONTACTS, Format.JSON, tmp_path))[0]["phones"] == ["+79991234567"]


@pytest.mark.parametrize("actor", [RU, EN])
@pytest.mark.parametrize("form", [Format.CSV, Format.XLSX])
@pytest.mark.parametrize("kind", list(Kind))
def test_what_was_taken_out_can_be_taken_in(kind: Kind, form: Format, actor: Any, tmp_path: Path) -> None:
    table = read_table(written(kind, form, tmp_path, actor))
    assert likely_kinds(table.headers)[0] is kind
    assert is_certain(table.headers)
    mapped = guess(table.headers, kind)
    assert Field.ID in mapped
    unknown = [header for header, field in zip(table.headers, mapped, strict=True) if field is None]
    assert set(unknown) <= {"Created", "Создано", "Repeats", "Повтор", "Number", "Номер"}


async def test_the_buttons_give_a_file_and_an_empty_table_says_so(desk: Desk) -> None:
    choice = await desk.says("/export")
    assert len([one for row in choice.buttons for one in row]) == 9
    assert (await desk.presses("export:tasks:csv")).text == "There is nothing to take out yet."
    await desk.says("/task tomorrow 10:00 tea")
    answer = await desk.presses("export:tasks:json")
    assert answer.file.name.endswith(".json")
    assert json.loads(answer.file.content)[0]["title"] == "tea"
    assert answer.text == "Tasks: 1 row. Times are those of UTC."


async def test_a_long_export_is_read_in_batches_each_in_its_own_transaction() -> None:
    storage, actor = FakeStorage(), an_actor()
    for number in range(5):
        async with storage.transaction(actor) as unit:
            await unit.contacts.add(f"Contact {number}", None, actor)
    sizes = [len(rows) async for rows in Exports(storage).batches(actor, Kind.CONTACTS, size=2)]
    assert sizes == [2, 2, 1]


@pytest.mark.parametrize(("form", "said"), [(Format.CSV, "Take Excel"), (Format.XLSX, "50 MB")])
async def test_a_file_too_large_to_send_is_said(form: Format, said: str) -> None:
    storage, actor = FakeStorage(), an_actor()
    async with storage.transaction(actor) as unit:
        await unit.contacts.add("Anna", "+79991234567", actor)
    with pytest.raises(BadInput, match=said):
        await exported(Exports(storage), actor, Kind.CONTACTS, form, MONDAY, limit=10)
