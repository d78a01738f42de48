"""The command line: a fault nobody foresaw is one sentence with a reference, and its traceback quotes nobody."""

import re
from pathlib import Path

import pytest
import typer

from bot import cli

WORDS = "call Anna +79991234567"


def breaks() -> None:
    raise RuntimeError(WORDS)


def test_a_fault_is_one_sentence_with_a_reference_and_no_quote(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "app", breaks)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr().err
    assert ended.value.code == 1
    last = said.splitlines()[-1]
    assert re.search(r"Reference [0-9A-HJKMNP-TV-Z]{8}, \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\.$", last)
    assert "RuntimeError" in said
    assert "breaks" in said  # where it was
    assert "Anna" not in said
    assert "9991234567" not in said


def test_what_ends_by_itself_is_no_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ends() -> None:
        raise SystemExit(2)

    monkeypatch.setattr(cli, "app", ends)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert (ended.value.code, capsys.readouterr().err) == (2, "")


@pytest.mark.parametrize(
    ("content", "wrong"),
    [(None, "can't be read (No such file or directory)"), (b"\xff\xfe", "is no UTF-8 text")],
)
def test_a_file_of_assistants_that_can_not_be_read_is_one_line(
    content: bytes | None, wrong: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "agents.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(typer.Exit):
        cli.import_agents(file)
    assert capsys.readouterr().err == f"{file}: {wrong}\n"
