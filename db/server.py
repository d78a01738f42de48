"""The embedded PostgreSQL: the wheel's binaries, our own lifecycle, one folder of data."""

import os
import secrets
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy.engine import URL

from db import systems
from db.binaries import BinariesMissing, find_binaries, program

OWNER = "switchboard_owner"
START_TIMEOUT = 60.0  # seconds; recovery after a power cut is the slow case
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}  # otherwise lower() and trigrams fail on Cyrillic


class ServerError(Exception):
    """The database can't be had; one line for the operator that names DATA_DIR or DATABASE_URL."""


class ServerHeld(ServerError):
    """Another process runs the server of this DATA_DIR; `owner_url_of` finds it."""


@dataclass(slots=True)
class Server:
    """A running server that ends with this process (Linux) or with `stop()`."""

    port: int
    password: str
    process: subprocess.Popen[bytes]
    lock: IO[str]
    binaries: Path
    folder: Path

    def owner_url(self, database: str) -> str:
        """A URL of the owner's: no superuser, but may create roles and databases."""
        return _owner_url(self.password, self.port, database)

    def stop(self) -> None:
        """A fast shutdown; the lock on DATA_DIR is given back."""
        if self.process.poll() is None:
            systems.end(self.process, lambda: _stop(self.binaries, self.folder))
            self.process.wait(START_TIMEOUT)
        self.lock.close()


def start_server(
    data_dir: Path, *, say: Callable[[str], None], durable: bool = True, port: int = 0
) -> Server:
    """Start PostgreSQL on DATA_DIR/postgres, making the folder on the first start.

    Call it from the main thread: on Linux the server is told to end when the thread that started it ends.
    `durable=False` is for tests. `port` 0 takes a free one. Raises ServerError; deletes nothing.
    """
    try:
        binaries = find_binaries(data_dir)
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = _lock(data_dir)
    except BinariesMissing as missing:
        raise ServerError(str(missing)) from None
    except OSError as fault:
        raise ServerError(
            f"DATA_DIR: {data_dir} can't be written ({fault.strerror}); name another folder."
            " Example: DATA_DIR=/var/lib/switchboard"
        ) from None
    try:
        folder = data_dir / "postgres"
        password = _password(data_dir)
        if not folder.exists():
            say("database: making it (first start)")
            _init(binaries, data_dir, folder, password)
        _check_version(binaries, folder)
        _wait_for_the_last_one(binaries, folder)
        port = port or _free_port()
        process = _launch(binaries, folder, port, durable=durable)
        _wait_until_ready(process, port, folder)
        _make_owner(binaries, folder, port, password)
    except OSError as fault:
        lock.close()
        raise ServerError(f"DATA_DIR: {data_dir}: {fault.strerror or fault}") from None
    except ServerError:
        lock.close()
        raise
    return Server(port=port, password=password, process=process, lock=lock, binaries=binaries, folder=folder)


def owner_url_of(data_dir: Path, database: str) -> str:
    """The owner's URL on the server that another process runs on DATA_DIR. Raises ServerError."""
    try:
        port = int((data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[3])
        password = (data_dir / "postgres.password").read_text().strip()
    except (OSError, ValueError, IndexError):
        raise ServerError(
            f"DATA_DIR: the server in {data_dir} is just starting or stopping; try again"
        ) from None
    return _owner_url(password, port, database)


def _owner_url(password: str, port: int, database: str) -> str:
    # it speaks no TLS; to prepare for it all the same keeps the event loop busy for 20 ms with each connection
    unsealed = {"sslmode": "disable"}
    url = URL.create("postgresql", OWNER, password, "127.0.0.1", port, database, unsealed)
    return url.render_as_string(hide_password=False)


def _lock(data_dir: Path) -> IO[str]:
    """Hold DATA_DIR for this process."""
    try:
        return systems.hold(data_dir / "switchboard.lock")
    except systems.Locked as locked:
        raise ServerHeld(
            f"DATA_DIR: {data_dir} is held by process {locked.holder}; stop it or name another folder."
            " Example: DATA_DIR=/var/lib/switchboard-2"
        ) from None


def _password(data_dir: Path) -> str:
    path = data_dir / "postgres.password"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(24))
    return path.read_text().strip()


