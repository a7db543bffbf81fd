from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.core.config import Settings, told


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("DATABASE_URL", "PORTAL_BASE_URL", "PORTAL_PROVIDERS", "PORTAL_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    return


def test_everything_has_a_value_that_works_at_a_desk() -> None:
    found = Settings()
    assert (found.database_url, found.host, found.port) == ("", "127.0.0.1", 8000)
    assert not found.demo
    assert not found.secure


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_database_is_named_as_people_name_it(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://portal@db.example/portal")
    assert Settings().database_url == "postgresql+psycopg://portal@db.example/portal"


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("https://Tinnhiem.Example.VN/", "https://tinnhiem.example.vn"),
        ("HTTPS://tinnhiem.example.vn:443", "https://tinnhiem.example.vn"),
        ("http://localhost:8100", "http://localhost:8100"),
        ("https://niềmtin.example", "https://xn--nimtin-cj8b.example"),
    ],
)
def test_the_address_is_written_as_browsers_write_it(
    monkeypatch: pytest.MonkeyPatch, given: str, written: str
) -> None:
    """Names of the issuer and of the log follow from it, and links are compared with it."""
    monkeypatch.setenv("PORTAL_BASE_URL", given)
    assert Settings().base_url == written


def test_an_address_with_a_password_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_BASE_URL", "https://somebody:secret@portal.example")
    with pytest.raises(ValidationError, match="is an origin"):
        Settings()


def test_proxies_are_listed_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_TRUSTED_PROXIES", "10.0.0.1, 10.0.0.2,")
    assert Settings().trusted_proxies == ("10.0.0.1", "10.0.0.2")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORTAL_SECRET_KEY", "short", "at least 32 characters"),
        ("PORTAL_BASE_URL", "https://portal.example/below", "without a path"),
        ("PORTAL_PORT", "eighty", "valid integer"),
        ("PORTAL_PORT", "65536", "less than or equal to 65535"),
        ("DATABASE_URL", "sqlite:///portal.db", "it looks like postgresql://user:password@host"),
        ("DATABASE_URL", "portal", "it looks like postgresql://user:password@host"),
        (
            "PORTAL_PROVIDERS",
            '[{"name": "own", "client_id": "portal", "client_secret": "kept-secret"}]',
            "give its issuer, or name a preset",
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=words) as wrong:
        Settings()
    said = told(wrong.value)
    assert said.startswith((f"{name}: ", f"{name}.0: "))
    assert words in said
    assert "\n" not in said
    assert "kept-secret" not in said


def test_cookies_cannot_be_signed_without_a_key() -> None:
    with pytest.raises(ValueError, match="PORTAL_SECRET_KEY"):
        Settings().require_secret()


VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"  # C2SP signed-note


@pytest.mark.parametrize(
    "given", [VKEY.replace("c74f20a3", "c74f20a4"), VKEY[:-4], "PeterNeumann", VKEY + ",x"]
)
def test_a_public_key_of_the_log_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("PORTAL_LOG_VKEYS", VKEY)
    assert Settings().log_vkeys == (VKEY,)
    monkeypatch.setenv("PORTAL_LOG_VKEYS", given)
    with pytest.raises(ValidationError, match="portal log vkeys"):
        Settings()


def test_signing_keys_come_from_the_environment_or_from_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("A" * 43 + "=\n")
    monkeypatch.setenv("PORTAL_LOG_KEYS", f"old:{'B' * 42}A=,new:file:{tmp_path}/key")
    old, new = Settings().log_keys
    assert (old.id, new.id) == ("old", "new")
    assert new.seed.get_secret_value() == bytes(32)


@pytest.mark.parametrize(
    "given", ["key:AAAA", "key:file:/nowhere/at/all", "Key:" + "A" * 43 + "=", "A" * 43 + "="]
)
def test_a_signing_key_that_is_none_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("PORTAL_CREDENTIAL_KEYS", given)
    with pytest.raises(ValidationError) as wrong:
        Settings()
    assert "A" * 20 not in told(wrong.value)
