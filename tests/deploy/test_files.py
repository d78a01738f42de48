"""What is deployed and how, read by the linters of each kind of file. No container engine and no network is asked."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.flows.stage import ROOT

BIN = ROOT / ".venv" / "bin"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def lint(*command: str | Path) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dockerfile() -> None:
    lint(BIN / "hadolint", "Dockerfile")


@pytest.mark.parametrize(
    ("schema", "name"),
    [
        ("compose-spec", "compose.yaml"),
        ("github-issue-forms", ".github/ISSUE_TEMPLATE/fault.yml"),
        ("github-issue-forms", ".github/ISSUE_TEMPLATE/wish.yml"),
        ("github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
        *(("github-workflows", str(file.relative_to(ROOT))) for file in WORKFLOWS),
    ],
)
def test_each_file_is_of_its_schema(schema: str, name: str) -> None:
    lint(BIN / "check-jsonschema", "--builtin-schema", f"vendor.{schema}", name)


def test_every_job_has_a_time_limit() -> None:
    lint(
        BIN / "check-jsonschema",
        "--builtin-schema",
        "custom.github-workflows-require-timeout",
        *WORKFLOWS[1:],
    )


def test_the_workflows_are_safe() -> None:
    lint(BIN / "zizmor", "--offline", "--quiet", ".github")


def test_actions_are_pinned_by_commit() -> None:
    used = [use for file in WORKFLOWS for use in re.findall(r"uses: (\S+)", file.read_text())]
    assert used
    assert all(re.search(r"@[0-9a-f]{40}$", use) or use.startswith("./") for use in used)


def test_no_password_of_compose_works_by_itself() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            assert "PASSWORD" not in name or ":?" in value
    assert ":?" in compose["services"]["bot"]["environment"]["DATABASE_URL"]


def test_the_bot_of_compose_waits_for_its_database_and_its_schema_and_may_write_nowhere_else() -> None:
    bot = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["bot"]
    assert bot["read_only"] is True
    assert bot["cap_drop"] == ["ALL"]
    assert bot["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert "ports" not in bot  # or it could not be scaled
    assert "container_name" not in bot
