"""Processes of the bot for tests, forked from one that has read the libraries already.

Of the seven seconds a start computes, six go into imports, and the tests start a hundred bots. `python -m bot` itself
is started, `fresh`, where starting is the subject (tests/bot/test_start_faults.py, tests/flows/test_commands.py).
"""

import asyncio
import atexit
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

ROOT = Path(__file__).parent.parent
FORKS = sys.platform == "linux"  # elsewhere each bot reads its libraries itself
LIBRARIES = [
    "bot.startup",
    "bot.app",
    "bot.commands",
    "bot.database",
    "db.backups",
    "llm",
    "playground.server",
]
ORDER = 1 << 17  # bytes: an environment and a few words


@dataclass(slots=True)
class Child:
    """A process that the nursery made; used as a `subprocess.Popen` is."""

    pid: int
    report: socket.socket
    returncode: int | None = field(default=None, init=False)

    def poll(self) -> int | None:
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(["python", "-m", "bot"], timeout or 0)
        return code

    def _look(self, timeout: float | None) -> int | None:
        """The exit code; nothing while it runs. Negative for a signal, as everywhere in `subprocess`."""
        if self.returncode is None and select.select([self.report], [], [], timeout)[0]:
            said = self.report.recv(16)
            self.report.close()
            self.returncode = (
                int(said) if said else -signal.SIGKILL
            )  # the nursery ended, and its children too
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


Process = subprocess.Popen[bytes] | Child


def start_bot(
    *words: str,
    environment: dict[str, str],
    stdout: IO[bytes],
    stderr: IO[bytes],
    fresh: bool = False,
) -> Process:
    """`python -m bot WORDS`, with nothing on its standard input; a `fresh` one reads its libraries itself."""
    if FORKS and not fresh:
        return _nursery().fork(words, environment, stdout, stderr)
    return subprocess.Popen(
        [sys.executable, "-m", "bot", *words],
        cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a command."""

    code: int
    said: str
    complained: str

    @property
    def printed(self) -> str:
        return self.said + self.complained


async def bot(*words: str, environment: dict[str, str], patience: float = 100, fresh: bool = False) -> Ended:
    """`python -m bot WORDS` to its end. One that hangs is killed, and its test fails."""
    with TemporaryFile() as said, TemporaryFile() as complained:
        process = start_bot(*words, environment=environment, stdout=said, stderr=complained, fresh=fresh)
        try:
            code = await asyncio.to_thread(process.wait, patience)
        except subprocess.TimeoutExpired:
            process.kill()
            code = await asyncio.to_thread(process.wait, 10)
        texts = []
        for file in (said, complained):
            file.seek(0)
            texts.append(file.read().decode())
    assert code != -signal.SIGKILL, f"it went on, or hung:\n{texts}"
    return Ended(code, *texts)


class Nursery:
    """The forking process, at the other end of a socket that keeps the bounds of messages."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.nursery", str(theirs.fileno())],
                cwd=ROOT, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
            )  # fmt: skip
        self.link = ours
        atexit.register(self.close)

    def fork(
        self,
        words: Sequence[str],
        environment: dict[str, str],
        stdout: IO[bytes],
        stderr: IO[bytes],
    ) -> Child:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            order = json.dumps({"words": words, "environment": environment}).encode()
            files = [theirs.fileno(), stdout.fileno(), stderr.fileno()]
            socket.send_fds(self.link, [order], files)
        return Child(int(ours.recv(16)), ours)

    def close(self) -> None:
        self.link.close()
        self.process.wait(30)


@cache
def _nursery() -> Nursery:
    return Nursery()


def _serve(link: socket.socket) -> list[str]:
    """Fork for each order and report each end, until the link closes; returns in a child only, with its words."""
    heard, told = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(told)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    reports: dict[int, socket.socket] = {}
    while True:
        waiting: list[Any] = [link, heard]
        ready = select.select(waiting, [], [])[0]
        if heard in ready:
            os.read(heard, 4096)
            _report(reports)
        if link not in ready:
            continue
        order, files, _flags, _address = socket.recv_fds(link, ORDER, 3)
        if not order:
            for pid in reports:
                os.kill(pid, signal.SIGKILL)
            sys.exit()
        child = os.fork()
        if child == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for one in (link, *reports.values()):
                one.close()
            os.close(heard)
            os.close(told)
            return _become(json.loads(order), files)
        reports[child] = socket.socket(fileno=files[0])
        reports[child].send(str(child).encode())
        for file in files[1:]:
            os.close(file)


def _report(reports: dict[int, socket.socket]) -> None:
    while reports:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        if pid in reports:
            with reports.pop(pid) as report, suppress(BrokenPipeError):
                report.send(str(os.waitstatus_to_exitcode(status)).encode())


def _become(order: dict[str, Any], files: list[int]) -> list[str]:
    """What a fresh process would have: its own streams and environment."""
    os.dup2(files[1], 1)
    os.dup2(files[2], 2)
    for file in files:
        os.close(file)
    os.environ.clear()
    os.environ.update(order["environment"])
    time.tzset()
    words: list[str] = order["words"]
    return words


def _read_libraries() -> None:
    for name in LIBRARIES:
        import_module(name)
    gc.collect()
    gc.freeze()  # shared pages stay shared


if __name__ == "__main__":
    _read_libraries()
    sys.argv = ["python -m bot", *_serve(socket.socket(fileno=int(sys.argv[1])))]
    from bot.cli import main

    main()
