"""The bot on a machine whose clock is set while it runs: a process of its own, told by a file how many seconds off."""

import os
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

OFF_BY = "CLOCK_OFF_BY"  # names the file


class Jumping(datetime):
    """A datetime whose now() is off by what the file says."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        return datetime.now(tz) + off_by()


def off_by() -> timedelta:
    return timedelta(seconds=float(Path(os.environ[OFF_BY]).read_text(encoding="utf-8")))


def set_clock(file: Path, seconds: float) -> None:
    """In one step, as the process may read at any moment."""
    half = file.with_suffix(".half")
    half.write_text(str(seconds), encoding="utf-8")
    half.replace(file)


def main() -> None:
    """`python -m bot run`, where whoever looks at the clock sees the other one: the bot, and APScheduler."""
    from apscheduler.executors import base as executors
    from apscheduler.schedulers import base as schedulers
    from apscheduler.triggers import interval

    from bot import app, cli

    for module in (app, executors, schedulers, interval):
        vars(module)["datetime"] = Jumping
    cli.main()


if __name__ == "__main__":
    main()
