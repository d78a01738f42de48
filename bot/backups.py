"""Backups that make themselves: each night and before each change of the schema, of the embedded database."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from bot.release import RELEASE
from db.backups import BackupError, back_up

log = structlog.get_logger()
KEPT = timedelta(days=7)
EVERY = timedelta(days=1)
LOOK = 600.0  # seconds between looks at whether one is due
NIGHTLY, MADE = "nightly", "%Y%m%d-%H%M%S"


async def back_up_into(folder: Path, owner_url: str, kind: str) -> Path:
    """A backup named by its kind and time (UTC) in a folder only its owner may read. Raises BackupError."""
    _make(folder)
    file = folder / f"{kind}-{datetime.now(UTC):{MADE}}.zip"
    await back_up(owner_url, file, release=RELEASE)
    return file


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise BackupError(f"DATA_DIR: {folder} can't be written ({fault.strerror})") from None


async def keep_nightly(folder: Path, owner_url: str, clock: Callable[[], datetime]) -> None:
    """For as long as the bot runs. One that fails is said and tried again at the next look."""
    while True:
        try:
            if is_due(folder, clock()):
                file = await back_up_into(folder, owner_url, NIGHTLY)
                log.info("backup_made", file=file.name)
            forget_old(folder, clock())
        except Exception as fault:  # a full disk or a restarting server must not end the backups for good
            log.warning("backup_failed", reason=type(fault).__name__)
        await asyncio.sleep(LOOK)


def is_due(folder: Path, now: datetime) -> bool:
    """Whether the last nightly one is a day old, or there is none."""
    return all(now - made >= EVERY for made, _file in _nightly(folder))


def forget_old(folder: Path, now: datetime) -> None:
    """Delete nightly ones older than KEPT; the newest stays whatever its age, and so does every other kind."""
    for made, file in _nightly(folder)[:-1]:
        if now - made > KEPT:
            file.unlink(missing_ok=True)


def _nightly(folder: Path) -> list[tuple[datetime, Path]]:
    """Oldest first; files that are called otherwise are somebody's own."""
    found = []
    for file in folder.glob(f"{NIGHTLY}-*.zip"):
        with suppress(ValueError):
            found.append((datetime.strptime(file.stem, f"{NIGHTLY}-{MADE}").replace(tzinfo=UTC), file))
    return sorted(found)
