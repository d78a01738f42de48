"""The command line: python -m bot."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.release import RELEASE
from bot.settings import Settings, SettingsError, load_settings

app = typer.Typer(
    add_completion=False,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    help="Switchboard, a Telegram bot for small teams.",
)
agents = typer.Typer(help="The global assistants.")
app.add_typer(agents, name="agents")
TakeOver = Annotated[bool, typer.Option("--take-over", help="Remove a webhook that is set elsewhere.")]


def _say_version(wanted: bool) -> None:
    if wanted:
        print(RELEASE)
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", help="Print the version.", callback=_say_version)]


@app.callback(invoke_without_command=True)
def default(context: typer.Context, take_over: TakeOver = False, version: Version = False) -> None:
    """Without a command: run."""
    if context.invoked_subcommand is None:
        run(take_over=take_over)


@app.command()
def run(take_over: TakeOver = False) -> None:
    """Start the bot; with no BOT_TOKEN the playground too."""
    from bot.startup import run as start

    raise typer.Exit(start(_settings(), take_over=take_over))


@app.command()
def migrate() -> None:
    """Bring the database to this version's schema."""
    with _opened(_settings()) as database:
        from bot.database import prepare_database

        asyncio.run(prepare_database(database, say=_aside))


@app.command()
def claim() -> None:
    """Print a one-time link that makes its opener operator and owner of a first team."""
    from bot.commands import issue_claim, username

    settings = _settings()
    with _opened(settings) as database:
        code = asyncio.run(issue_claim(database))
    print(f"Send this to your bot, in a private chat, within an hour:\n/start {code}")
    if settings.bot_token is None:
        return  # the playground's page opens no links
    if (name := asyncio.run(username(settings))) is not None:
        print(f"or open: https://t.me/{name}?start={code}")
    else:
        print(f"or open: https://t.me/YOUR_BOT?start={code}  (with your bot's name)")


@app.command()
def check() -> None:
    """Say what would stop a start, and what is merely missing; the schema is brought up to date, as a start does."""
    settings = _settings()
    from bot.database import prepare_database

    if settings.model is not None:
        _build_models(settings)
    print("settings: well")
    with _opened(settings) as database:
        asyncio.run(prepare_database(database, say=_aside))
    print("application role: owns nothing, can't bypass row-level security")
    for name, value, without in (
        ("BOT_TOKEN", settings.bot_token, "the playground runs instead of Telegram"),
        ("WEBHOOK_URL", settings.webhook_url, "the bot asks Telegram for updates itself, from one process"),
        ("REDIS_URL", settings.redis_url, "lookups are cached in the process only"),
        ("MODEL", settings.model, "assistants answer offline"),
        ("PUBLIC_URL", settings.public_url, "/calendar gives a file instead of an address"),
        ("SENTRY_DSN", settings.sentry_dsn, "faults go to the log only"),
    ):
        if value is None:
            print(f"{name}: not set, {without}")
    if settings.webhook_url is not None:
        if settings.webhook_secret is None:
            print("WEBHOOK_SECRET: not set, one is made from the bot's token")
        if settings.http_host in ("127.0.0.1", "localhost"):
            print("HTTP_HOST: 127.0.0.1, so updates come only through a proxy on this machine")
    if settings.bot_token is not None:
        _print_botfather(settings)


def _build_models(settings: Settings) -> None:
    """As a start does; nobody's server is asked."""
    from bot.model_settings import model_config
    from llm.models import ModelConfigError, Models

    try:
        Models(model_config(settings)).prepare()
    except ModelConfigError as fault:
        raise _ended(str(fault)) from None


def _print_botfather(settings: Settings) -> None:
    from bot.botfather import ask
    from bot.refusals import StartError

    try:
        lines = asyncio.run(ask(settings))
    except StartError as fault:
        raise _ended(str(fault)) from None
    print("\n".join(lines))


@app.command()
def backup(file: Path) -> None:
    """Copy every row of the database into a file; the bot may go on meanwhile."""
    from db.backups import back_up

    with _opened(_settings()) as database:
        about = asyncio.run(back_up(database.owner_url, file, release=RELEASE))
    print(f"{sum(about.rows.values())} rows of {len(about.rows)} tables, schema {about.revision}: {file}")


