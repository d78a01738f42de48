"""The hooks before a commit: each kind of leak is refused, and nothing is downloaded to see it."""

import subprocess
from pathlib import Path

import pytest

from tests.flows.stage import ROOT

# joined here from halves, so that this file itself passes the scan
LEAKS = {
    "a Telegram token": "BOT_TOKEN=81234567"
    + "89:AAH1zXq8r2mV3kT9bNcD4eF5gH6iJ7kL8mN",  # pragma: allowlist secret
    "a key of Anthropic": "ANTHROPIC_API_KEY=sk-"
    + "ant-api03-Qm4Zr8sT1uV5wX9yB2dF6hJ0kL3nP7qS-Ab1Cd2",  # pragma: allowlist secret
    "a key of OpenAI": "OPENAI_API_KEY=sk-"
    + "proj-Zx9Cv8Bn7Mm6Ll5Kk4Jj3Hh2Gg1Ff0Dd9Ss8Aa7",  # pragma: allowlist secret
    "a key of Yandex Cloud": "MODEL_API_KEY=AQ"
    + "VN1zXq8r2mV3kT9bNcD4eF5gH6iJ7kL8mNoP9q",  # pragma: allowlist secret
    "a Sentry DSN": "SENTRY_DSN=https://0123456789abcdef"
    + "0123456789abcdef@o1.ingest.sentry.io/45",  # pragma: allowlist secret
    "a database's address": "DATABASE_URL=postgresql://owner:s3cret"
    + "Word9@db.internal.net:5432/switchboard",  # pragma: allowlist secret
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n",
}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with our hooks, whose tools are those of this environment."""
    for name in (".pre-commit-config.yaml", ".secrets.baseline", "scripts/secret_rules.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    (tmp_path / ".gitignore").write_text(".venv\n")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    return tmp_path


def hook(clone: Path, *names: str) -> subprocess.CompletedProcess[str]:
    """Run hooks on what is staged, as git does before a commit; a home of their own and no proxy to the world."""
    subprocess.run(["git", "add", "--all"], cwd=clone, check=True)
    return subprocess.run(
        [ROOT / ".venv/bin/prek", "run", *names], cwd=clone, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(clone / "home"), "HTTPS_PROXY": "http://127.0.0.1:9"},
    )  # fmt: skip


@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS)
@pytest.mark.parametrize("name", ["notes.md", "deploy.env"])
def test_each_leak_is_refused(clone: Path, leak: str, name: str) -> None:
    (clone / name).write_text(f"{leak}\n")
    done = hook(clone, "secrets", "detect-private-key")
    assert done.returncode != 0, done.stdout
    assert name in done.stdout


def test_what_holds_no_secret_passes(clone: Path) -> None:
    (clone / "notes.md").write_text("BOT_TOKEN=123456789:the-letters-BotFather-gave-you\n")
    done = hook(clone, "secrets", "detect-private-key")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_large_file_is_refused(clone: Path) -> None:
    (clone / "dump.bin").write_bytes(b"x" * 1_100_000)
    done = hook(clone, "check-added-large-files")
    assert done.returncode != 0
    assert "dump.bin" in done.stdout


def test_every_check_of_make_is_a_hook() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    for name in ("format", "lint", "types", "contracts", "secrets", "texts"):
        assert f"id: {name}," in hooks
    assert "http" not in hooks


def test_the_baseline_names_no_folder_of_a_machine() -> None:
    """The scanner writes the full path of our own rules into it whenever it rewrites it."""
    assert "file:" not in (ROOT / ".secrets.baseline").read_text()
