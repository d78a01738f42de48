"""vCards: the three versions read as phones and mail programs write them, slips told, and one's own written."""

from zoneinfo import ZoneInfo

import pytest

from crm.contacts import Contact
from crm.contacts.vcards import CARDS, SIZE_LIMIT, file_name, read_cards, write_card
from crm.errors import BadInput
from crm.grammar.contactlines import ContactLine
from crm.grammar.readers import Reader

READER = Reader(ZoneInfo("Europe/Moscow"), "ru")
OLD_PHONE = (  # 2.1, as old phones write it: quoted-printable, lines broken in the middle of a letter
    "BEGIN:VCARD\r\nVERSION:2.1\r\n"
    "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=9F=D0=B5=D1=82=D1=80=D0=BE=D0=B2=D0=B0;=D0=90=D0=BD=D0=BD=D0=B0;;;\r\n"
    "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=90=D0=BD=D0=BD=D0=B0=20=D0=9F=D0=B5=D1=82=\r\n"
    "=D1=80=D0=BE=D0=B2=D0=B0\r\n"
    "TEL;CELL;PREF:8 999 123-45-67\r\nEND:VCARD\r\n"
)
NEW_PHONE = (
    'BEGIN:VCARD\nVERSION:4.0\nFN:Bob\\, Smith\nTEL;VALUE=uri;TYPE="voice,cell":tel:+44-20-7946-0958;ext=12\n'
    "TEL:123\nEMAIL:bob@example.com\nEMAIL:second@example.com\nitem1.ORG:Acme Ltd;Sales\nEND:VCARD\n"
)
MAIL_PROGRAM = (
    "BEGIN:VCARD\nVERSION:3.0\nN:Smith;John;Q.\nORG:Acme\nPHOTO;ENCODING=b;TYPE=JPEG:"
    + "A" * 70 + "\n " + "B" * 70 + "\n " + "C==\nNOTE:a\\nb\nEND:VCARD\n"
)  # fmt: skip


def lines(text: str) -> list[ContactLine]:
    return list(read_cards(text.encode(), reader=READER).lines)


def test_each_version_is_read() -> None:
    assert lines(OLD_PHONE + NEW_PHONE + MAIL_PROGRAM) == [
        ContactLine("Анна Петрова", ("+79991234567",)),
        ContactLine("Bob, Smith", ("+442079460958",), company="Acme Ltd", email="bob@example.com"),
        ContactLine("John Q. Smith", company="Acme"),
    ]


def test_a_phone_that_is_none_is_left_out_and_told() -> None:
    assert list(read_cards(NEW_PHONE.encode(), reader=READER).bad_phones) == ["123"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_files_are_read_in_the_encodings_that_programs_use(encoding: str) -> None:
    text = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ёжиков Пётр\r\nEND:VCARD\r\n"
    assert [line.name for line in read_cards(text.encode(encoding), reader=READER).lines] == ["Ёжиков Пётр"]


def test_a_card_without_a_name_goes_by_its_company_mail_or_phone() -> None:
    card = "BEGIN:VCARD\nVERSION:3.0\nN:;;;;\n{}\nEND:VCARD\n"
    assert lines(card.format("ORG:Acme")) == [ContactLine("Acme")]
    assert lines(card.format("TEL:+79991234567")) == [ContactLine("+79991234567", ("+79991234567",))]
    with pytest.raises(BadInput, match="neither a name nor a phone"):
        lines(NEW_PHONE + card.format("NOTE:x"))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"hello", b"\x00\xff\x00", b"BEGIN:VCARD\nVERSION:3.0\nFN:Anna\n", b"BEGIN:VCALENDAR\nEND:VCALENDAR\n",
        b"BEGIN:VCARD\nFN:A\nBEGIN:VCARD\nFN:B\nEND:VCARD\n", b"BEGIN:VCARD\nthis is no property\nEND:VCARD\n",
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_whole(content: bytes) -> None:
    with pytest.raises(BadInput, match="nothing was saved"):
        read_cards(content, reader=READER)


def test_limits_are_said() -> None:
    with pytest.raises(BadInput, match="5 MB"):
        read_cards(b"x" * (SIZE_LIMIT + 1), reader=READER)
    with pytest.raises(BadInput, match=f"holds {CARDS + 1} contacts"):
        read_cards(NEW_PHONE.encode() * (CARDS + 1), reader=READER)


def test_what_is_written_is_read_back() -> None:
    anna = Contact(
        1, "Анна Петрова", ("+79991234567", "+442079460958"), "ООО «Ромашка»; опт", "anna@x.ru", "anna_p"
    )
    written = write_card(anna)
    assert lines(written.decode()) == [
        ContactLine(anna.full_name, tuple(anna.phones), company=anna.company, email=anna.email)
    ]
    assert b"t.me/anna_p" in written
    assert all(len(line.encode()) <= 76 for line in written.decode().split("\r\n"))  # folded (RFC 2426)


def test_a_file_is_called_as_the_contact() -> None:
    assert file_name(Contact(1, "ООО «Ромашка»/опт: 1")) == "ООО «Ромашка» опт 1.vcf"
    assert file_name(Contact(1, "..")) == "contact.vcf"
