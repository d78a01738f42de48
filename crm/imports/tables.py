"""Tables: what a file of rows holds, or what is wrong with it and where."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from crm.errors import N_, BadInput
from crm.grammar.letters import storable

BYTES = 20_000_000  # of a file that a bot may fetch (Bot API, getFile)
ROWS, COLUMNS = 20_000, 200
CELL = 10_000  # characters of one cell
SHOWN = 10  # faults that are told; the rest is counted
_ERRORS = {
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#DIV/0!",
    "#NAME?",
    "#NUM!",
    "#NULL!",
    "#Н/Д",
    "#ССЫЛКА!",
    "#ЗНАЧ!",
}  # of Excel
_DELIMITERS = (";", ",", "\t", "|")
_MARKED = re.compile(r"'(?=[=+\-@\t\r\n＝＋－＠])")  # our own mark before what a spreadsheet would reckon out


@dataclass(frozen=True, slots=True)
class Row:
    """`number` counts as a spreadsheet does, the header being 1. `cells` are as many as the headers."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Headers as they stand; a column without one but with data is called by its number, from 1."""

    headers: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def repeated(self) -> tuple[str, ...]:
        """Headers that stand over more than one column."""
        counted = Counter(header.casefold() for header in self.headers if header)
        return tuple(
            dict.fromkeys(header for header in self.headers if counted.get(header.casefold(), 0) > 1)
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row: `text` is a sentence for gettext, `fields` fill it."""

    row: int
    text: str
    fields: tuple[tuple[str, object], ...] = ()


class BrokenFile(BadInput):
    """Rows that can't be read; nothing of the file is taken."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(N_("The file is broken, so nothing of it was taken in."))
        self.faults = tuple(faults)


def read_csv(content: bytes) -> Table:
    """A table of separated values in any of the usual encodings. Raises BadInput, BrokenFile."""
    if not content.strip(codecs.BOM_UTF8 + b" \t\r\n\0"):
        raise empty()
    text = _decoded(content)
    told = re.match(r"sep=(.)\r?\n", text)  # Excel's own way to say it
    delimiter = told[1] if told else _delimiter(text)
    skipped = 1 if told else 0
    return make_table(_records(text[told.end() :] if told else text, delimiter, skipped))


def _decoded(content: bytes) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _strictly(content, encoding)
    if b"\0" in content[:4000]:  # a UTF-16 without a mark, or no text at all
        odd, even = content[1:4000:2].count(0), content[:4000:2].count(0)
        text = _strictly(content, "utf-16-le" if odd > even else "utf-16-be")
        if "\0" in text or not {"\n", *_DELIMITERS} & set(text[:4000]):
            raise not_a_table()
        return text
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _strictly(content, "cp1251")


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise not_a_table() from None


def _delimiter(text: str) -> str:
    """The one that the header has most of, outside of quotes."""
    header = re.match(r'(?:"[^"]*"|[^"\r\n])*', text.lstrip("\r\n"))
    bare = re.sub(r'"[^"]*"', "", header[0] if header else "")
    return max(_DELIMITERS, key=bare.count)


def _records(text: str, delimiter: str, skipped: int) -> Iterator[tuple[int, Sequence[str]]]:
    """Lines with their numbers; raises BrokenFile where quotes don't close."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number, begins = skipped, 1
    while True:
        number, begins = number + 1, reader.line_num + 1 + skipped
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # an opening quote swallows all that follows: its row is the one to look at
            raise BrokenFile(
                [Fault(number, N_("the quotes are broken (line {line} of the file)"), (("line", begins),))]
            ) from None
        yield number, cells


def make_table(records: Iterable[tuple[int, Sequence[str]]]) -> Table:
    """The first row that isn't blank is the header. Raises BadInput, BrokenFile."""
    headers: tuple[str, ...] = ()
    rows: list[Row] = []
    faults: list[Fault] = []
    for number, record in records:
        cells = [_cell(text) for text in record]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if not headers:
            headers = tuple(" ".join(header.split())[:100] for header in cells)
            if len(headers) > COLUMNS:
                raise BadInput(
                    N_("That is {count} columns. Send up to {limit}."), count=len(headers), limit=COLUMNS
                )
            continue
        if len(rows) == ROWS:
            raise BadInput(
                N_("That is more than {limit} rows. Split the file and send its parts one by one."),
                limit=ROWS,
            )
        faults += _faults(number, cells, headers)
        rows.append(Row(number, (*cells, *[""] * (len(headers) - len(cells)))))
    if not headers:
        raise empty()
    if faults:
        raise BrokenFile(faults)
    if not rows:
        raise BadInput(N_("The file has a header and no rows under it."))
    return Table(headers, tuple(rows))


def _faults(number: int, cells: Sequence[str], headers: Sequence[str]) -> Iterator[Fault]:
    if len(cells) > len(headers):
        fields = (("count", len(cells)), ("headers", len(headers)))
        yield Fault(number, N_("{count} cells under {headers} headers"), fields)
    if wrong := next((cell for cell in cells if cell in _ERRORS), None):
        yield Fault(number, N_("a cell holds the error {error}"), (("error", wrong),))
    if any(len(cell) > CELL for cell in cells):
        yield Fault(number, N_("a cell is longer than {limit} characters"), (("limit", CELL),))


def _cell(text: str) -> str:
    return _MARKED.sub("", storable(text).replace("\u00a0", " ").strip(), count=1) if text else ""


def empty() -> BadInput:
    return BadInput(N_("The file is empty."))


def not_a_table() -> BadInput:
    return BadInput(N_("I can't read that as a table. Send an Excel workbook (.xlsx) or a CSV file."))
