"""docs/configuration.md from the settings themselves and what .env.example says of each.

`python scripts/configuration.py` rewrites the page; `--check` fails when it is out of date.
"""

import re
import sys
from pathlib import Path
from typing import Any

from pydantic_core import PydanticUndefined

from bot.settings import Settings

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "configuration.md"
HEAD = """# Configuration

Made by `make configuration` from the settings and [.env.example](../.env.example). Each name may stand in the
environment or in `.env` beside the program; the environment wins, and an empty value counts as unset. A wrong value
stops the start with one line that names it.
"""


def page() -> str:
    """The whole page, in the order and under the headings of .env.example."""
    parts, said = [HEAD], list[str]()
    for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"# --- (.+) ---", line):
            parts.append(f"\n## {heading[1]}\n\n| name | meaning | unset | example |\n|---|---|---|---|\n")
            said = []
        elif setting := re.match(r"#?([A-Z_]+)=(.*)", line):
            meaning = " ".join(said) or "as above"
            row = f"| `{setting[1]}` | {meaning} | {_default(setting[1])} | {_code(setting[2])} |"
            is_example = re.search(r"//\w+:\w+@", setting[2])  # looks like a secret to whoever scans for them
            parts.append(row + (" <!-- pragma: allowlist secret -->\n" if is_example else "\n"))
            said = []
        elif line.startswith("# "):
            said.append(line[2:].replace("|", r"\|"))
    return "".join(parts)


def _default(name: str) -> str:
    field = Settings.model_fields.get("http_port" if name == "PORT" else name.lower())
    value: Any = PydanticUndefined if field is None else field.default
    if value is PydanticUndefined or value is None or value == ():
        return "–"
    return _code(str(value))


def _code(text: str) -> str:
    return f"`{text}`" if text else "–"


if __name__ == "__main__":
    made = page()
    if "--check" in sys.argv:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != made:
            sys.exit("docs/configuration.md is out of date; run: make configuration")
    else:
        PAGE.write_text(made, encoding="utf-8")
