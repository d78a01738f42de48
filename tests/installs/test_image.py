"""The image without an engine: the Dockerfile's own steps in a clean folder, then the start, as an ordinary user.

`make test-image` runs it, since it installs from the package index.
"""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from scripts.slim import size
from tests.flows.stage import ROOT

pytestmark = pytest.mark.installs
LIMIT = 350_000_000  # bytes of the whole image
BASE = 125_000_000  # of python:3.13-slim unpacked, as its registry says
COPIED = re.compile(r"^(?:--from=(\S+) )?(.+) (\S+)$")


@dataclass(slots=True)
class Image:
    """What the Dockerfile says, and the folder that stands for the image's root."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    user: str = ""
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    def inside(self, text: str) -> str:
        """The image's own absolute folders, under our root."""
        return re.sub(r"(?<![\w.])/(app|uv|var/lib/switchboard)\b", rf"{self.root}/\1", text)


def instructions(file: Path) -> list[tuple[str, str]]:
    joined = re.sub(
        r"\\\n\s*", "", "\n".join(x for x in file.read_text().splitlines() if not x.startswith("#"))
    )
    return [
        (word, rest) for word, _space, rest in (line.partition(" ") for line in joined.splitlines() if line)
    ]


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    with TemporaryDirectory(prefix="switchboard-image-") as name:
        Path(name).chmod(0o755)
        yield built(Image(Path(name)))


def built(image: Image) -> Image:
    stage = 0
    (image.root / "var/lib/switchboard").mkdir(parents=True)
    for word, rest in instructions(ROOT / "Dockerfile"):
        if word == "FROM":
            stage += 1
        elif word == "COPY":
            source, names, target = re.fullmatch(COPIED, rest).groups()  # type: ignore[union-attr]  # or it fails
            for one in names.split() if source is None else ():
                copy(
                    ROOT / one, image.root / "app" / target / (Path(one).name if target.endswith("/") else "")
                )
        elif word == "RUN" and stage == 1:
            (image.root / "app").mkdir(exist_ok=True)
            steps = image.inside(rest).replace("python -m venv", f"{sys.executable} -m venv")
            subprocess.run(
                ["bash", "-euc", steps], cwd=image.root / "app", check=True,
                env=os.environ | {"UV_PYTHON": an_open_python()},
            )  # fmt: skip
        elif word == "USER":
            image.user = rest
        elif word == "ENV":
            pairs = (pair.partition("=") for pair in shlex.split(rest))
            image.environment |= {name: image.inside(value) for name, _is, value in pairs}
        elif word == "CMD":
            image.command = json.loads(rest)
        elif word == "HEALTHCHECK":
            image.health = json.loads(rest[rest.index("[") :])
    return image


def an_open_python() -> str:
    """An interpreter that an ordinary user may run too: root's own may lie in a folder closed to others."""
    if os.geteuid() != 0:
        return sys.executable
    return shutil.which("python3", path="/usr/local/bin:/usr/bin") or sys.executable


def copy(source: Path, target: Path) -> None:
    if source.is_dir():
        tracked = subprocess.run(
            ["git", "ls-files", "-z", str(source)], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.split("\0")
        for name in filter(None, tracked):
            (target.parent / name).parent.mkdir(parents=True, exist_ok=True)
            (target.parent / name).write_bytes((ROOT / name).read_bytes())
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())


def test_it_is_small_and_holds_no_compiler(image: Image) -> None:
    assert size(image.root / "app") + BASE < LIMIT
    programs = {file.name for file in (image.root / "app/.venv/bin").iterdir()}
    assert not programs & {"gcc", "cc", "uv", "pip", "ruff", "pytest"}


def test_it_starts_as_an_ordinary_user_on_a_read_only_root_and_stops_on_sigterm(image: Image) -> None:
    uid = int(image.user.split(":")[0])
    assert uid > 0
    if os.geteuid() == 0:  # else we are an ordinary user already
        subprocess.run(["chown", "-R", "nobody", image.root / "var"], check=True)
    subprocess.run(["chmod", "-R", "a-w", image.root / "app"], check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    told = {
        **image.environment, "HOME": str(image.root / "var"), "HTTP_PORT": port, "HTTP_HOST": "127.0.0.1",
        "PLAYGROUND_PORT": "0", "PATH": f"{image.root}/app/.venv/bin:{os.environ['PATH']}",
    }  # fmt: skip
    process = subprocess.Popen(
        image.command, cwd=image.root / "app", env=told, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        user="nobody" if os.geteuid() == 0 else None,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        said = []
        for line in process.stdout:
            said.append(line.decode())
            if "is answering" in said[-1]:
                break
        assert process.poll() is None, said
        health = image.health[image.health.index("CMD") + 1 :] if "CMD" in image.health else image.health
        subprocess.run(health, env=told, check=True, timeout=10)
        left = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert time.monotonic() - left < 20
    finally:
        if process.poll() is None:
            process.kill()
        process.stdout.close()
        subprocess.run(["chmod", "-R", "u+w", image.root / "app"], check=True)
