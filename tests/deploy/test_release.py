"""A release on a host: up when it is ready, back on the image before when it is not. Docker is a stand-in here."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.conftest import Docker
from tests.documents import ROOT, TYPED, Shell


def release(folder: Path, docker: Docker, **told: str) -> tuple[int, list[dict[str, Any]]]:
    """The exit code, and what was asked of Docker. The folder holds what the workflow copies, and settings."""
    shutil.copytree(ROOT / "deploy", folder / "deploy")
    shutil.copy(ROOT / "compose.yaml", folder)
    (folder / ".env").write_text("BOT_TOKEN=one\nPOSTGRES_PASSWORD=word\n")
    environment = docker.told(RELEASE_TRIES="2", RELEASE_PAUSE="0", **told)
    done = subprocess.run(
        ["deploy/release.sh", "bot:2"], cwd=folder, env=environment, check=False, capture_output=True
    )
    TYPED.add("deploy/release.sh")
    return done.returncode, docker.calls()


def ups(calls: list[dict[str, Any]]) -> list[str]:
    """The images on which the set was brought up, in order."""
    return [call["image"] for call in calls if call["words"][1] == "up"]


BY_HAND = "docker compose --env-file .env --env-file release.env up -d --no-build"


@pytest.mark.executes(
    "deploy/release.sh", "docker compose --env-file .env --env-file release.env up -d --no-build"
)
def test_a_ready_bot_is_released_after_its_migrations(tmp_path: Path, docker: Docker) -> None:
    code, calls = release(tmp_path, docker, RUNNING="bot:1", READY="bot:1 bot:2")
    assert code == 0
    assert [call["words"][1] for call in calls] == ["ps", "pull", "run", "up", "exec"]
    assert {call["image"] for call in calls[1:]} == {"bot:2"}
    assert (tmp_path / "release.env").read_text() == "IMAGE=bot:2\n"
    Shell(tmp_path, docker.told()).types(BY_HAND)
    assert docker.calls()[-1]["image"] == "bot:2"


@pytest.mark.parametrize("fault", [{}, {"STUCK": "yes"}], ids=["never ready", "a migration fails"])
def test_what_is_not_ready_gives_way_to_what_was_there(
    tmp_path: Path, docker: Docker, fault: dict[str, str]
) -> None:
    code, calls = release(tmp_path, docker, RUNNING="bot:1", READY="bot:1", **fault)
    assert code == 1
    assert ups(calls)[-1] == "bot:1"
    assert not (tmp_path / "release.env").exists()


def test_a_first_release_that_fails_has_nothing_to_go_back_to(tmp_path: Path, docker: Docker) -> None:
    code, calls = release(tmp_path, docker, RUNNING="", READY="")
    assert code == 1
    assert set(ups(calls)) == {"bot:2"}
