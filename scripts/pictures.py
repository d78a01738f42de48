"""The READMEs' pictures: a bot of this checkout answers in the playground, and Chromium looks at the page.

`PYTHONPATH=. python scripts/pictures.py` takes both anew; it needs the environment of the tests and a Chromium.
"""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from db.server import start_server
from tests.flows.stage import Person, made, staged

DOCS = Path(__file__).parent.parent / "docs"
# what is said, and what the answer to it holds; the last screenful is what is seen
TALKS = {
    "playground.png": (
        "Olga",
        "en",
        [
            ("/start", "language"),
            ("tomorrow at 9 call Anna Petrova +7 999 123-45-67 !!", "Anna"),
            ("/call out Anna Petrova 12m connected: wants the new price", "new price"),
            ("what is on my list?", "Your open tasks"),
        ],
    ),
    "playground.ru.png": (
        "Ольга",
        "ru",
        [
            ("/start", "язык"),
            ("завтра в 9 позвонить Анне Петровой +7 999 123-45-67 !!", "Анн"),
            ("/звонок исх Анна Петрова 12 мин поговорили: ждёт новую цену", "новую цену"),
            ("что у меня в списке?", "задачи"),
        ],
    ),
}
SIZE = "1180,1040"  # pixels


async def take(name: str, database_url: str, browser: str) -> None:
    who, language, talk = TALKS[name]
    with tempfile.TemporaryDirectory(prefix="switchboard-picture-") as folder:
        async with staged(Path(folder), database_url, DEFAULT_TIMEZONE="Europe/Moscow") as stage:
            person: Person = await stage.person(who, language)
            for said, answer in talk:
                await person.asks(said, answer)
            await asyncio.sleep(1)  # a card that follows the answer
            await asyncio.to_thread(
                subprocess.run,
                [
                    browser, "--headless", "--no-sandbox", "--hide-scrollbars", "--virtual-time-budget=4000",
                    f"--window-size={SIZE}", f"--screenshot={DOCS / name}", stage.url,
                ],
                check=True, capture_output=True,
            )  # fmt: skip


async def take_all(server_url: str, browser: str) -> None:
    for number, name in enumerate(TALKS):
        await take(name, (await made(server_url, f"picture_{number}")).owner_url, browser)


def main() -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("there is no Chromium to look with")
    with tempfile.TemporaryDirectory(prefix="switchboard-picture-") as folder:
        Path(folder).chmod(0o755)  # as root the server runs as nobody
        server = start_server(Path(folder), say=lambda _line: None, durable=False)
        try:
            asyncio.run(take_all(server.owner_url("postgres"), browser))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
