"""The documents: links lead somewhere, commands exist, names are settings, generated pages are up to date."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.model_settings import model_config
from bot.settings import Settings, load_settings
from llm.models import ModelConfigError, build_model, close_model
from scripts import configuration, guide
from tests.flows.stage import ROOT

PAGES = sorted(
    file
    for pattern in ("*.md", "docs/*.md", "docs/adr/*.md")
    for file in ROOT.glob(pattern)
    if file.name != "CHANGELOG.md"
)
FENCE = re.compile(r"```\w*\n(.*?)```", re.DOTALL)
# where a test runs each command of the bot that a page names
RUN_BY = {
    "run": "tests/flows/test_turns.py", "claim": "tests/flows/test_access.py", "check": "tests/flows/test_commands.py",
    "agents": "tests/flows/test_turns.py", **dict.fromkeys(["rotate-webhook-secret"], "tests/flows/test_rotation.py"),
    **dict.fromkeys(("migrate", "backup", "restore"), "tests/flows/test_moving.py"),
}  # fmt: skip
# what the origin had, as docs/parity.md names it
PARITY = {
    "migrations for tasks", "row-level security", "indexes", "triggers", "agents", "cached lookups", "documents",
    "retries", "pipeline", "deployment with a health check after it", "pre-commit hooks", "secret rotation",
    "one form of error",
}  # fmt: skip
# names that belong to GitHub, Compose, the deployment or a library, and not to the bot's settings
OTHERS = {
    "POSTGRES_PASSWORD", "BOT_HOST", "DEPLOY_TO", "DEPLOY_SSH_KEY", "RAILWAY_TOKEN", "IMAGE", "TEST_DATABASE_URL",
    "FUZZ_UPDATES",
}  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        if "://" in target or target.startswith("mailto:"):
            continue
        name, _hash, heading = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        assert there.exists(), target
        if heading:
            assert heading in anchors(there), target


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def typed(page: Path) -> list[str]:
    """Commands in the page's blocks and in its running text."""
    text = page.read_text(encoding="utf-8")
    lines = [line.split("  #")[0].strip() for block in FENCE.findall(text) for line in block.splitlines()]
    return [*lines, *re.findall(r"`([^`\n]+)`", FENCE.sub("", text))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_exist(page: Path) -> None:
    for command in typed(page):
        words = re.sub(r"^\.venv/bin/", "", command).split()
        if words[:3] == ["python", "-m", "bot"]:
            names = [
                word for word in words[3:] if word.isascii() and word.islower() and not word.startswith("-")
            ]
            names = [name for name in names if "." not in name][: 2 if "agents" in names else 1]
            done = CliRunner().invoke(app, [*names, "--help"])
            assert done.exit_code == 0, command
        elif words[:1] == ["make"] and len(words) > 1 and words[1].isascii() and "=" not in words[1]:
            made = subprocess.run(["make", "--dry-run", words[1]], cwd=ROOT, capture_output=True, check=False)
            assert made.returncode == 0, command


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_command_of_the_bot_is_run_by_a_test(page: Path) -> None:
    for command in typed(page):
        words = re.sub(r"^(docker compose exec bot |\.venv/bin/)", "", command).split()
        if (
            words[:3] == ["python", "-m", "bot"]
            and len(words) > 3
            and words[3].isascii()
            and words[3].islower()
        ):
            said = [f'"{word}"' for word in words[3 : 5 if words[3] == "agents" else 4]]
            assert ", ".join(said) in (ROOT / RUN_BY[words[3]]).read_text(encoding="utf-8"), command


def test_each_line_of_parity_names_what_answers_it_and_its_test() -> None:
    page = ROOT / "docs" / "parity.md"
    lines = [line.strip("|").split("|") for line in page.read_text(encoding="utf-8").splitlines()[4:]]
    assert {there.strip().split(":")[0].split(",")[0] for there, _here, _shown in lines} >= PARITY
    for there, here, shown in lines:
        answers = re.findall(r"\]\(([^)#]+)", here)
        tests = [(page.parent / name).resolve() for name in re.findall(r"\]\(([^)#]+)", shown)]
        assert answers, there
        assert tests, there
        for test in tests:
            files = [test] if test.is_file() else list(test.glob("test_*.py"))
            assert test.is_relative_to(ROOT / "tests"), there
            assert files, there
            assert all("def test_" in file.read_text(encoding="utf-8") for file in files), there


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_names_in_capitals_are_settings(page: Path) -> None:
    for name in re.findall(r"`([A-Z][A-Z]+(?:_[A-Z]+)+)(?:=[^`]*)?`", page.read_text(encoding="utf-8")):
        assert name.lower() in Settings.model_fields or name in OTHERS, name


def test_the_page_of_faults_names_tests_that_there_are() -> None:
    page = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    rows = [
        line
        for line in page.splitlines()
        if line.startswith("| ") and not line.startswith(("| fault", "| entry"))
    ]
    assert rows
    for row in rows:
        shown_by = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row)
        assert shown_by, row
        for file, name in shown_by:
            assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), name


def test_the_page_of_settings_is_up_to_date() -> None:
    assert configuration.PAGE.read_text(encoding="utf-8") == configuration.page()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_guide_says_what_help_says(language: str) -> None:
    assert guide.PAGES[language].read_text(encoding="utf-8") == guide.page(language)


RECIPES = [
    block
    for block in FENCE.findall((ROOT / "docs/cookbook.md").read_text(encoding="utf-8"))
    if "MODEL=" in block
]


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.split("\n")[0])
async def test_each_recipe_builds_its_model(
    recipe: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    (tmp_path / ".env").write_text(recipe.replace("…", "key").replace("<folder>", "b1g"), encoding="utf-8")
    config = model_config(load_settings(tmp_path / ".env"))
    if str(config.model).startswith("anthropic") and find_spec("anthropic") is None:
        with pytest.raises(ModelConfigError, match="not installed"):  # an extra, as the page says
            build_model(config)
        return
    model = build_model(config)
    assert model.model_name == str(config.model).partition(":")[2]
    assert config.base_url is None or str(model.base_url).rstrip("/") == config.base_url
    await close_model(model)


def test_the_version_is_said_and_is_the_packages() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "bot", "--version"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    assert f'version = "{said}"' in (ROOT / "pyproject.toml").read_text()
