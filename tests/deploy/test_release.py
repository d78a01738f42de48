"""A release on a host: up when it is ready, back on the image before when it is not. Docker is a script here."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.flows.stage import ROOT

DOCKER = """#!/usr/bin/env bash
# every call is written down; the bot is ready only on the images of $READY, the migration works unless $STUCK
echo "IMAGE=${IMAGE:-} $*" >> "$LOG"
case "$*" in
  *" ps "*) echo "$RUNNING" ;;
  *"run --rm migrate"*) [ -z "${STUCK:-}" ] ;;
  *" exec "*) case " $READY " in *" $IMAGE "*) ;; *) exit 1 ;; esac ;;
esac
"""


def release(folder: Path, **told: str) -> tuple[int, list[str]]:
    """The exit code, and what was asked of Docker."""
    docker = folder / "docker"
    docker.write_text(DOCKER)
    docker.chmod(0o755)
    environment = {
        "PATH": f"{folder}:{os.environ['PATH']}", "LOG": str(folder / "calls"),
        "RELEASE_TRIES": "2", "RELEASE_PAUSE": "0", **told,
    }  # fmt: skip
    done = subprocess.run(
        [ROOT / "deploy" / "release.sh", "bot:2"],
        cwd=folder,
        env=environment,
        check=False,
        capture_output=True,
    )
    return done.returncode, (folder / "calls").read_text().splitlines()


def test_a_ready_bot_is_released_after_its_migrations(tmp_path: Path) -> None:
    code, calls = release(tmp_path, RUNNING="bot:1", READY="bot:1 bot:2")
    assert code == 0
    order = [
        next(i for i, call in enumerate(calls) if word in call)
        for word in ("pull", "migrate", " up ", "exec")
    ]
    assert order == sorted(order)
    assert all(call.startswith("IMAGE=bot:2 ") for call in calls[1:])
    assert (tmp_path / "release.env").read_text() == "IMAGE=bot:2\n"


@pytest.mark.parametrize("fault", [{}, {"STUCK": "yes"}], ids=["never ready", "a migration fails"])
def test_what_is_not_ready_gives_way_to_what_was_there(tmp_path: Path, fault: dict[str, str]) -> None:
    code, calls = release(tmp_path, RUNNING="bot:1", READY="bot:1", **fault)
    assert code == 1
    assert "IMAGE=bot:1" in [call for call in calls if " up " in call][-1]
    assert not (tmp_path / "release.env").exists()


def test_a_first_release_that_fails_has_nothing_to_go_back_to(tmp_path: Path) -> None:
    code, calls = release(tmp_path, RUNNING="", READY="")
    assert code == 1
    assert all("IMAGE=bot:2" in call for call in calls if " up " in call)
