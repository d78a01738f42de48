"""The deployment's own steps, as .github/workflows/cd.yml has them; what leaves this machine is a stand-in.

`ssh` carries its words out in a folder that stands for the other machine, `scp` copies into it, and `docker` holds what
it is asked for against compose.yaml.
"""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.conftest import Docker, stand_in
from tests.flows.stage import ROOT

CD = yaml.safe_load((ROOT / ".github" / "workflows" / "cd.yml").read_text())
IMAGE = "ghcr.io/somebody/switchboard:v2"
CONTEXT = {
    "secrets.GITHUB_TOKEN": "a token", "github.actor": "somebody", "github.repository": "Somebody/Switchboard",
    "github.ref_name": "v2", "secrets.DEPLOY_SSH_KEY": "a key", "secrets.DEPLOY_KNOWN_HOSTS": "host ssh-ed25519 AAAA",
    "vars.DEPLOY_SSH_HOST": "deploy@host", "vars.DEPLOY_FOLDER": "switchboard", "needs.image.outputs.name": IMAGE,
    "secrets.RAILWAY_TOKEN": "a token", "vars.RAILWAY_SERVICE": "bot", "vars.PUBLIC_URL": "https://bot.example.org",
}  # fmt: skip


class Runner:
    """GitHub's place: a checkout, a home, and programs that note how they were called."""

    def __init__(self, folder: Path, docker: Docker) -> None:
        self.docker, self.output, self.there = docker, folder / "output", folder / "there"
        self.home = folder / "home"
        for one in (self.home, self.there):
            one.mkdir()
        note = f'echo "$(basename "$0") $*" >> "{folder}/notes"; '
        self._notes = folder / "notes"
        far = f'cd "{self.there}" && export HOME="{self.there}"'
        # ssh -i KEY HOST COMMAND; scp -i KEY -r FILE… HOST:FOLDER
        stand_in(docker.programs / "ssh", note + f'test -r "$2" && {far} && exec bash -c "$4"')
        stand_in(
            docker.programs / "scp",
            note + f'test -r "$2"; to="${{@: -1}}"; cp -r "${{@:4:$#-4}}" "{self.there}/${{to#*:}}"',
        )
        for name in ("npx", "curl"):
            stand_in(docker.programs / name, note)

    def notes(self) -> list[str]:
        return self._notes.read_text().splitlines()

    def runs(self, job: str, *, code: int = 0, **told: str) -> str:
        """Every step of a job that is a script; all they printed. Fails when the last ends in another way."""
        said, ended = "", 0
        for step in CD["jobs"][job]["steps"]:
            if "run" not in step:
                continue
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]], cwd=ROOT, check=False,
                env=self.docker.told(
                    **told, **filled(step.get("env", {})), GITHUB_OUTPUT=str(self.output), RELEASE_TRIES="2",
                    RELEASE_PAUSE="0", HOME=str(self.home),
                ),
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
            said, ended = said + done.stdout, done.returncode
            if ended:
                break
        assert ended == code, said
        return said


def filled(settings: dict[str, Any]) -> dict[str, str]:
    """Fails for what no place of GitHub's is known to give."""
    return {
        name: re.sub(r"\$\{\{ (.+?) \}\}", lambda found: CONTEXT[found[1]], value)
        for name, value in settings.items()
    }


@pytest.fixture
def runner(tmp_path: Path, docker: Docker) -> Runner:
    return Runner(tmp_path, docker)


def test_the_image_is_built_with_what_is_in_it_and_where_it_comes_from(runner: Runner) -> None:
    runner.runs("image")
    assert runner.output.read_text() == f"name={IMAGE}\n"
    login, create, build = (call["words"] for call in runner.docker.calls())
    assert login[:2] == ["login", "ghcr.io"]
    assert create == ["buildx", "create", "--use"]
    assert {"--push", "--sbom=true", "--provenance=mode=max"} < set(build)


def test_a_host_gets_the_set_and_releases_it(runner: Runner) -> None:
    there = runner.there / "switchboard"
    there.mkdir()
    (there / ".env").write_text("BOT_TOKEN=one\nPOSTGRES_PASSWORD=word\n")
    assert f"released: {IMAGE}" in runner.runs("host", RUNNING="bot:1", READY=IMAGE)
    assert [note.split()[0] for note in runner.notes()] == ["ssh", "scp", "ssh"]
    assert (there / "release.env").read_text() == f"IMAGE={IMAGE}\n"
    assert os.access(there / "deploy" / "release.sh", os.X_OK)
    assert (runner.home / ".ssh" / "key").stat().st_mode & 0o777 == 0o600


def test_a_release_that_is_not_ready_fails_the_deployment_and_goes_back(runner: Runner) -> None:
    (runner.there / "switchboard").mkdir()
    (runner.there / "switchboard" / ".env").write_text("BOT_TOKEN=one\nPOSTGRES_PASSWORD=word\n")
    assert "back on: bot:1" in runner.runs("host", code=1, RUNNING="bot:1", READY="bot:1")


def test_railway_is_sent_what_is_here_and_asked_whether_it_is_ready(runner: Runner) -> None:
    runner.runs("railway")
    sent, asked = runner.notes()
    assert sent.endswith("up --ci --service bot")
    assert asked.startswith("curl --fail")
    assert asked.endswith("https://bot.example.org/readyz")
