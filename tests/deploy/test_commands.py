"""The quick commands of the pages, each typed as it stands there, in a copy of the tree.

What takes minutes or installs something is in tests/installs/test_commands.py (`make test-docs`).
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from bot.release import RELEASE
from bot.settings import Settings, load_settings
from tests.databases import Database, run
from tests.documents import PAGES, ROOT, Shell, blocks, words_of
from tests.nursery import bot


@pytest.mark.executes("make help")
def test_help_names_every_target(copy: Shell) -> None:
    said = copy.types("make help")
    targets = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert targets is not None
    for target in targets[1].split():
        assert re.search(rf"^{re.escape(target)}\t", said, re.MULTILINE) or target == "format.check"


@pytest.mark.executes("make format", "make lint")
def test_format_mends_what_lint_refuses(copy: Shell) -> None:
    file = copy.folder / "bot" / "untidy.py"
    file.write_text('"""A page that nobody tidied."""\nimport sys\nimport os\nprint( os.sep,sys.argv )\n')
    try:
        assert "untidy.py" in copy.types("make lint", code=2)
        copy.types("make format")
        assert "print(os.sep, sys.argv)" in file.read_text()
    finally:
        file.unlink()
    copy.types("make lint")


@pytest.mark.executes("make contracts")
def test_contracts_hold(copy: Shell) -> None:
    assert "0 broken" in copy.types("make contracts")


@pytest.mark.executes(".venv/bin/prek install")
def test_a_commit_that_leaks_is_refused_once_the_hooks_are_installed(copy: Shell) -> None:
    copy.types(".venv/bin/prek install")
    leak = copy.folder / "leak.md"
    leak.write_text(
        "BOT_TOKEN=81234567" + "89:AAH1zXq8r2mV3kT9bNcD4eF5gH6iJ7kL8mN\n"
    )  # pragma: allowlist secret
    try:
        subprocess.run(["git", "add", "leak.md"], cwd=copy.folder, check=True)
        told = dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "somebody")
        mail = dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "somebody@example.org")
        done = subprocess.run(
            ["git", "commit", "--quiet", "--message", "a leak", "leak.md"], cwd=copy.folder, text=True,
            env={**copy.environment, **told, **mail}, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode != 0
        assert "leak.md" in done.stdout + done.stderr
    finally:
        subprocess.run(["git", "rm", "--quiet", "--cached", "leak.md"], cwd=copy.folder, check=True)
        leak.unlink()


def test_the_hooks_refuse_what_the_checks_refuse(copy: Shell) -> None:
    """Each with its own fault, and no way to the world."""
    file = copy.folder / "handlers" / "untidy.py"
    file.write_text(
        '"""A page that nobody tidied."""\n\nimport os\n\nfrom sqlalchemy import text\n\n'
        "from handlers.texts import gettext as _\n\n"
        "def nothing( )->str :\n    return _('A text that nobody translated')\n"
    )
    subprocess.run(["git", "add", "handlers/untidy.py"], cwd=copy.folder, check=True)
    try:
        for name in ("format", "lint", "contracts", "texts"):
            done = subprocess.run(
                [".venv/bin/prek", "run", name], cwd=copy.folder, capture_output=True, text=True, check=False,
                env={**copy.environment, "HTTPS_PROXY": "http://127.0.0.1:9"},
            )  # fmt: skip
            assert done.returncode != 0, name
            assert "Failed" in done.stdout, done.stdout
    finally:
        subprocess.run(["git", "rm", "--quiet", "--force", "handlers/untidy.py"], cwd=copy.folder, check=True)


@pytest.mark.executes("make texts", ".venv/bin/python scripts/texts.py")
def test_texts_are_gathered_and_all_are_translated(copy: Shell) -> None:
    copy.types(".venv/bin/python scripts/texts.py")
    copy.types("make texts")


@pytest.mark.executes("make configuration", "make guide", ".venv/bin/python -m bot.retries > docs/retries.md")
def test_pages_that_are_made_are_made_anew(copy: Shell) -> None:
    made = ("configuration.md", "guide.md", "guide.ru.md", "retries.md")
    for name in made:
        (copy.folder / "docs" / name).unlink()
    copy.types("make configuration")
    copy.types("make guide")
    copy.types(".venv/bin/python -m bot.retries > docs/retries.md")
    for name in made:
        assert (copy.folder / "docs" / name).read_bytes() == (ROOT / "docs" / name).read_bytes()


@pytest.mark.executes("make clean")
def test_clean_forgets_the_environment_and_nothing_else(tmp_path: Path) -> None:
    """In a folder of its own: whoever cleans the copy cleans for all tests that type there."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in (".venv/bin", ".mypy_cache/3.11", ".ruff_cache", "bot"):
        (tmp_path / name).mkdir(parents=True)
    Shell(tmp_path, {"PATH": os.environ["PATH"]}).types("make clean")
    assert {one.name for one in tmp_path.iterdir()} == {"Makefile", "bot"}


@pytest.mark.executes(".venv/bin/python -m bot --version")
def test_the_version_is_said_and_is_the_packages(copy: Shell) -> None:
    said = copy.types(".venv/bin/python -m bot --version").strip()
    assert said == RELEASE
    assert f'version = "{said}"' in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_each_setting_that_a_page_gives_is_taken(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those in blocks are in tests/deploy/test_docs.py; these are `NAME=value` in running text."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    token = f"123456789:{'A' * 35}"
    for name, value in re.findall(r"`([A-Z][A-Z_]+)=([^`]+)`", page.read_text(encoding="utf-8")):
        if name.lower() in Settings.model_fields:
            said = value if value != "…" else token
            (tmp_path / ".env").write_text(f"BOT_TOKEN={token}\n{name}={said}\n", encoding="utf-8")
            load_settings(tmp_path / ".env")


async def test_the_role_that_is_made_by_hand_is_enough(server_url: str, own_database: Database) -> None:
    """docs/migrations.md: the owner may not make roles; the statement is run as it stands there."""
    [statement] = [line for block in blocks("sql") for line in block.lines]
    role, password = re.fullmatch(r"CREATE ROLE (\w+) LOGIN PASSWORD '(.+?)' .*", statement).groups()  # type: ignore[union-attr]  # or it fails
    await run(server_url, statement)
    try:
        by_hand = make_url(own_database.owner_url).set(username=role, password=password)
        told = {
            "PATH": os.environ["PATH"], "BOT_TOKEN": "", "DATABASE_OWNER_URL": own_database.owner_url,
            "DATABASE_URL": by_hand.render_as_string(hide_password=False),
        }  # fmt: skip
        ended = await bot(*words_of(".venv/bin/python -m bot check"), environment=told)
        assert ended.code == 0, ended.printed
        assert "owns nothing, can't bypass" in ended.printed
    finally:
        await run(server_url, f"GRANT {role} TO CURRENT_USER")
        await run(own_database.owner_url, f"DROP OWNED BY {role}")
        await run(server_url, f"DROP ROLE {role}")
