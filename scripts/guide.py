"""docs/guide.md and docs/guide.ru.md from the very texts of /help.

`python scripts/guide.py` rewrites the pages; `--check` fails when they are out of date.
"""

import sys
from pathlib import Path

from handlers.help import TOPICS
from handlers.texts import gettext, speaking

ROOT = Path(__file__).parent.parent
HEADS = {
    "en": """# What each command does

The texts of `/help`, as the bot says them. In private a line that says without doubt what it is needs no command,
Russian words work as commands too (`/задача`), and `{name}` stands for the bot's name.
""",
    "ru": """# Что делает каждая команда

Тексты `/help`, как их говорит бот. В личном чате строке, которая без сомнений говорит, что она такое, команда не нужна;
русские слова тоже работают как команды (`/задача`), `{name}` – имя бота.
""",
}
PAGES = {"en": ROOT / "docs" / "guide.md", "ru": ROOT / "docs" / "guide.ru.md"}


def page(language: str) -> str:
    """A heading for each topic, a line for each thing that may be said."""
    with speaking(language):
        parts = [HEADS[language]]
        for topic in TOPICS.values():
            lines = "".join(f"- {gettext(line)}\n" for line in topic.lines)
            parts.append(f"\n## {gettext(topic.name)}\n\n{lines}")
    return "".join(parts)


if __name__ == "__main__":
    for language, file in PAGES.items():
        if "--check" not in sys.argv:
            file.write_text(page(language), encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != page(language):
            sys.exit(f"{file.name} is out of date; run: make guide")
