"""The pages' words for Docker, typed at a stand-in; what the containers would run then runs on a real PostgreSQL."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from bot.settings import Settings
from tests.databases import Database
from tests.deploy.conftest import Docker
from tests.documents import ROOT, Shell, commands
from tests.nursery import bot

TOKEN = f"4200000007:{'C' * 35}"


@pytest.fixture
def host(tmp_path: Path, docker: Docker) -> Shell:
    """Step 1 of docs/operations.md: a copy of the project, and .env with two settings."""
    folder = tmp_path / "switchboard"
    folder.mkdir()
    for one in ROOT.iterdir():
        if one.name[0] != ".":
            (folder / one.name).symlink_to(one)
    told = (ROOT / ".env.example").read_text()
    (folder / ".env").write_text(f"{told}\nBOT_TOKEN={TOKEN}\nPOSTGRES_PASSWORD=a-long-word-of-mine\n")
    return Shell(folder, docker.told())


async def contained(
    call: dict[str, Any], database_url: str, data_dir: Path, **places: str
) -> tuple[int, str]:
    """What a container would run, here: the server is the tests' own, and the volume is a folder."""
    assert call["command"][:3] == ["python", "-m", "bot"]
    told = call["environment"]
    assert make_url(told["DATABASE_URL"]).host == "postgres"
    assert told["DATA_DIR"] == "/var/lib/switchboard"
    instead = {"DATABASE_URL": database_url, "REDIS_URL": "", "DATA_DIR": str(data_dir)}
    inside = {"PATH": os.environ["PATH"], "HOME": str(data_dir)}
    words = [places.get(Path(word).stem, word) if "/" in word else word for word in call["command"][3:]]
    ended = await bot(*words, environment=inside | told | instead | {"PATH": os.environ["PATH"]})
    return ended.code, ended.printed


@pytest.mark.executes("docker compose up -d", "docker compose exec bot python -m bot claim")
async def test_a_host_of_ones_own_in_three_steps(
    host: Shell, docker: Docker, own_database: Database, tmp_path: Path
) -> None:
    there = own_database.owner_url
    host.types("docker compose up -d")
    [up] = docker.calls()
    assert up["services"] == ["bot", "migrate", "postgres", "valkey"]
    host.types("docker compose run --rm migrate")  # as `up` runs it before the bot, by depends_on
    code, printed = await contained(docker.calls()[-1], there, tmp_path)
    assert code == 0, printed
    host.types("docker compose exec bot python -m bot claim")
    code, printed = await contained(docker.calls()[-1], there, tmp_path)
    assert code == 0, printed
    assert "/start " in printed


@pytest.mark.executes(
    "docker compose --profile webhook up -d --scale bot=2",
    "docker compose --profile webhook up -d --scale bot=3",
)
def test_webhooks_bring_caddy_and_as_many_bots_as_wanted(host: Shell, docker: Docker) -> None:
    with (host.folder / ".env").open("a") as settings:
        settings.write("WEBHOOK_URL=https://your.name/telegram\nBOT_HOST=your.name\n")
    for many in (2, 3):
        host.types(f"docker compose --profile webhook up -d --scale bot={many}")
        assert "caddy" in docker.calls()[-1]["services"]
    caddy = (ROOT / "deploy" / "Caddyfile").read_text()
    assert "{$BOT_HOST}" in caddy
    assert "path /telegram " in caddy  # what WEBHOOK_URL of the page ends in


@pytest.mark.executes(
    "docker compose exec bot python -m bot backup /var/lib/switchboard/team.zip",
    "docker compose cp bot:/var/lib/switchboard/team.zip team.zip",
    "chmod a+r team.zip",
    'docker compose run --rm --volume "$PWD/team.zip:/team.zip:ro" migrate python -m bot restore /team.zip',
)
async def test_a_team_leaves_one_set_and_enters_another(
    host: Shell, docker: Docker, own_database: Database, empty_database: str, tmp_path: Path
) -> None:
    file = tmp_path / "team.zip"
    host.types("docker compose exec bot python -m bot backup /var/lib/switchboard/team.zip")
    code, printed = await contained(docker.calls()[-1], own_database.owner_url, tmp_path, team=str(file))
    assert code == 0, printed
    host.types("docker compose cp bot:/var/lib/switchboard/team.zip team.zip")
    shutil.copy(file, host.folder / "team.zip")
    (host.folder / "team.zip").chmod(0o600)  # as `backup` makes it
    restore = [line for line in commands() if "migrate python -m bot restore" in line]
    host.types(restore[0], code=1)  # the container's user may not read it
    host.types("chmod a+r team.zip")
    host.types(
        'docker compose run --rm --volume "$PWD/team.zip:/team.zip:ro" migrate python -m bot restore /team.zip'
    )
    call = docker.calls()[-1]
    assert call["files"][0]["target"] == "/team.zip"
    code, printed = await contained(call, empty_database, tmp_path, team=call["files"][0]["source"])
    assert code == 0, printed
    assert "are back" in printed


@pytest.mark.parametrize(
    ("gone", "said"),
    [("POSTGRES_PASSWORD=", "POSTGRES_PASSWORD is missing"), (None, "env file .env not found")],
)
def test_the_set_refuses_to_start_without_its_settings(host: Shell, gone: str | None, said: str) -> None:
    settings = host.folder / ".env"
    lines = [line for line in settings.read_text().splitlines() if gone and not line.startswith(gone)]
    settings.unlink()
    told = {}
    if gone is None:
        told["POSTGRES_PASSWORD"] = "word"  # pragma: allowlist secret
    else:
        settings.write_text("\n".join(lines))
    assert said in host.types("docker compose up -d", code=1, told=told)


@pytest.mark.parametrize(
    "typo",
    [
        "docker compose up -d --scale caddy=2", "docker compose --profile web up -d", "docker compose exec bots ls",
        "docker compose up -d --detached", "docker compose start", "docker composed up",
        "docker compose run --rm --volume /nowhere.zip:/team.zip migrate python -m bot restore /team.zip",
    ],
)  # fmt: skip
def test_what_docker_would_refuse_the_stand_in_refuses(host: Shell, docker: Docker, typo: str) -> None:
    host.types(typo, code=1)
    assert docker.calls() == []


def test_what_containers_of_the_bot_are_told_are_settings(host: Shell, docker: Docker) -> None:
    host.types("docker compose exec bot python -m bot check")
    told = docker.calls()[-1]["environment"]
    of_python = {"PATH", "PYTHONUNBUFFERED", "PYTHONPYCACHEPREFIX"}
    assert {name.lower() for name in told.keys() - of_python} - Settings.model_fields.keys() == {
        "postgres_password"
    }


async def test_railways_commands_are_the_bots(own_database: Database, tmp_path: Path) -> None:
    deploy = json.loads((ROOT / "railway.json").read_text())["deploy"]
    assert deploy["startCommand"].split() == ["python", "-m", "bot", "run"]
    for line in deploy["preDeployCommand"]:
        words = line.split()
        assert words[:3] == ["python", "-m", "bot"]
        told = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "DATABASE_URL": own_database.owner_url,
            "BOT_TOKEN": TOKEN,
        }
        ended = await bot(*words[3:], environment=told)
        assert ended.code == 0, ended.printed
