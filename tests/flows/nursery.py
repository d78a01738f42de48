"""The nursery: one process that has imported the bot, and forks another for each bot that a test starts.

Importing is most of what a start costs, ten seconds of a busy machine; forked, a bot answers within a second or two, so
that replicas can be killed as fast as a campaign wants. What is forked is a process of its own like any other: it can
be stopped, frozen and killed. Elsewhere than on Linux each bot is started afresh.
"""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO, Any, NoReturn, Protocol

ROOT = Path(__file__).parent.parent.parent
IMPORTED = (
    "bot.startup", "bot.app", "bot.http", "bot.menu", "bot.polling", "bot.webhook_setting", "db.backups", "db.migrate",
    "db.breaker", "db.storage", "llm.registry", "alembic.command", "alembic.autogenerate", "crm.grammar.names",
)  # fmt: skip


class Process(Protocol):
    """A bot that runs, as subprocess.Popen has it."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int) -> None: ...
    def terminate(self) -> None: ...


def spawn(environment: Mapping[str, str], log: IO[bytes]) -> Process:
    """`python -m bot run` with nothing but that environment; what it says goes to the end of the log."""
    if sys.platform == "linux":
        return _nursery().spawn(environment, Path(log.name))
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=ROOT, env=dict(environment), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
    )  # fmt: skip


@dataclass(slots=True)
class Forked:
    """A child of the nursery's. `ended` is the file in which the nursery writes down how it ended."""

    pid: int
    ended: Path

    def poll(self) -> int | None:
        """The exit code, below zero for a signal; None while it runs."""
        return int(self.ended.read_text()) if self.ended.exists() else None

    def wait(self, timeout: float | None = None) -> int:
        deadline = time.monotonic() + (timeout if timeout is not None else 3600)
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(f"bot {self.pid}", timeout or 0)
            time.sleep(0.01)
        return code

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class Nursery:
    """This process's end of it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="switchboard-nursery-")
        self._one_at_a_time = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.flows.nursery", self._folder.name],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip

    def spawn(self, environment: Mapping[str, str], log: Path) -> Forked:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._one_at_a_time:
            self._process.stdin.write(json.dumps({"environment": dict(environment), "log": str(log)}) + "\n")
            self._process.stdin.flush()
            number, pid = self._process.stdout.readline().split()
        return Forked(int(pid), Path(self._folder.name) / number)

    def close(self) -> None:
        """Whatever it has forked ends with it."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait(10)
        self._folder.cleanup()


_there: list[Nursery] = []


def _nursery() -> Nursery:
    if not _there:
        _there.append(Nursery())
        atexit.register(_there[0].close)
    return _there[0]


def _look_after(folder: Path) -> None:
    """The process itself: forks when it is told to, and writes down who ended how, until its input ends."""
    for name in IMPORTED:
        __import__(name)
    woken, wakes = socket.socketpair()
    woken.setblocking(False)
    wakes.setblocking(False)
    signal.set_wakeup_fd(wakes.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C at the tests ends our input soon enough
    children: dict[int, int] = {}  # process id -> number
    numbers = count()
    read = b""
    while True:
        ready = _wait_for(0, woken)
        if ready == "child":
            _note_ends(children, folder)
            continue
        got = os.read(0, 65536)
        if not got:
            break
        *lines, read = (read + got).split(b"\n")
        for line in lines:
            number, pid = next(numbers), os.fork()
            if pid == 0:
                for end in (woken, wakes):
                    end.close()
                _be_born(json.loads(line))
            children[pid] = number
            os.write(1, f"{number} {pid}\n".encode())
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def _wait_for(orders: int, woken: socket.socket) -> str:
    ready, _, _ = select.select([orders, woken], [], [])
    if woken in ready:
        woken.recv(4096)
        return "child"
    return "order"


def _note_ends(children: dict[int, int], folder: Path) -> None:
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        number = children.pop(pid)
        new = folder / f"{number}.new"
        new.write_text(str(os.waitstatus_to_exitcode(status)))
        new.rename(folder / str(number))


def _be_born(told: dict[str, Any]) -> NoReturn:
    """As `python -m bot run` would in that environment."""
    code: Any = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        nothing, log = os.open(os.devnull, os.O_RDONLY), os.open(told["log"], os.O_WRONLY | os.O_APPEND)
        for end, wanted in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(end, wanted)
        os.environ.clear()
        os.environ.update(told["environment"])
        os.chdir(ROOT)
        sys.argv = ["bot", "run"]
        from bot.cli import main

        main()
    except SystemExit as ended:
        code = ended.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    _look_after(Path(sys.argv[1]))
