"""The embedded server: fresh, warm, after kill -9, held by another, and when its folder can't be used."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from db.server import OWNER, ServerError, start_server

ROOT = Path(__file__).parent.parent.parent
HOLD = (
    "import sys, time; from pathlib import Path; from db.server import start_server\n"
    "server = start_server(Path(sys.argv[1]), say=print); print('ready', flush=True); time.sleep(60)"
)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the server's user may enter, also as root."""
    with tempfile.TemporaryDirectory(prefix="switchboard-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def quiet(_line: str) -> None:
    return None


async def test_fresh_then_warm_the_owner_is_no_superuser_and_cyrillic_is_folded(folder: Path) -> None:
    said: list[str] = []
    for _ in range(2):
        server = start_server(folder, say=said.append)
        link = await asyncpg.connect(server.owner_url("postgres"))
        assert await link.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = $1", OWNER) is False
        assert await link.fetchval("SELECT lower('ЁЖ')") == "ёж"
        await link.close()
        server.stop()
    assert len(said) == 1
    assert oct((folder / "postgres.password").stat().st_mode)[-3:] == "600"


def test_a_second_start_says_who_holds_the_folder(folder: Path) -> None:
    server = start_server(folder, say=quiet)
    try:
        with pytest.raises(ServerError, match=f"held by process {os.getpid()}"):
            start_server(folder, say=quiet)
    finally:
        server.stop()


def test_where_the_system_does_not_end_a_server_left_behind_we_do(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """macOS and Windows, after a kill -9: the lock is free and the server still runs."""
    monkeypatch.setattr("db.systems.ENDS_WITH_US", False)
    left = start_server(folder, say=quiet)
    left.lock.close()
    server = start_server(folder, say=quiet)
    try:
        assert left.process.wait(10) == 0
        assert server.process.poll() is None
    finally:
        server.stop()


def test_after_kill_9_of_its_process_the_server_ends_and_the_next_start_works(folder: Path) -> None:
    told = [sys.executable, "-c", HOLD, str(folder)]
    with subprocess.Popen(told, cwd=ROOT, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        try:
            assert any(b"ready" in line for line in holder.stdout)
            postmaster = int((folder / "postgres" / "postmaster.pid").read_text().split()[0])
        finally:
            holder.send_signal(signal.SIGKILL)
    server = start_server(folder, say=quiet)
    try:
        assert server.process.pid != postmaster
        ended = Path(f"/proc/{postmaster}/cmdline")
        assert not ended.exists() or ended.read_bytes() == b""  # gone, or gone and not yet collected by init
    finally:
        server.stop()


def test_a_corrupt_folder_is_one_clear_line_and_nothing_is_deleted(folder: Path) -> None:
    start_server(folder, say=quiet).stop()
    control = folder / "postgres" / "global" / "pg_control"
    control.write_bytes(b"")
    with pytest.raises(ServerError, match=r"^DATA_DIR: .*ended at once.*") as caught:
        start_server(folder, say=quiet)
    assert "\n" not in str(caught.value)
    assert control.exists()


def test_a_folder_of_another_version_is_named(folder: Path) -> None:
    start_server(folder, say=quiet).stop()
    (folder / "postgres" / "PG_VERSION").write_text("12\n")
    with pytest.raises(ServerError, match="is of PostgreSQL 12"):
        start_server(folder, say=quiet)


def test_a_folder_that_is_no_database(folder: Path) -> None:
    (folder / "postgres").mkdir()
    with pytest.raises(ServerError, match="is no database folder"):
        start_server(folder, say=quiet)


def test_a_full_disk_is_one_clear_line(folder: Path) -> None:
    """A limit on the size of files stands for a disk without room: writing fails in the middle of initdb."""
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))\n{HOLD}"
    done = subprocess.run(
        [sys.executable, "-c", limited, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("db.server.ServerError: DATA_DIR: the database could not be made")
    server = start_server(folder, say=quiet)  # with room again, the same folder works
    server.stop()
