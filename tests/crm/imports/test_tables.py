"""Files as tables: every usual encoding and separator, and what is wrong told by its row."""

import codecs

import pytest

from crm.errors import BadInput
from crm.imports import BrokenFile, read_csv
from crm.imports.tables import CELL, ROWS

TEXT = "Имя;Телефон\r\nАнна;+7 999 123-45-67\r\n"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("cp1251"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.replace(";", ",").encode(),
        TEXT.replace(";", "\t").encode("utf-16"),
        ("sep=;\r\n" + TEXT).encode(),
        ("\r\n" + TEXT).encode(),
        TEXT.replace("\r\n", ";;\r\n").encode(),
    ],
)
def test_every_usual_encoding_and_separator_is_read(content: bytes) -> None:
    table = read_csv(content)
    assert table.headers == ("Имя", "Телефон")
    assert [row.cells for row in table.rows] == [("Анна", "+7 999 123-45-67")]


def test_quotes_hold_separators_line_ends_and_quotes() -> None:
    table = read_csv(b'name,note\n"Li, Vera","say ""hi""\nthen go"\n')
    assert table.rows[0].cells == ("Li, Vera", 'say "hi"\nthen go')


def test_the_header_decides_the_separator_and_not_what_is_quoted_in_it() -> None:
    assert read_csv(b'"a;b;c;d",name\n1,2\n').headers == ("a;b;c;d", "name")


def test_our_own_mark_before_a_formula_is_taken_off_and_the_text_kept() -> None:
    table = read_csv(b"name,phone,note\n'=1+1,'+79991234567,'hello\n")
    assert table.rows[0].cells == ("=1+1", "+79991234567", "'hello")


@pytest.mark.parametrize("content", [b"", b"\n \n", codecs.BOM_UTF8, b"\xef\xbb\xbf\r\n\r\n", b";;;\n;;\n"])
def test_an_empty_file_is_said_to_be_empty(content: bytes) -> None:
    with pytest.raises(BadInput, match="empty"):
        read_csv(content)


def test_a_header_alone_is_said() -> None:
    with pytest.raises(BadInput, match="no rows"):
        read_csv(b"name,phone\n")


@pytest.mark.parametrize("content", [bytes(range(256)) * 20, b"\x98\xff\xfe" * 50, b"\0\1\2\3" * 100])
def test_what_is_no_text_is_no_table(content: bytes) -> None:
    with pytest.raises(BadInput):
        read_csv(content)


def test_broken_quotes_are_told_by_the_row_where_they_begin() -> None:
    with pytest.raises(BrokenFile) as broken:
        read_csv(b'name,phone\nAnna,1\n"Boris,2\nVera,3\n')
    (fault,) = broken.value.faults
    assert (fault.row, dict(fault.fields)) == (3, {"line": 3})


def test_rows_wider_than_the_header_are_told_and_nothing_is_read() -> None:
    with pytest.raises(BrokenFile) as broken:
        read_csv(b"name,phone\nAnna,1\nBoris,2,3,4\nVera,5\nGleb,6,7\n")
    assert [(fault.row, dict(fault.fields)["count"]) for fault in broken.value.faults] == [(3, 4), (5, 3)]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [("x" * (CELL + 1), "longer than"), ("#N/A", "holds the error"), ("#REF!", "holds the error")],
)
def test_cells_that_can_not_be_meant_are_told(cell: str, reason: str) -> None:
    with pytest.raises(BrokenFile) as broken:
        read_csv(f"name,phone\nAnna,{cell}\n".encode())
    assert reason in broken.value.faults[0].text


def test_too_many_rows_and_columns_are_said() -> None:
    with pytest.raises(BadInput, match=f"more than {ROWS} rows"):
        read_csv(("name\n" + "x\n" * (ROWS + 1)).encode())
    with pytest.raises(BadInput, match="201 columns"):
        read_csv((",".join(f"c{number}" for number in range(201)) + "\n1\n").encode())


def test_repeated_headers_are_named() -> None:
    assert read_csv(b"Phone,name,phone\n1,2,3\n").repeated == ("Phone", "phone")


def test_blank_rows_are_passed_and_numbers_stay_those_of_the_sheet() -> None:
    assert [row.number for row in read_csv(b"name\n\nAnna\n\nBoris\n").rows] == [3, 5]
