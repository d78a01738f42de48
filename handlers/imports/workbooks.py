"""Workbooks: the first sheet of an Excel file as a table, read so that a hostile file does no harm."""

import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from crm.errors import N_, BadInput
from crm.imports import BrokenFile, Fault, Table, make_table, read_csv
from crm.imports.tables import COLUMNS, empty, not_a_table

UNFOLDED = 200_000_000  # bytes of all that a workbook holds: a bomb of a few kilobytes unfolds to gigabytes
PARTS = 2000  # files in its archive
_OLD = b"\xd0\xcf\x11\xe0"  # the container of .xls and of workbooks under a password
_BROKEN = (
    zipfile.BadZipFile, KeyError, ValueError, TypeError, IndexError, AttributeError, OSError, EOFError, ParseError,
    DefusedXmlException, InvalidFileException, NotImplementedError,
)  # fmt: skip
"""What openpyxl and zipfile raise for a file that only looks like a workbook."""


def read_table(content: bytes) -> Table:
    """A workbook or separated values, by what the bytes are and not by the name. Raises BadInput, BrokenFile."""
    if not content:
        raise empty()
    if content.startswith(_OLD):
        raise BadInput(
            N_("That is an old or a protected workbook. Save it as .xlsx without a password, or as CSV.")
        )
    if content.startswith(b"PK"):
        return _read_workbook(content)
    if content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"\x1f\x8b")):
        raise not_a_table()
    return read_csv(content)


def _read_workbook(content: bytes) -> Table:
    has_formulas = _check_archive(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of what it leaves out: styles, validations, pictures
        try:
            records = list(_limited(_records(content)))
            formulas = _valueless_formulas(content) if has_formulas else []
        except _BROKEN:
            raise not_a_table() from None
    if formulas:
        raise BrokenFile(formulas)
    return make_table(iter(records))


def _check_archive(content: bytes) -> bool:
    """Whether there are formulas in it. Raises BadInput for a bomb and for what is no workbook."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS or sum(part.file_size for part in parts) > UNFOLDED:
                raise BadInput(
                    N_("That workbook unfolds to more than {limit} MB, so I don't open it."),
                    limit=UNFOLDED // 1_000_000,
                )
            if "xl/workbook.xml" not in archive.namelist():
                raise not_a_table()
            sheets = [part for part in parts if part.filename.startswith("xl/worksheets/")]
            return any(_holds_formula(archive, part) for part in sheets)
    except _BROKEN:
        raise not_a_table() from None


def _holds_formula(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    with archive.open(part) as stream:
        kept = b""
        while piece := stream.read(1 << 20):
            text = kept + piece
            if b"<f>" in text or b"<f " in text:
                return True
            kept = piece[-4:]
    return False


def _records(content: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    sheet = _sheet(content, data_only=True)
    for number, row in enumerate(sheet.iter_rows(max_col=COLUMNS + 1, values_only=True), start=1):
        yield number, [_text(value) for value in row]


def _limited(records: Iterator[tuple[int, Sequence[str]]]) -> Iterator[tuple[int, Sequence[str]]]:
    """Without the blank rows, of which a sheet may have a million."""
    return ((number, cells) for number, cells in records if any(cells))


def _valueless_formulas(content: bytes) -> list[Fault]:
    """Formulas that no program has reckoned out yet: what they mean is not in the file."""
    formulas, values = _sheet(content, data_only=False), _sheet(content, data_only=True)
    pairs = zip(
        formulas.iter_rows(max_col=COLUMNS), values.iter_rows(max_col=COLUMNS, values_only=True), strict=False
    )
    return [
        Fault(number, N_("a formula without its result; open the file in Excel and save it"))
        for number, (cells, told) in enumerate(pairs, start=1)
        if any(cell.data_type == "f" and value is None for cell, value in zip(cells, told, strict=False))
    ]


def _sheet(content: bytes, *, data_only: bool) -> Any:
    """The first sheet with anything in it, whatever it claims to measure."""
    book = load_workbook(BytesIO(content), read_only=True, data_only=data_only, keep_links=False)
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        if any(
            any(value is not None for value in row) for row in sheet.iter_rows(max_row=100, values_only=True)
        ):
            return sheet
    raise empty()


def _text(value: object) -> str:
    """A cell as it would be typed; dates by ISO 8601."""
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    written: str = _WRITTEN.get(type(value), str)(value)
    return written


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _length(value: timedelta) -> str:
    seconds = round(value.total_seconds())
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


_WRITTEN: Mapping[type, Callable[[Any], str]] = {
    type(None): lambda _none: "",
    bool: lambda value: "yes" if value else "",
    float: _number,
    datetime: lambda value: f"{value:%Y-%m-%d %H:%M:%S}",
    date: lambda value: f"{value:%Y-%m-%d}",
    time: lambda value: f"{value:%H:%M:%S}",
    timedelta: _length,
}
