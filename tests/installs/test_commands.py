"""The commands of the pages that take minutes or install from the package index, each typed as it stands there.

`make test-docs` runs them. Where a target has sizes, it is told small ones: it runs to its end all the same.
"""

import os
import re
import shlex
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.documents import TYPED, Shell, prepared
from tests.flows.stage import free_port
from tests.installs.test_readme import REACHES

pytestmark = pytest.mark.installs
SMALL = {  # sizes of the benchmarks; what they measure then means nothing
    "GRAMMAR_ROUNDS": "1", "ROUTING_ROUNDS": "1", "LOOKUPS_ROUNDS": "3", "LOOKUPS_EDITS": "20",
    "LISTS_SIZES": "100,1000",
    "REMINDERS_SIZES": "1000,10000", "REMINDERS_SCALE": "0.1", "CONVERSATIONS_TURNS": "8", "CONVERSATIONS_WORDS": "40",
    "CONVERSATIONS_CROWD": "12", "STOPS": "4",
}  # fmt: skip
LONG = 3000.0  # seconds


@pytest.fixture(scope="module")
def copy() -> Iterator[Shell]:
    """With the environment of these tests, and the way this machine has to the package index."""
    with prepared() as shell:
        yield reaching(shell)


@contextmanager
def empty_handed() -> Iterator[Shell]:
    """The same without an environment."""
    with prepared() as shell:
        (shell.folder / ".venv").unlink()
        yield reaching(shell)


def reaching(shell: Shell) -> Shell:
    ways = {name: value for name, value in os.environ.items() if name.startswith(REACHES)}
    return replace(shell, environment={**shell.environment, **ways})


@pytest.mark.executes("make .venv", '.venv/bin/uv pip install "pydantic-ai-slim[anthropic]"', "make lock")
def test_an_environment_from_nothing_takes_the_extra_and_makes_the_locks_anew() -> None:
    with empty_handed() as shell:
        shell.types("make .venv", patience=LONG)
        asked = '.venv/bin/python -c "import anthropic, pydantic_ai.models.anthropic"'
        shell.types('.venv/bin/uv pip install "pydantic-ai-slim[anthropic]"', patience=LONG)
        shell.types(asked)
        before = names_of(shell.folder / "requirements.lock")
        shell.types("make lock", patience=LONG)
        for lock in ("requirements.lock", "requirements-dev.lock"):
            text = (shell.folder / lock).read_text()
            assert len(names_of(shell.folder / lock)) <= text.count("--hash=sha256:")
            assert "://" not in re.sub(r"^#.*", "", text, flags=re.MULTILINE)
        assert names_of(shell.folder / "requirements.lock") >= before - {"exceptiongroup"}


def names_of(lock: Path) -> set[str]:
    return set(re.findall(r"^([\w.-]+)==", lock.read_text(), re.MULTILINE))


@pytest.mark.executes("python scripts/start.py")
def test_a_start_without_make_and_its_end() -> None:
    """Ctrl+C reaches the bot too, which says goodbye in its own time."""
    with empty_handed() as shell, TemporaryDirectory(prefix="switchboard-start-") as data:
        Path(data).chmod(0o755)
        process = subprocess.Popen(
            shlex.split("python scripts/start.py"), cwd=shell.folder, text=True, start_new_session=True,
            env={**shell.environment, "DATA_DIR": data, "PLAYGROUND_PORT": "0", "HTTP_PORT": str(free_port())},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert process.stdout is not None
        try:
            said = []
            for line in process.stdout:
                said.append(line)
                if "is answering" in line:
                    break
            assert "playground: open http" in "".join(said), said
            os.killpg(process.pid, signal.SIGINT)
            assert "Traceback" not in process.stdout.read()
            assert process.wait(30) == 0
            TYPED.add("python scripts/start.py")
        finally:
            process.kill()
            process.stdout.close()


@pytest.mark.executes("make secrets")
def test_a_leak_is_refused(copy: Shell) -> None:
    copy.types("make secrets", patience=LONG)
    leak = copy.folder / "leak.md"
    leak.write_text(
        "BOT_TOKEN=81234567" + "89:AAH1zXq8r2mV3kT9bNcD4eF5gH6iJ7kL8mN\n"
    )  # pragma: allowlist secret
    subprocess.run(["git", "add", "leak.md"], cwd=copy.folder, check=True)
    assert "leak.md" in copy.types("make secrets", code=2, patience=LONG)
    subprocess.run(["git", "rm", "--quiet", "--force", "leak.md"], cwd=copy.folder, check=True)


@pytest.mark.executes("make types", "make check")
def test_all_that_must_hold_holds(copy: Shell) -> None:
    """With the tests of the rules in the place of all tests, which are what runs this."""
    copy.types("make types", patience=LONG)
    assert " passed" in copy.types("make check", patience=LONG, told={"ARGS": "tests/crm", "WORKERS": "0"})


@pytest.mark.executes("make fuzz")
def test_raw_updates(copy: Shell) -> None:
    assert "passed" in copy.types("make fuzz", patience=LONG, told={"FUZZ_UPDATES": "500"})


@pytest.mark.executes("make campaigns")
def test_a_campaign(copy: Shell) -> None:
    """PostgreSQL restarted, the shortest of them, at full size."""
    assert "1 passed" in copy.types("make campaigns", patience=LONG, told={"ARGS": "-k restarted"})


@pytest.mark.executes(
    "make bench", ".venv/bin/python -m benchmarks.grammar", ".venv/bin/python -m benchmarks.lookups"
)
def test_every_benchmark_runs_through(copy: Shell) -> None:
    said = copy.types(".venv/bin/python -m benchmarks.grammar", patience=LONG, told=SMALL)
    assert "shared: 62 of 62 in every field" in said  # as the README says
    assert "times ours" in copy.types(".venv/bin/python -m benchmarks.lookups", patience=LONG, told=SMALL)
    said = copy.types("make bench", patience=LONG, told=SMALL)
    for end in ("import crm.grammar", "choosing: p50", "an edit on another replica", "find what is not there",
                "missed:", "conversations at once", "another replica, without a Redis"):  # fmt: skip
        assert end in said


@pytest.mark.executes("make test-image")
def test_the_images_steps(copy: Shell) -> None:
    assert "2 passed" in copy.types("make test-image", patience=LONG)


@pytest.mark.executes("make test-workflows")
def test_the_workflows(copy: Shell) -> None:
    copy.types("make test-workflows", patience=LONG)


@pytest.mark.executes("make test-readme")
def test_the_readme_word_for_word(copy: Shell) -> None:
    """Its `make test` runs the tests of the rules; `make test-readme` by itself runs all."""
    assert "1 passed" in copy.types(
        "make test-readme", patience=LONG, told={"README_ARGS": "tests/crm/grammar"}
    )


@pytest.mark.executes("make test-docs")
def test_these_tests_themselves(copy: Shell) -> None:
    """One of them, or it would never end."""
    assert "1 passed" in copy.types("make test-docs", patience=LONG, told={"ARGS": "-k workflows"})
