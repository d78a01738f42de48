"""Comments: what they name in the code is there."""

import io
import re
import tokenize
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parent.parent
HOUSE = ("bot", "crm", "db", "handlers", "llm", "playground")
_NAMED = re.compile(
    r"(?<![\w./@])(?:crm|db|handlers|llm)(?:\.[a-z_]+)+(?:\.[A-Z]\w*)?(?:\.[a-z_]+)?\b(?![/(.]\w)"
)


def is_there(name: str) -> bool:
    parts = name.split(".")
    known = 1
    while known < len(parts) and find_spec(".".join(parts[: known + 1])) is not None:
        known += 1
        if not hasattr(import_module(".".join(parts[:known])), "__path__"):
            break
    found: object = import_module(".".join(parts[:known]))
    for part in parts[known:]:
        if not hasattr(found, part):
            return part in getattr(found, "__annotations__", {})
        found = getattr(found, part)
    return True


def said(path: Path) -> list[str]:
    """Comments and the texts in triple quotes of a file."""
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
    return [
        one.string
        for one in tokens
        if one.type == tokenize.COMMENT or (one.type == tokenize.STRING and one.string.startswith('"""'))
    ]


def test_what_comments_name_is_there() -> None:
    files = [path for folder in HOUSE for path in (ROOT / folder).rglob("*.py")]
    named = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in files
        for words in said(path)
        for name in _NAMED.findall(words)
        if not name.endswith((".py", ".com", ".org"))
    }
    assert len(named) > 50
    assert [f"{path}: {name}" for path, name in sorted(named) if not is_there(name)] == []


def test_a_name_that_moved_is_found_out() -> None:
    assert is_there("crm.deliveries.LEASE")
    assert not is_there("crm.reminders.LEASE")
