"""Settings: every name of the environment and of .env, checked before anything starts."""

import os
import re
import sys
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from crm.sends import PER_SECOND

BOUNDS = {  # pydantic's kinds of faults, in words; each with its limit
    "greater_than": "more than {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
}


class SettingsError(Exception):
    """What is wrong with the settings: one line for each wrong variable, without its value."""


def url_of(*schemes: str) -> AfterValidator:
    """A URL of one of the schemes, with a host; the value itself is never shown, it may hold a password."""

    def checked(value: Any) -> Any:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        try:
            parts = urlsplit(text)
            named = bool(parts.hostname) and parts.port != 0
        except ValueError:
            named, parts = False, urlsplit("")
        if parts.scheme not in schemes or not named:
            raise ValueError(f"is not an address that begins with {' or '.join(f'{s}://' for s in schemes)}")
        return value

    return AfterValidator(checked)


def reachable_webhook(value: str) -> str:
    """Telegram posts to https only; a Bot API server of one's own may use http on the same machine."""
    if urlsplit(value).scheme == "http" and urlsplit(value).hostname not in ("127.0.0.1", "localhost"):
        raise ValueError("is not an address that begins with https://")
    if urlsplit(value).path in ("/healthz", "/readyz", "/health", "/metrics"):
        raise ValueError("has the path of another page of this bot")
    return value


def shaped(pattern: str, sentence: str) -> AfterValidator:
    """A text that matches the whole pattern; otherwise the sentence says what is wrong."""

    def checked(value: Any) -> Any:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not re.fullmatch(pattern, text):
            raise ValueError(sentence)
        return value

    return AfterValidator(checked)


def split_by_commas(value: Any) -> Any:
    return (
        tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    )


def known_timezone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("is not a time zone of the IANA list")
    return value


def default_data_dir() -> Path:
    """The user's data folder by the habit of the platform; for root, who serves a machine, /var/lib."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "switchboard"
    if os.geteuid() == 0:
        return Path("/var/lib/switchboard")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "switchboard"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "switchboard"


def whole_path(value: Path) -> Path:
    """The embedded server runs elsewhere and no shell reads .env, so the folder is told in full."""
    try:
        return value.expanduser().absolute()
    except RuntimeError:  # nobody of that name
        raise ValueError("begins with ~ and a name that nobody here has") from None


HttpUrl = Annotated[str, url_of("http", "https")]
PostgresUrl = Annotated[SecretStr, url_of("postgresql", "postgres", "postgresql+asyncpg")]
Port = Annotated[int, Field(ge=0, le=65535)]  # 0 lets the system choose one
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split_by_commas)]
Ids = Annotated[tuple[Annotated[int, Field(gt=0)], ...], NoDecode, BeforeValidator(split_by_commas)]
ModelName = Annotated[str, shaped(r"offline|test|[a-z][\w.-]*:\S+", "is neither provider:model nor offline")]


def example(text: str, **more: Any) -> Any:
    """A setting that may be left unset, with what a right value looks like."""
    return Field(default=None, examples=[text], **more)


class Settings(BaseSettings):
    """One field a variable, in upper case in the environment. An empty value counts as unset."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True
    )

    bot_token: (
        Annotated[
            SecretStr, shaped(r"\d{3,20}:[A-Za-z0-9_-]{20,}", "is not a bot token as @BotFather gives it")
        ]
        | None
    ) = example("123456789:the-letters-BotFather-gave-you")
    telegram_api_url: HttpUrl = Field(
        default="https://api.telegram.org", examples=["https://api.telegram.org"]
    )
    telegram_proxy: Annotated[SecretStr, url_of("http", "https")] | None = example("http://host:3128")
    webhook_url: Annotated[HttpUrl, AfterValidator(reachable_webhook)] | None = example(
        "https://bot.example.org/telegram"
    )
    webhook_secret: (
        Annotated[SecretStr, shaped(r"[A-Za-z0-9_-]{1,256}", "takes 1 to 256 letters, digits, _ and -")]
        | None
    ) = example("a-long-random-word")
    public_url: HttpUrl | None = example("https://bot.example.org")
    http_host: Annotated[str, shaped(r"[\w.:-]+", "is not a host name or address")] = Field(
        default="127.0.0.1",
        examples=["0.0.0.0"],  # noqa: S104 - an example for containers, not a default
    )
    http_port: Port = Field(
        default=8080, validation_alias=AliasChoices("HTTP_PORT", "PORT"), examples=["8080"]
    )
    playground_port: Port = Field(default=8081, examples=["8081"])
    database_url: PostgresUrl | None = example("postgresql://owner:word@host:5432/switchboard")
    database_owner_url: PostgresUrl | None = example("postgresql://owner:word@host:5432/switchboard")
    redis_url: Annotated[SecretStr, url_of("redis", "rediss")] | None = example("redis://127.0.0.1:6379/0")
    sends_per_second: Annotated[int, Field(ge=1, le=1000)] = Field(default=PER_SECOND, examples=["30"])
    data_dir: Annotated[Path, AfterValidator(whole_path)] = Field(
        default_factory=default_data_dir, examples=["/var/lib/switchboard"]
    )
    model: ModelName | None = example("openai:gpt-5-mini")
    model_fallbacks: Annotated[tuple[ModelName, ...], NoDecode, BeforeValidator(split_by_commas)] = Field(
        default=(), examples=["openai:gpt-5-nano,anthropic:claude-haiku-4-5"]
    )
    model_base_url: HttpUrl | None = example("http://127.0.0.1:11434/v1")
    model_api_key: SecretStr | None = example("sk-…")
    model_reads: Annotated[
        tuple[Literal["images", "pdf"], ...], NoDecode, BeforeValidator(split_by_commas)
    ] = Field(default=(), examples=["images,pdf"])
    model_proxy: Annotated[SecretStr, url_of("http", "https")] | None = example("http://host:3128")
    model_budget_month: Annotated[Decimal, Field(ge=0, allow_inf_nan=False)] = Field(
        default=Decimal(5), examples=["5"]
    )
    transcribe_model: str | None = example("whisper-1")
    transcribe_base_url: HttpUrl | None = example("https://api.openai.com/v1")
    transcribe_api_key: SecretStr | None = example("sk-…")
    openai_api_key: SecretStr | None = example("sk-…")
    anthropic_api_key: SecretStr | None = example("sk-ant-…")
    admin_ids: Ids = Field(default=(), examples=["123456789,987654321"])
    access: Literal["invite", "open"] | None = example("invite")
    default_language: Literal["en", "ru"] = Field(default="en", examples=["ru"])
    default_timezone: Annotated[str, AfterValidator(known_timezone)] = Field(
        default="UTC", examples=["Europe/Moscow"]
    )
    sentry_dsn: Annotated[SecretStr, url_of("http", "https")] | None = example(
        "https://key@sentry.example.org/1"
    )
    environment: Annotated[str, shaped(r"[\w.-]{1,64}", "is not one word")] = Field(
        default="development", examples=["production"]
    )
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"],
        BeforeValidator(lambda value: value.upper() if isinstance(value, str) else value),
    ] = Field(default="INFO", examples=["INFO"])
    log_format: Literal["console", "json"] = Field(default="console", examples=["json"])

    @property
    def with_playground(self) -> bool:
        """The playground starts exactly when there is no real token."""
        return self.bot_token is None

    @property
    def open_to_all(self) -> bool:
        """ACCESS; unset it means open under the playground and by invitation on Telegram."""
        return (self.access or ("open" if self.with_playground else "invite")) == "open"


