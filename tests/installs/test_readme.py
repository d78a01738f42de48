"""The README, word for word: an empty folder, an empty home, its two commands.

`make test-readme` runs it, since it installs from the package index and runs every test.
"""

import json
import os
import re
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.documents import TYPED, blocks, copy_to

pytestmark = pytest.mark.installs
# how a machine reaches the package index, which a newcomer's machine may have been told too
REACHES = ("PIP_", "UV_", "SSL_CERT_")


@pytest.fixture(scope="module")
def newcomer() -> Iterator[tuple[Path, dict[str, str]]]:
    """A copy of what git tracks, and an environment with nothing in it."""
    with TemporaryDirectory(prefix="switchboard-new-") as name:
        place, home = Path(name) / "switchboard", Path(name) / "home"
        home.mkdir()
        copy_to(place)
        Path(name).chmod(0o755)
        yield (
            place,
            {
                "HOME": str(home),
                "PATH": os.environ["PATH"],
                "DATA_DIR": f"{name}/data",
                "PLAYGROUND_PORT": "0",
                **{name: value for name, value in os.environ.items() if name.startswith(REACHES)},
                # `make` takes variables from the environment: README_ARGS="tests/crm" is a walk of minutes
                **({"ARGS": os.environ["README_ARGS"]} if "README_ARGS" in os.environ else {}),
            },
        )


def commands() -> list[str]:
    """What the README's first block of code says to type."""
    block = next(block for block in blocks("sh") if block.page == "README.md")
    return [line.split("#")[0].strip() for line in block.lines]


@pytest.mark.executes("make run", "make test")
def test_the_two_commands(newcomer: tuple[Path, dict[str, str]]) -> None:
    place, environment = newcomer
    run, test = commands()
    process = subprocess.Popen(
        run.split(), cwd=place, env=environment | {"HTTP_PORT": "0"}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    said: list[str] = []
    try:
        for line in process.stdout:
            said.append(line)
            if "is answering" in line:
                break
        page = re.search(r"playground: open (http\S+)", "".join(said))
        assert page is not None, "".join(said)
        with urllib.request.urlopen(page[1], timeout=10) as answer:  # noqa: S310 - the address just printed
            assert b"<html" in answer.read().lower()
        made = post(f"{page[1]}/sim/users", {"first_name": "Anna", "language_code": "en"})
        assert made["id"]
        TYPED.add(run)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(30)
        finally:
            process.kill()
            process.stdout.close()
    done = subprocess.run(
        test.split(), cwd=place, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert re.search(r"\d{3,} passed", done.stdout)
    TYPED.add(test)


def post(url: str, body: dict[str, object]) -> dict[str, object]:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - the playground of this test
        said: dict[str, object] = json.load(answer)
        return said
