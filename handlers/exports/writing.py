"""Writing exports: Excel, CSV that Excel opens, and JSON, row by row to a file."""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from crm.errors import N_, BadInput
from crm.exports import Row
from crm.people import Actor
from handlers.exports.columns import Cell, Column, local

DANGEROUS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
)  # what makes a cell of a CSV a formula
CELL_LIMIT = 32_767  # characters of one cell, rows of one sheet (Excel's specifications)
ROW_LIMIT = 1_048_576
WIDTH = 22  # characters of a column until somebody makes it wider


class Format(StrEnum):
    """The file's ending as well."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


class Writer(Protocol):
    """None of it is for the event loop's thread: files are written."""

    def write(self, rows: Sequence[Row]) -> None: ...

    def close(self) -> None:
        """Until then the file isn't whole."""


def writer(form: Format, path: Path, columns: Sequence[Column], actor: Actor) -> Writer:
    """A writer to a new file, its headers written."""
    made: Mapping[Format, Callable[[Path, Sequence[Column], Actor], Writer]] = {
        Format.XLSX: XlsxWriter,
        Format.CSV: CsvWriter,
        Format.JSON: JsonWriter,
    }
    return made[form](path, columns, actor)


class CsvWriter:
    """UTF-8 with a mark by which Excel knows it, and the separator that Excel expects in the language."""

    def __init__(self, path: Path, columns: Sequence[Column], actor: Actor) -> None:
        self._columns, self._zone = columns, actor.zone
        self._day = "%d.%m.%Y" if actor.language == "ru" else "%Y-%m-%d"
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file, delimiter=";" if actor.language == "ru" else ",")
        self._csv.writerow([column.header for column in columns])

    def write(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self._csv.writerow([self._text(column.cell(row)) for column in self._columns])

    def close(self) -> None:
        self._file.close()

    def _text(self, told: Cell) -> str:
        told = local(told, self._zone)
        if told is None:
            return ""
        if isinstance(told, datetime):
            return f"{told:{self._day} %H:%M:%S}"
        if isinstance(told, date):
            return f"{told:{self._day}}"
        return harmless(", ".join(told) if isinstance(told, tuple) else str(told))


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula; a phone stays a text by the same mark."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


class XlsxWriter:
    """Strings are typed as strings, so that none becomes a formula or a number; dates are dates."""

    def __init__(self, path: Path, columns: Sequence[Column], actor: Actor) -> None:
        self._path, self._columns, self._zone = path, columns, actor.zone
        self._book = Workbook(write_only=True)
        self._sheet: Any = self._book.create_sheet("Switchboard")
        self._sheet.freeze_panes = "A2"
        for number in range(len(columns)):
            self._sheet.column_dimensions[chr(ord("A") + number)].width = WIDTH
        self._written = 1
        self._sheet.append([self._string(column.header, bold=True) for column in columns])

    def write(self, rows: Sequence[Row]) -> None:
        self._written += len(rows)
        if self._written > ROW_LIMIT:
            raise BadInput(N_("That is more rows than a sheet of Excel holds. Take CSV."))
        for row in rows:
            self._sheet.append([self._cell(column.cell(row)) for column in self._columns])

    def close(self) -> None:
        self._book.save(self._path)

    def _cell(self, told: Cell) -> Any:
        told = local(told, self._zone)
        if told is None or told in ("", ()):
            return None
        if isinstance(told, date):
            cell: Any = WriteOnlyCell(self._sheet)
            cell.value = told
            cell.number_format = "yyyy-mm-dd hh:mm:ss" if isinstance(told, datetime) else "yyyy-mm-dd"
            return cell
        if isinstance(told, int):
            return told
        return self._string(", ".join(told) if isinstance(told, tuple) else told)

    def _string(self, text: str, *, bold: bool = False) -> Any:
        cell: Any = WriteOnlyCell(self._sheet, value="")
        cell._value = ILLEGAL_CHARACTERS_RE.sub(" ", text)[
            :CELL_LIMIT
        ]  # past the guess that "=" is a formula
        cell.data_type = "s"
        if bold:
            cell.font = Font(bold=True)
        return cell


class JsonWriter:
    """A list of objects with the same keys in every language; times in the reader's zone, by ISO 8601."""

    def __init__(self, path: Path, columns: Sequence[Column], actor: Actor) -> None:
        self._columns, self._zone = columns, actor.zone
        self._file = path.open("w", encoding="utf-8")
        self._file.write("[")
        self._between = "\n"

    def write(self, rows: Sequence[Row]) -> None:
        for row in rows:
            told = {column.key: self._plain(column.plain(row)) for column in self._columns}
            self._file.write(self._between + json.dumps(told, ensure_ascii=False))
            self._between = ",\n"

    def close(self) -> None:
        self._file.write("\n]\n")
        self._file.close()

    def _plain(self, told: Cell) -> object:
        if isinstance(told, datetime):
            return told.astimezone(self._zone).replace(microsecond=0).isoformat()
        if isinstance(told, date):
            return told.isoformat()
        return list(told) if isinstance(told, tuple) else told