def load_settings(env_file: str | Path | None = ".env") -> Settings:
    """Read the environment, then .env. Raises SettingsError with a line for each wrong variable."""
    try:
        settings = Settings(_env_file=env_file)
    except ValidationError as error:
        raise SettingsError("\n".join(dict.fromkeys(line_of(fault) for fault in error.errors()))) from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError(".env: can't be read. Make it a UTF-8 text that this user may read.") from None
    check_together(settings)
    return settings


def line_of(fault: Any) -> str:
    """`NAME: what is wrong. Example: NAME=value`, for one of pydantic's errors; the value is left out."""
    name = str(fault["loc"][0]).lower()
    field = Settings.model_fields["http_port" if name == "port" else name]
    if fault["type"] == "value_error":
        wrong = str(fault["ctx"]["error"])
    elif fault["type"] == "literal_error":
        wrong = f"must be {fault['ctx']['expected']}".replace("'", "")
    elif fault["type"] in ("int_parsing", "int_type", "decimal_parsing"):
        wrong = "must be a number"
    elif fault["type"] in BOUNDS:
        wrong = f"must be {BOUNDS[fault['type']].format(**fault['ctx'])}"
    else:
        wrong = str(fault["msg"])[:1].lower() + str(fault["msg"])[1:]
    return f"{name.upper()}: {wrong}. Example: {name.upper()}={(field.examples or [''])[0]}"


def check_together(settings: Settings) -> None:
    """What one variable demands of another. Raises SettingsError."""
    wrong = []
    if settings.environment == "production" and settings.bot_token is None:
        wrong.append("BOT_TOKEN: is needed with ENVIRONMENT=production. Example: BOT_TOKEN=123456789:letters")
    asked = (settings.model, *settings.model_fallbacks) if settings.model else ()
    keys = (settings.model_base_url, settings.model_api_key, settings.openai_api_key)
    if any(name.startswith("openai:") for name in asked) and keys == (None, None, None):
        wrong.append("OPENAI_API_KEY: is needed with MODEL=openai:…. Example: OPENAI_API_KEY=sk-…")
    heard = (settings.transcribe_base_url, settings.transcribe_api_key, settings.openai_api_key)
    if settings.transcribe_model is not None and heard == (None, None, None):
        wrong.append("TRANSCRIBE_API_KEY: is needed with TRANSCRIBE_MODEL. Example: TRANSCRIBE_API_KEY=sk-…")
    if settings.database_owner_url is not None and settings.database_url is None:
        wrong.append(
            "DATABASE_URL: is needed beside DATABASE_OWNER_URL, for the application role made by hand."
            " Example: DATABASE_URL=postgresql://application:word@host:5432/switchboard"
        )
    if wrong:
        raise SettingsError("\n".join(wrong))