def _init(binaries: Path, data_dir: Path, folder: Path, password: str) -> None:
    """initdb into a neighbouring folder, then rename: a kill in between leaves nothing half-made in place."""
    half = data_dir / f"postgres.{os.getpid()}.{time.time_ns()}"
    half.mkdir(mode=0o700)
    secret = half.with_suffix(".pw")
    secret.write_text(password)
    user = systems.server_user()
    for given in (half, secret):
        systems.give(given, user)
    command = [
        program(binaries, "initdb"), "-D", str(half), "-U", "postgres", f"--pwfile={secret}",
        "--auth=scram-sha-256", "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
        "--lc-collate=C", "--lc-ctype=C.UTF-8",
    ]  # fmt: skip
    done = subprocess.run(  # noqa: S603 - our own binary and arguments
        command,
        env=os.environ | _ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        cwd=data_dir.anchor or "/",
        **systems.run_as(user),
    )
    secret.unlink()
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        hint = " (as root the server runs as nobody, who must be able to enter it)" if user else ""
        raise ServerError(f"DATA_DIR: the database could not be made in {data_dir}{hint}: {last}")
    half.rename(folder)


def _check_version(binaries: Path, folder: Path) -> None:
    try:
        written_by = (folder / "PG_VERSION").read_text().strip()
    except OSError:
        raise ServerError(
            f"DATA_DIR: {folder} is no database folder; move it away or restore a backup"
        ) from None
    version = [program(binaries, "postgres"), "--version"]
    shipped = subprocess.run(version, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own binary
    if shipped.split()[-1].split(".")[0] != written_by:
        raise ServerError(f"DATA_DIR: {folder} is of PostgreSQL {written_by}, and this is {shipped.strip()}")


def _wait_for_the_last_one(binaries: Path, folder: Path) -> None:
    """After kill -9 of the bot its server is still ending; where the system doesn't end it, we do. We hold the
    lock on DATA_DIR, so nobody uses it."""
    pid = 0
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        try:
            pid = int((folder / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return
        if not systems.is_running(pid, folder):
            return
        if not systems.ENDS_WITH_US:
            _stop(binaries, folder)
        time.sleep(0.05)
    raise ServerError(f"DATA_DIR: process {pid} still runs a server on {folder}; stop it")


def _stop(binaries: Path, folder: Path) -> None:
    """A fast shutdown by PostgreSQL's own program, waited for."""
    subprocess.run(  # noqa: S603 - our own binary
        [program(binaries, "pg_ctl"), "stop", "-m", "fast", "-w", "-D", str(folder)],
        env=os.environ | _ENVIRONMENT,
        capture_output=True,
        check=False,
        cwd=folder.anchor or "/",
        **systems.run_as(systems.server_user()),
    )


def _launch(binaries: Path, folder: Path, port: int, *, durable: bool) -> subprocess.Popen[bytes]:
    settings = {
        "listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": "",
        "password_encryption": "scram-sha-256",  # pragma: allowlist secret - the name of a method
        "shared_buffers": "64MB", "max_connections": "100",
        "log_min_messages": "warning", "log_statement": "none", "timezone": "UTC", "max_wal_size": "256MB",
    }  # fmt: skip
    if not durable:
        settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
    command = [program(binaries, "postgres"), "-D", str(folder)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with (folder.parent / "postgres.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - our own binary and arguments
            command,
            env=os.environ | _ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder.anchor or "/",
            **systems.started_as(systems.server_user()),
        )


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServerError(f"DATA_DIR: PostgreSQL ended at once on {folder}: {_last_words(folder)}")
        if _accepts(port, folder):
            return
        time.sleep(0.02)
    process.terminate()
    raise ServerError(f"DATA_DIR: PostgreSQL on {folder} was not ready within {START_TIMEOUT:.0f} s")


def _accepts(port: int, folder: Path) -> bool:
    """The eighth line of postmaster.pid says 'ready' once the server takes connections."""
    try:
        lines = (folder / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready" and lines[3].strip() == str(port)


def _last_words(folder: Path) -> str:
    lines = (folder.parent / "postgres.log").read_text(errors="replace").strip().splitlines()
    telling = [line for line in lines if "FATAL" in line or "PANIC" in line or "could not" in line]
    return (telling or lines or ["no reason given"])[0]


def _make_owner(binaries: Path, folder: Path, port: int, password: str) -> None:
    """The owner of everything: may make roles and databases, but is no superuser."""
    made = folder / "switchboard.owner"
    if made.exists():
        return
    command = [program(binaries, "psql"), "-qXv", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(port)]
    done = subprocess.run(  # noqa: S603 - our own binary
        [*command, "-U", "postgres", "postgres"],
        input=f"DROP ROLE IF EXISTS {OWNER}; CREATE ROLE {OWNER} LOGIN CREATEROLE CREATEDB PASSWORD '{password}';",
        env=os.environ | _ENVIRONMENT | {"PGPASSWORD": password},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ServerError(f"DATA_DIR: the owner's role could not be made: {done.stderr.strip()}")
    made.touch()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
