"""What the pages tell somebody to type, and the tests that type it.

A test says what it types with `@pytest.mark.executes("make lint")`. tests/conftest.py holds it to its word: a command
that was named and not carried out to its end fails the test. tests/deploy/test_docs.py holds the pages to the tests.
"""

import ast
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    file
    for pattern in ("*.md", "docs/*.md", "docs/adr/*.md", ".github/**/*.md", ".github/ISSUE_TEMPLATE/*.yml")
    for file in ROOT.glob(pattern)
    if file.name != "CHANGELOG.md"
)
REMARKS = tuple(
    ROOT / name for name in ("compose.yaml", ".env.example", ".pre-commit-config.yaml", "Dockerfile")
)  # files whose remarks say what to type
# what a block of a page holds, by the word after its three marks; without one it is a drawing
KINDS = {
    "sh": "commands",
    "text": "lines for the chat",
    "ini": "settings for .env",
    "sql": "statements",
    "yaml": "assistants",
}
PROGRAMS = (
    "make", "python", "python3", "pip", "pipx", "uv", "uvx", "prek", "pre-commit", "git", "gh", "docker", "podman",
    "railway", "npx", "npm", "ssh", "scp", "rsync", "curl", "wget", "psql", "pg_dump", "pg_restore", "createdb",
    "initdb", "redis-cli", "valkey-cli", "ruff", "mypy", "pytest", "alembic", "bash", "sh", "sudo", "apt", "apt-get",
    "brew", "choco", "winget", "systemctl", "crontab", "kubectl", "helm",
    "terraform", "fly", "heroku", "node", "yarn", "openssl", "kill", "export", "cd",
    "cp", "mv", "ln", "chmod", "cat", "echo",
)  # fmt: skip
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_TARGET = re.compile(r"^([\w.-]+):.*##", re.MULTILINE)
MENTIONS = {"kill -9", "docker compose exec bot"}  # names of things, not lines to type
TYPED: set[str] = set()  # what the test that runs now has carried out


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page."""

    page: str
    kind: str
    lines: Sequence[str]


@cache
def blocks(kind: str | None = None) -> list[Block]:
    found = [
        Block(file.relative_to(ROOT).as_posix(), word, lines.splitlines())
        for file in PAGES
        for word, lines in _FENCE.findall(file.read_text(encoding="utf-8"))
    ]
    return [block for block in found if kind is None or block.kind == kind]


@cache
def commands() -> Mapping[str, list[str]]:
    """Each command that somebody is told to type, and where: in blocks, running text, remarks and `make help`."""
    told: dict[str, list[str]] = {}
    for page, line in _lines():
        command = re.split(r"\s+#", line)[0].strip()
        if command and page not in told.setdefault(command, []):
            told[command].append(page)
    return told


def _lines() -> Iterator[tuple[str, str]]:
    for block in blocks("sh"):
        yield from ((block.page, line) for line in block.lines)
    for file in PAGES:
        for said in re.findall(r"`([^`\n]+)`", _FENCE.sub("", file.read_text(encoding="utf-8"))):
            if is_command(said):
                yield file.relative_to(ROOT).as_posix(), said
    for file in REMARKS:
        for remark in re.findall(r"(?:^|\s)#(.*)", file.read_text(encoding="utf-8")):
            for said in [*re.findall(r"`([^`]+)`", remark), *re.findall(r": ([^`]+)$", remark)]:
                if said.split()[0] in PROGRAMS or said.startswith(".venv/bin/"):
                    yield file.relative_to(ROOT).as_posix(), said
    for target in _TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")):
        yield "Makefile", f"make {target}"


def is_command(said: str) -> bool:
    """A program and its words, a word with an option behind it, or a file of ours that can be run. A program's bare
    name is none, nor is what leaves words out (…)."""
    first, _space, rest = said.partition(" ")
    if "…" in said or said in MENTIONS:
        return False
    if first.startswith(".venv/bin/"):
        return True
    own = ROOT / first
    if "/" in first and own.is_file() and own.stat().st_mode & 0o100:
        return True
    return bool(rest) and (first in PROGRAMS or re.match(r"[a-z][\w.-]* (.* )?--?[a-z]", said) is not None)


@cache
def typed_by() -> Mapping[str, list[str]]:
    """Each command that a test says it types, and those tests, as pytest names them."""
    found: dict[str, list[str]] = {}
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        text = file.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if "mark.executes(" in text else ():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                for command in _claims(node):
                    found.setdefault(command, []).append(f"{file.relative_to(ROOT).as_posix()}::{node.name}")
    return found


def _claims(test: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for decorator in test.decorator_list:
        for call in ast.walk(decorator):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.executes":
                yield from (str(one.value) for one in call.args if isinstance(one, ast.Constant))


def words_of(command: str, instead: Mapping[str, str] | None = None) -> list[str]:
    """What stands after `python -m bot` in a command that the caller carries out now. `instead` of a file's name comes
    the place where the test keeps it."""
    words = shlex.split(command)
    assert words[:3] == [".venv/bin/python", "-m", "bot"], command
    TYPED.add(command)
    return [(instead or {}).get(word, word) for word in words[3:]]


@dataclass(frozen=True, slots=True)
class Shell:
    """A terminal in a folder, which knows nothing but what it is told."""

    folder: Path
    environment: Mapping[str, str]

    def types(
        self, command: str, *, code: int = 0, patience: float = 100, told: Mapping[str, str] | None = None
    ) -> str:
        """A command of a page to its end, word for word; all that it printed. Fails if it ends in another way."""
        done = subprocess.run(
            ["bash", "-euc", command], cwd=self.folder, env={**self.environment, **(told or {})},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=patience, check=False,
        )  # fmt: skip
        assert done.returncode == code, f"{command} ended with {done.returncode}:\n{done.stdout[-6000:]}"
        TYPED.add(command)
        return done.stdout


def copy_to(folder: Path) -> None:
    """What git tracks, in a repository of its own, as a clone would have it."""
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, tracked.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((ROOT / name).read_bytes())
        (folder / name).chmod((ROOT / name).stat().st_mode)
    for words in (["init", "--quiet"], ["add", "."]):
        subprocess.run(["git", *words], cwd=folder, check=True)


@contextmanager
def prepared() -> Iterator[Shell]:
    """A terminal in a copy of what git tracks, with the environment of these tests and an empty home."""
    with TemporaryDirectory(prefix="switchboard-copy-") as name:
        folder, home = Path(name) / "switchboard", Path(name) / "home"
        programs = home / "programs"  # the python that somebody has before there is an environment
        programs.mkdir(parents=True)
        for python in ("python", "python3"):
            (programs / python).symlink_to(getattr(sys, "_base_executable", sys.executable))
        copy_to(folder)
        (folder / ".venv").symlink_to(ROOT / ".venv")
        for lock in folder.glob("*.lock"):
            os.utime(lock, (0, 0))  # older than the environment, which is not made anew
        yield Shell(folder, {"HOME": str(home), "PATH": f"{programs}:{os.environ['PATH']}"})
