"""The documents: links lead somewhere, commands exist, names are settings, generated pages are up to date."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from bot.model_settings import model_config
from bot.settings import Settings, load_settings
from crm.agents.files import check_all
from llm.choices import offer_of
from llm.models import ModelConfig, ModelConfigError, build_model, close_model
from llm.registry import read_registry
from scripts import configuration, guide
from tests.documents import KINDS, PAGES, ROOT, blocks, commands, is_command, typed_by

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


def test_each_block_says_what_it_holds() -> None:
    drawings = {"docs/architecture.md", "docs/adr/0001-the-house.md"}
    for block in blocks():
        assert block.kind in KINDS or (not block.kind and block.page in drawings), block


@pytest.mark.parametrize("command", commands())
def test_each_command_is_typed_by_a_test(command: str) -> None:
    """A new command in a page needs a test that types it: `@pytest.mark.executes` (tests/documents.py)."""
    assert typed_by().get(command), (
        f"no test types {command!r}, which stands in {', '.join(commands()[command])}"
    )


def test_no_test_types_what_stands_nowhere_any_more() -> None:
    assert typed_by().keys() - commands().keys() == set()


def test_a_command_is_known_from_what_only_looks_like_one() -> None:
    told = (
        "make lint",
        ".venv/bin/prek install",
        "docker compose up -d",
        "deploy/release.sh",
        "curl -f http://x/readyz",
        "nomad job run -detach x",
    )
    assert all(is_command(said) for said in told)
    names = (
        "make",
        "docker compose …",
        "pg_trgm",
        "SELECT … FOR UPDATE",
        "handlers/tasks.py",
        "/task call Anna",
    )
    assert not any(is_command(said) for said in names)


def test_each_decision_is_listed() -> None:
    folder = ROOT / "docs" / "adr"
    listed = re.findall(r"\]\(([^)]+)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(page.name for page in folder.glob("0*.md"))


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


RECIPES = ["\n".join(block.lines) for block in blocks("ini")]
MODELS = [recipe for recipe in RECIPES if recipe.startswith("MODEL=")]


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.split("\n")[0])
def test_each_recipe_is_made_of_settings(
    recipe: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    names = {line.partition("=")[0].lower() for line in recipe.splitlines()}
    assert names <= Settings.model_fields.keys()
    (tmp_path / ".env").write_text(recipe.replace("…", "key"), encoding="utf-8")
    assert names <= load_settings(tmp_path / ".env").model_fields_set


async def test_each_assistant_of_a_recipe_can_be_imported() -> None:
    offer = offer_of(ModelConfig())
    for block in blocks("yaml"):
        read = read_registry("\n".join(block.lines))
        await check_all(read, offer)


@pytest.mark.parametrize("recipe", MODELS, ids=lambda recipe: recipe.split("\n")[0])
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