@app.command()
def restore(file: Path) -> None:
    """Put the rows of a backup into a database that has none."""
    from bot.database import make_database, prepare_database
    from db.backups import restore as put_back

    async def work() -> Any:
        if database.server is not None:
            await make_database(database)
        about = await put_back(database.owner_url, file)
        await prepare_database(database, say=_aside)
        return about

    with _opened(_settings()) as database:
        about = asyncio.run(work())
    print(f"{sum(about.rows.values())} rows of {about.made_at} are back")


@app.command("rotate-webhook-secret")
def rotate_webhook_secret() -> None:
    """Have Telegram say another secret with each update; nothing is restarted and no update is lost."""
    from bot.commands import rotate_secret
    from bot.refusals import StartError

    settings = _settings()
    if settings.webhook_url is None or settings.bot_token is None:
        raise _ended("WEBHOOK_URL: not set, so there is no secret; the bot asks Telegram for updates itself")
    if settings.webhook_secret is not None:
        raise _ended("WEBHOOK_SECRET: it is yours; put another word there and restart the bot")
    with _opened(settings) as database:
        try:
            asyncio.run(rotate_secret(settings, database))
        except StartError as fault:
            raise _ended(str(fault)) from None
    print("webhook: another secret is in use")


@app.command()
def parse() -> None:
    """Read JSON lines (lang, now, tz, text, known_contacts), write what the grammar reads in them."""
    from bot.parsing import run

    run()


@agents.command("import")
def import_agents(file: Path) -> None:
    """Create or update the global assistants of a file."""
    from bot.commands import bring_agents
    from bot.model_settings import model_config
    from crm.agents.files import BrokenRegistry, check_all
    from llm.choices import offer_of
    from llm.registry import read_registry

    settings = _settings()
    try:
        read = read_registry(file.read_text(encoding="utf-8"))
        asyncio.run(check_all(read, offer_of(model_config(settings))))
    except BrokenRegistry as fault:
        raise _ended(f"{file}: {fault}") from None
    except OSError as fault:
        raise _ended(f"{file}: can't be read ({fault.strerror})") from None
    except UnicodeDecodeError:
        raise _ended(f"{file}: is no UTF-8 text") from None

    specs = [one.spec for one in read]
    with _opened(settings) as database:
        changed = asyncio.run(bring_agents(settings, database, specs, say=_aside))
    print(f"{changed} of {len(specs)} new or changed")


@agents.command("export")
def export_agents(file: Path) -> None:
    """Write the global assistants to a file."""
    from bot.commands import global_agents
    from llm.registry import dump

    with _opened(_settings()) as database:
        found = asyncio.run(global_agents(database, say=_aside))
    try:
        file.write_text(dump(found), encoding="utf-8")
    except OSError as fault:
        raise _ended(f"{file}: can't be written ({fault.strerror})") from None
    print(f"{len(found)} assistants: {file}")


def main() -> None:
    """The command line as an entry like any other: a fault is one sentence with a reference, and quotes nobody."""
    from bot.faults import flush, referred, report

    with referred() as reference:
        try:
            app()
        except Exception as fault:
            from bot.logs import traceback_of

            report(fault, reference)
            at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
            sys.stderr.write(
                f"{traceback_of(fault)}\nSomething went wrong on our side. Reference {reference}, {at}.\n"
            )
            sys.exit(1)
        finally:
            flush()


class _opened:  # noqa: N801 - reads as a word: with _opened(settings) as database
    """The database for one command; what can't be opened ends the command with one line."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __enter__(self) -> Any:
        from bot.database import DatabaseError, open_database

        try:
            self._database = open_database(self._settings, say=_aside, beside=True)
        except DatabaseError as fault:
            raise _ended(str(fault)) from None
        return self._database

    def __exit__(self, _kind: object, fault: BaseException | None, _trace: object) -> None:
        from bot.database import DatabaseError
        from db.backups import BackupError

        self._database.close()
        if isinstance(fault, DatabaseError | BackupError):
            raise _ended(str(fault)) from None


def _aside(line: str) -> None:
    """Progress goes to standard error, so that standard output is the command's own."""
    sys.stderr.write(f"· {line}\n")


def _settings() -> Settings:
    """What the command is told; from here on its faults go to Sentry too, if there is one."""
    try:
        settings = load_settings()
    except SettingsError as fault:
        raise _ended(str(fault)) from None
    if settings.sentry_dsn is not None:
        from bot.faults import start_sentry

        start_sentry(
            settings.sentry_dsn.get_secret_value(), environment=settings.environment, release=RELEASE
        )
    return settings


def _ended(line: str) -> typer.Exit:
    sys.stderr.write(f"{line}\n")
    return typer.Exit(1)
