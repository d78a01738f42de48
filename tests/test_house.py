"""The house: its rooms on disk are the rooms the import contracts know."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
NOT_CODE = {"locales", "migrations", "tests", "benchmarks", "docs", "scripts"}


def test_every_top_level_package_is_under_the_import_contracts() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - NOT_CODE
    assert packages == set(contracts["root_packages"])


def test_no_room_is_named_for_a_mechanism() -> None:
    vague = {"utils", "services", "helpers", "common", "managers", "middlewares", "keyboards"}
    rooms = {
        path
        for package in ("bot", "handlers", "crm", "db", "llm", "playground")
        for path in (ROOT / package).rglob("*")
    }
    assert not {path for path in rooms if path.stem in vague}
