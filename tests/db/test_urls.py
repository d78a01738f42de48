"""Database URLs: what managed hosts give, as libpq would read it, and no secret in what is said of a wrong one."""

import ssl
from pathlib import Path

import certifi
import pytest

from db.urls import connection

SECRET = "s3cret-word"  # pragma: allowlist secret - what must not be shown
URL = f"postgresql://owner:{SECRET}@db.example.org:5432/house"


def test_a_plain_url_is_taken_as_it_is() -> None:
    read = connection(URL)
    assert read.url.drivername == "postgresql+asyncpg"
    assert (read.url.username, read.url.password, read.url.host) == ("owner", SECRET, "db.example.org")
    assert (read.url.port, read.url.database, dict(read.url.query)) == (5432, "house", {})
    assert read.arguments["ssl"] == "prefer"  # libpq's own default
    assert not read.pooled


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_the_usual_schemes_are_one(scheme: str) -> None:
    assert connection(URL.replace("postgresql", scheme)).url == connection(URL).url


def test_white_space_around_it_is_dropped_and_escapes_in_the_password_are_read() -> None:
    read = connection(" postgresql://owner:p%40ss%2Fword@h/house\n")
    assert read.url.password == "p@ss/word"  # pragma: allowlist secret - an example


@pytest.mark.parametrize(("mode", "wanted"), [("disable", False), ("allow", False), ("prefer", "prefer")])
def test_modes_that_do_without_encryption(mode: str, wanted: object) -> None:
    assert connection(f"{URL}?sslmode={mode}").arguments["ssl"] == wanted


@pytest.mark.parametrize(
    ("asked", "verified", "named"),
    [
        ("sslmode=require", ssl.CERT_NONE, False),
        (f"sslmode=require&sslrootcert={certifi.where()}", ssl.CERT_REQUIRED, False),
        ("sslmode=verify-ca", ssl.CERT_REQUIRED, False),
        ("sslmode=verify-full", ssl.CERT_REQUIRED, True),
        (f"sslmode=verify-full&sslrootcert={certifi.where()}", ssl.CERT_REQUIRED, True),
        ("sslmode=verify-full&sslrootcert=system", ssl.CERT_REQUIRED, True),
    ],
)
def test_modes_that_encrypt_look_at_the_certificate_as_libpq_does(
    asked: str, verified: ssl.VerifyMode, named: bool
) -> None:
    context = connection(f"{URL}?{asked}").arguments["ssl"]
    assert isinstance(context, ssl.SSLContext)
    assert (context.verify_mode, context.check_hostname) == (verified, named)


@pytest.mark.parametrize(
    "url",
    [
        URL.replace("5432", "6432"),  # PgBouncer
        URL.replace("5432", "6543"),  # Supabase's transaction mode
        f"{URL}?pgbouncer=true",
        f"{URL}?pgbouncer=true&sslmode=require",
    ],
)
def test_behind_a_pooler_nothing_is_prepared_under_a_name_that_comes_again(url: str) -> None:
    read = connection(url)
    assert read.pooled
    assert (read.arguments["statement_cache_size"], read.arguments["prepared_statement_cache_size"]) == (0, 0)
    name = read.arguments["prepared_statement_name_func"]
    assert name() != name()


def test_what_only_other_clients_know_is_left_out() -> None:
    read = connection(f"{URL}?sslmode=require&channel_binding=require&connect_timeout=5&application_name=x")
    assert dict(read.url.query) == {}


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (SECRET, "not a database URL"),
        ("", "not a database URL"),
        (f"postgresql://owner:{SECRET}@host:{SECRET}/house", "not a database URL"),
        (f"mysql://owner:{SECRET}@host/house", "only PostgreSQL"),
        (f"sqlite:///{SECRET}", "only PostgreSQL"),
        (f"postgresql://owner:{SECRET}@/house", "host or the database's name is missing"),
        (f"postgresql://owner:{SECRET}@host", "host or the database's name is missing"),
        (f"{URL}?sslmode=always", "sslmode=always is unknown; one of disable, allow"),
        (f"{URL}?sslmode=verify-ca&sslrootcert=/nowhere/{SECRET}.crt", "sslrootcert: the file"),
        (f"{URL}?sslmode=verify-ca&sslrootcert={Path(__file__)}", "sslrootcert: the file"),
    ],
)
def test_a_wrong_url_is_one_line_without_the_secret(url: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        connection(url)
    line = str(caught.value)
    assert "\n" not in line
    assert SECRET not in line
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
