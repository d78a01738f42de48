"""Settings: what is read, and the one line that a wrong value gets."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, load_settings

ROOT = Path(__file__).parent.parent.parent
TOKEN = "123456789:" + "A" * 35


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*Settings.model_fields, "port"):
        monkeypatch.delenv(name.upper(), raising=False)


def test_nothing_set_means_the_playground_open_to_all() -> None:
    settings = load_settings(None)
    assert settings.with_playground
    assert settings.open_to_all
    assert settings.http_host == "127.0.0.1"
    assert settings.model_budget_month == Decimal(5)


def test_a_real_bot_is_by_invitation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    settings = load_settings(None)
    assert not settings.open_to_all
    assert TOKEN not in repr(settings)


def test_an_empty_value_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", "")
    monkeypatch.setenv("HTTP_PORT", "")
    assert load_settings(None).http_port == 8080


def test_port_is_another_name_of_http_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")
    assert load_settings(None).http_port == 9000
    monkeypatch.setenv("HTTP_PORT", "9001")
    assert load_settings(None).http_port == 9001


def test_lists_are_split_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_IDS", "17, 42")
    monkeypatch.setenv("MODEL_FALLBACKS", "openai:a,anthropic:b")
    settings = load_settings(None)
    assert settings.admin_ids == (17, 42)
    assert settings.model_fallbacks == ("openai:a", "anthropic:b")


def test_the_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("HTTP_PORT=9100\nDEFAULT_LANGUAGE=ru\nSOMETHING_ELSE=1\n")
    monkeypatch.setenv("HTTP_PORT", "9200")
    settings = load_settings(file)
    assert (settings.http_port, settings.default_language) == (9200, "ru")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOT_TOKEN", "not-a-token-secret"),
        ("TELEGRAM_API_URL", "api.telegram.org"),
        ("TELEGRAM_PROXY", "socks5://secret@host:1080"),
        ("WEBHOOK_URL", "http://bot.example.org"),
        ("WEBHOOK_SECRET", "secret with spaces"),
        ("HTTP_PORT", "70000"),
        ("HTTP_PORT", "eighty"),
        ("PLAYGROUND_PORT", "-1"),
        ("DATABASE_URL", "mysql://owner@host/db"),
        ("DATABASE_URL", "postgresql://owner:secret@host:port/db"),
        ("REDIS_URL", "127.0.0.1:6379"),
        ("MODEL", "just a name"),
        ("MODEL_FALLBACKS", "openai:a,what"),
        ("MODEL_BASE_URL", "localhost"),
        ("MODEL_BUDGET_MONTH", "five"),
        ("MODEL_BUDGET_MONTH", "NaN"),
        ("ADMIN_IDS", "17,me"),
        ("ACCESS", "closed"),
        ("DEFAULT_LANGUAGE", "de"),
        ("DEFAULT_TIMEZONE", "Moscow"),
        ("SENTRY_DSN", "secret"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_value_is_one_line_with_the_name_and_an_example(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings(None)
    line = str(caught.value)
    assert re.fullmatch(rf"{name}: .+\. Example: {name}=.+", line)
    assert "secret" not in line


def test_each_wrong_variable_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PORT", "x")
    monkeypatch.setenv("LOG_FORMAT", "x")
    with pytest.raises(SettingsError) as caught:
        load_settings(None)
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == ["HTTP_PORT", "LOG_FORMAT"]


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("http://bot.example.org/telegram", "https://"),
        ("https://bot.example.org/healthz", "another page"),
        ("http://127.0.0.1:8080/telegram", None),
        ("https://bot.example.org", None),
    ],
)
def test_a_webhook_is_where_telegram_can_post(
    url: str, wrong: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBHOOK_URL", url)
    if wrong is None:
        assert load_settings(None).webhook_url == url
        return
    with pytest.raises(SettingsError, match=rf"^WEBHOOK_URL: .*{wrong}"):
        load_settings(None)


def test_production_needs_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    with pytest.raises(SettingsError, match=r"^BOT_TOKEN: is needed"):
        load_settings(None)


def test_a_model_needs_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL", "openai:gpt-5-mini")
    with pytest.raises(SettingsError, match=r"^OPENAI_API_KEY: is needed.*Example: OPENAI_API_KEY="):
        load_settings(None)
    for name, value in (("MODEL_BASE_URL", "http://127.0.0.1:1/v1"), ("OPENAI_API_KEY", "sk-x")):
        with monkeypatch.context() as told:
            told.setenv(name, value)
            assert load_settings(None).model == "openai:gpt-5-mini"
    monkeypatch.setenv("MODEL", "offline")
    assert load_settings(None).model == "offline"


def test_recordings_need_a_key_of_their_own_or_openais(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRANSCRIBE_MODEL", "whisper-1")
    with pytest.raises(SettingsError, match=r"^TRANSCRIBE_API_KEY: is needed.*Example: TRANSCRIBE_API_KEY="):
        load_settings(None)
    for name in ("TRANSCRIBE_API_KEY", "OPENAI_API_KEY"):
        with monkeypatch.context() as told:
            told.setenv(name, "sk-x")
            assert load_settings(None).transcribe_model == "whisper-1"


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("HTTP_PORT", "70000", "must be 65535 or less"),
        ("SENDS_PER_SECOND", "0", "must be 1 or more"),
        ("ADMIN_IDS", "-5", "must be more than 0"),
    ],
)
def test_a_number_out_of_bounds_is_told_the_bound(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, wrong: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=rf"^{name}: {wrong}\. Example"):
        load_settings(None)


def test_a_folder_is_told_in_full(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for value, whole in (("data", tmp_path / "data"), ("~/data", tmp_path / "home" / "data")):
        monkeypatch.setenv("DATA_DIR", value)
        assert load_settings(None).data_dir == whole
    monkeypatch.setenv("DATA_DIR", "~nobody-of-that-name/data")
    with pytest.raises(SettingsError, match=r"^DATA_DIR: begins with ~"):
        load_settings(None)


def test_the_owners_url_needs_the_applications(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner:secret@host/db")
    with pytest.raises(SettingsError, match=r"^DATABASE_URL: is needed"):
        load_settings(None)


def test_the_example_file_explains_every_name_and_is_itself_right() -> None:
    text = (ROOT / ".env.example").read_text()
    named = set(re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields} | {"PORT"}
    assert load_settings(ROOT / ".env.example").http_port == 8080
