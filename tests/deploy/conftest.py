"""A copy of the tree to type in, and a stand-in for Docker."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.documents import Shell, prepared

STAND_IN = Path(__file__).with_name("stand_in_docker.py")


@pytest.fixture(scope="session")
def copy() -> Iterator[Shell]:
    with prepared() as shell:
        yield shell


@dataclass(frozen=True, slots=True)
class Docker:
    """The stand-in; `programs` is a folder for the PATH in which it is called docker."""

    programs: Path
    log: Path

    def calls(self) -> list[dict[str, Any]]:
        """What passed, in order."""
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []

    def told(self, **more: str) -> dict[str, str]:
        """The environment of whoever calls it."""
        return {
            "PATH": f"{self.programs}:/usr/local/bin:/usr/bin:/bin", "HOME": str(self.programs),
            "LOG": str(self.log), **more,
        }  # fmt: skip


@pytest.fixture
def docker(tmp_path: Path) -> Docker:
    programs = tmp_path / "programs"
    programs.mkdir()
    stand_in(programs / "docker", f'exec "{sys.executable}" "{STAND_IN}" "$@"')
    return Docker(programs, tmp_path / "calls")


def stand_in(file: Path, does: str) -> None:
    """A program in the place of one that is not there or must not be reached."""
    file.write_text(f"#!/usr/bin/env bash\n{does}\n")
    file.chmod(0o755)
