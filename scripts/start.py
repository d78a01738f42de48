"""`make run` for systems without make, Windows above all: `python scripts/start.py`, with Python 3.11 to 3.14.

Builds .venv from the hashed lock when the lock is newer than it, then starts the bot. More words are passed on:
`python scripts/start.py claim` is `python -m bot claim`.
"""

import signal
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv"
PROGRAMS = HOME / ("Scripts" if sys.platform == "win32" else "bin")
PYTHON = str(PROGRAMS / ("python.exe" if sys.platform == "win32" else "python"))
LOCK, STAMP = ROOT / "requirements.lock", HOME / "run.stamp"


def main(words: list[str]) -> int:
    subprocess.run([sys.executable, ROOT / "scripts" / "python_is_fit.py"], check=True)
    if not STAMP.exists() or STAMP.stat().st_mtime < LOCK.stat().st_mtime:
        build()
    bot = subprocess.Popen([PYTHON, "-m", "bot", *(words or ["run"])], cwd=ROOT)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the bot too, which ends in its own time
    return bot.wait()


def build() -> None:
    sys.stdout.write("· installing: environment .venv (once, about half a minute)\n")
    sys.stdout.flush()
    if not Path(PYTHON).exists():
        venv.create(HOME, with_pip=True)
    quiet = ["--quiet", "--disable-pip-version-check"]
    subprocess.run([PYTHON, "-m", "pip", "install", *quiet, "uv>=0.9,<1"], check=True)
    uv = str(PROGRAMS / ("uv.exe" if sys.platform == "win32" else "uv"))
    subprocess.run([uv, "pip", "sync", "--quiet", "--python", PYTHON, LOCK], check=True)
    STAMP.touch()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
