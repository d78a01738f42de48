"""What differs between Linux, macOS and Windows around a server of our own: locks, users, and how it ends."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
ENDS_WITH_US = sys.platform == "linux"  # the kernel ends the server with the process that started it


class Locked(Exception):
    """Another process holds the file; `holder` is what it wrote there."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


@dataclass(frozen=True, slots=True)
class ServerUser:
    """Whom the server runs as when we are root, which PostgreSQL refuses to be."""

    uid: int
    gid: int


def hold(path: Path) -> IO[str]:
    """Lock a file for this process, with our id in it; the system gives it back however we end. Raises Locked."""
    lock = path.open("a+")
    try:
        _lock(lock)
    except OSError:
        lock.seek(0)
        holder = lock.read().strip()
        lock.close()
        raise Locked(holder or "another process") from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def server_user() -> ServerUser | None:
    """nobody, when we are root; None is whoever we are."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    import pwd

    nobody = pwd.getpwnam("nobody")
    return ServerUser(nobody.pw_uid, nobody.pw_gid)


def user_is_known() -> bool:
    """PostgreSQL looks its user up; a bare number, as some containers run under, has no entry."""
    if sys.platform == "win32":
        return True
    import pwd

    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        return False
    return True


def give(path: Path, user: ServerUser | None) -> None:
    """Make it the server's."""
    if sys.platform != "win32" and user is not None:
        os.chown(path, user.uid, user.gid)


def started_as(user: ServerUser | None) -> dict[str, Any]:
    """How subprocess is to start the server: as its user, apart from our terminal, ended with us where that is to
    be had. Call from the main thread: on Linux the server ends when the thread that started it does."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"preexec_fn": _prepare(user), "start_new_session": True}


def run_as(user: ServerUser | None) -> dict[str, Any]:
    """The same for a program that ends by itself."""
    return {} if user is None else {"user": user.uid, "group": user.gid}


def is_running(pid: int, folder: Path) -> bool:
    """Whether a server of that folder still runs under the number, as far as the system tells."""
    if sys.platform == "win32":
        listed = subprocess.run(  # noqa: S603 - the system's own program and a number
            ["tasklist", "/FI", f"PID eq {pid}", "/NH"],  # noqa: S607 - it is on every Windows
            capture_output=True, text=True, check=False,
        ).stdout  # fmt: skip
        return "postgres" in listed
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    command = Path(f"/proc/{pid}/cmdline")
    # the number may have been given to another program since
    return not command.exists() or str(folder) in command.read_bytes().decode(errors="replace")


def end(process: subprocess.Popen[bytes], stop: Callable[[], None]) -> None:
    """Ask the server for a fast shutdown; Windows has no signals, so there `stop` has pg_ctl ask."""
    if sys.platform == "win32":
        stop()
    else:
        process.send_signal(signal.SIGINT)


def _lock(lock: IO[str]) -> None:
    if sys.platform == "win32":
        import msvcrt

        lock.seek(1 << 20)  # what is locked there can't be read: a place far behind what we write
        msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _prepare(user: ServerUser | None) -> Callable[[], None]:
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def prepare() -> None:
        if sys.platform != "win32" and user is not None:
            os.setgroups([])
            os.setgid(user.gid)
            os.setuid(user.uid)  # before prctl: a change of user clears the death signal
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)

    return prepare
