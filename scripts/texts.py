"""Texts: gathers every gettext call into locales/*.po, and checks that none is missing a translation.

`python scripts/texts.py` rewrites the catalogues; `--check` only looks, and fails when a text of the code is
missing from a catalogue, is untranslated or fuzzy, or when a catalogue holds one the code no longer uses.
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
LANGUAGES = ("ru",)  # English is the language of the msgids themselves, plurals included
SOURCES = ("bot", "crm", "db", "handlers", "llm")
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}


def gather() -> Catalog:
    """Every text in the sources, with the places it comes from (file names without line numbers)."""
    found = Catalog(project="switchboard", charset="utf-8")
    for source in SOURCES:
        for name, _line, message, comments, context in extract_from_dir(
            str(ROOT / source), method_map=[("**.py", "python")], keywords=KEYWORDS, comment_tags=("Note:",)
        ):
            found.add(message, None, [(f"{source}/{name}", 0)], auto_comments=comments, context=context)
    return found


def catalogue_path(language: str) -> Path:
    return ROOT / "locales" / language / "LC_MESSAGES" / "messages.po"


def rewrite(language: str, found: Catalog) -> None:
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue = Catalog(
        locale=language, project="switchboard", header_comment="# Switchboard, texts", fuzzy=False
    )
    if path.exists():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
    catalogue.update(found, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    with path.open("wb") as file:
        write_po(file, catalogue, width=110, omit_header=False, sort_output=True, include_lineno=False)


def faults(language: str, found: Catalog) -> list[str]:
    path = catalogue_path(language)
    if not path.exists():
        return [f"{path.relative_to(ROOT)} is missing"]
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    wrong = [f"not in the catalogue: {text.id!r}" for text in found if text.id and text.id not in catalogue]
    wrong += [f"no longer used: {text.id!r}" for text in catalogue if text.id and text.id not in found]
    for text in catalogue:
        if text.id and (
            text.fuzzy or not text.string or (isinstance(text.string, tuple) and not all(text.string))
        ):
            wrong.append(f"not translated: {text.id!r}")
        wrong += [f"{error} in {text.id!r}" for error in text.check(catalogue)] if text.id else []
    return wrong


def main() -> int:
    found = gather()
    if "--check" not in sys.argv:
        for language in LANGUAGES:
            rewrite(language, found)
        return 0
    wrong = [f"{language}: {fault}" for language in LANGUAGES for fault in faults(language, found)]
    sys.stderr.write("".join(f"{line}\n" for line in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
