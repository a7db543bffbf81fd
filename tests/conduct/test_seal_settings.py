"""What is told of a wrong configuration before anything is sealed; keys in files and in tokens."""

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from pydantic import ValidationError

from app.conduct.sealing import making, self_made, tokens
from app.conduct.sealing.making import NotSealed
from app.core import clock
from app.core.config import Settings, told
from app.core.seal_settings import SealSettings
from tests.factories.seals import authority, seal_settings

PIN = "4711"
MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
)


def issued(
    role: str = "Seal", key: Any = None, *, days: int = 30, by: self_made.Issued | None = None
) -> self_made.Issued:
    key = key or ec.generate_private_key(ec.SECP256R1())
    return self_made.issue(role, by, key, until=clock.now() + timedelta(days=days))


def pem(one: self_made.Issued) -> str:
    return one.certificate.public_bytes(Encoding.PEM).decode()


def key_pem(one: self_made.Issued, password: str = "") -> str:
    how = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return one.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how).decode()


def wrong(**changes: Any) -> str:
    """What the operator is told at the start."""
    given = {**self_made.setting(authority()), **changes}
    left = {name: value for name, value in given.items() if value is not None}
    with pytest.raises(ValidationError) as raised:
        Settings(seal=left)
    return told(raised.value)


def test_a_whole_configuration_is_taken() -> None:
    found = seal_settings()
    assert found.private_key is not None
    assert len(found.trusted) == 1
    from_environment = json.dumps(self_made.setting(authority()))
    assert Settings.model_validate({"seal": json.loads(from_environment)}).seal == found


def test_what_cannot_be_read_is_named() -> None:
    assert wrong(certificate="/nowhere/seal.pem") == (
        "PORTAL_SEAL.certificate: /nowhere/seal.pem cannot be read: FileNotFoundError"
    )
    assert wrong(key="/nowhere/seal.key") == ("PORTAL_SEAL: key cannot be read: FileNotFoundError")
    assert "there is no certificate in PEM" in wrong(roots=str(authority() / "signer.key"))
    assert "PORTAL_SEAL.roots: Field required" in wrong(roots=None)


def test_a_key_of_another_certificate_is_refused() -> None:
    assert wrong(key=key_pem(issued())) == "PORTAL_SEAL: key is not that of the certificate"


def ended(**changes: str) -> str:
    """What is wrong today with a configuration that is taken."""
    found = Settings(seal=SealSettings(**{**self_made.setting(authority()), **changes})).seal
    assert found is not None
    return found.ended()


def test_a_certificate_that_has_ended_or_not_begun_is_told_and_stops_no_portal() -> None:
    assert ended() == ""
    with clock.at(clock.now() - timedelta(days=100)):
        old = issued(days=30)
        clerk = issued("Clock", rsa.generate_private_key(65537, 2048), days=30)
    assert ended(certificate=pem(old), key=key_pem(old)).startswith("certificate expired on 20")
    time = {"time_stamp_certificate": pem(clerk), "time_stamp_key": key_pem(clerk)}
    assert ended(**time).startswith("time_stamp_certificate expired on 20")
    with clock.at(clock.now() + timedelta(days=100)):
        early = issued(days=30)
    said = ended(certificate=pem(early), key=key_pem(early))
    assert said.startswith("certificate is not valid before 20")


def test_a_certificate_for_something_else_is_refused() -> None:
    clerk = issued("Clock")
    assert "not for sealing" in wrong(certificate=pem(clerk), key=key_pem(clerk))


def test_passwords_are_told_apart_and_never_repeated() -> None:
    one = issued()
    locked = {"certificate": pem(one), "key": key_pem(one, "dung-mat-khau")}
    assert "key is encrypted: give its password" in wrong(**locked)
    said = wrong(**locked, password="sai-mat-khau")
    assert "the password is wrong" in said
    assert "sai-mat-khau" not in said
    assert "give no password" in wrong(password="thua")
    assert seal_settings(**locked, password="dung-mat-khau").private_key is not None


def test_somebody_must_tell_the_time() -> None:
    nobody = {"time_stamp_certificate": None, "time_stamp_key": None}
    assert "name either time_stamps, or" in wrong(**nobody)
    assert "name either time_stamps, or" in wrong(time_stamps=["https://tsa.example"])
    assert "go together" in wrong(time_stamp_key=None)
    assert "PORTAL_SEAL.time_stamps" in wrong(**nobody, time_stamps=["tsa.example"])


def test_a_clock_of_ones_own_is_no_authority_for_others() -> None:
    assert "say self_made too" in wrong(self_made=False)
    assert "authorities that others run" in wrong(long_term=True)


def test_a_clock_needs_a_certificate_for_time_stamps_only_and_its_key() -> None:
    other = issued()
    said = wrong(time_stamp_certificate=pem(other), time_stamp_key=key_pem(other))
    assert "time_stamp_key must be an RSA key" in said
    key = rsa.generate_private_key(65537, 2048)
    seal = issued(key=key)
    said = wrong(time_stamp_certificate=pem(seal), time_stamp_key=key_pem(seal))
    assert "for time stamps only" in said
    assert "not that of the time_stamp_certificate" in wrong(time_stamp_key=key_pem(seal))


# Tokens


@pytest.fixture(scope="module")
def module() -> str:
    """Where SoftHSM's module is. Its absence is a failure: nothing else tests keys in tokens."""
    return next(path for path in MODULES if Path(path).exists())


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A token with the key of the seal, under a PIN."""
    folder = tmp_path_factory.mktemp("token")
    config = folder / "softhsm2.conf"
    (folder / "tokens").mkdir()
    config.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")
    os.environ["SOFTHSM2_CONF"] = str(config)
    run("--init-token", "--free", "--label", "alliance", "--so-pin", PIN, "--pin", PIN)
    key = authority() / "signer.key"
    run("--import", str(key), "--token", "alliance", "--label", "seal", "--id", "A1", "--pin", PIN)
    try:
        yield
    finally:
        del os.environ["SOFTHSM2_CONF"]


def run(*words: str) -> None:
    command = ["softhsm2-util", *words]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603


async def test_a_key_in_a_token_seals(
    document: bytes, module: str, token: None, tmp_path: Path
) -> None:
    pin = tmp_path / "pin"
    pin.write_text(f"{PIN}\n")
    for path, query, password in (
        ("token=alliance;object=seal;type=private", f"&pin-value={PIN}", ""),
        ("token=alliance;id=%A1", "", PIN),
        ("object=seal;token=alliance", f"&pin-source=file:{pin}", ""),
    ):
        address = f"pkcs11:{path}?module-path={module}{query}"
        by = seal_settings(key=address, password=password)
        assert by.private_key is None
        made = await making.seal(document, by, "vi")
        assert made.seal.genuine, path


async def test_a_token_that_refuses_seals_nothing(
    document: bytes, module: str, token: None
) -> None:
    for path in ("token=other;object=seal", "token=alliance;object=other"):
        by = seal_settings(key=f"pkcs11:{path}?module-path={module}&pin-value={PIN}")
        with pytest.raises(NotSealed):
            await making.seal(document, by, "vi")
    by = seal_settings(key=f"pkcs11:token=alliance;object=seal?module-path={module}&pin-value=0000")
    with pytest.raises(NotSealed):
        await making.seal(document, by, "vi")


def test_an_address_of_a_key_is_read_in_all_its_parts() -> None:
    at = tokens.read(
        "pkcs11:token=The%20alliance;serial=ab%2012;object=se%3Bal;id=%01%ff;slot-id=3"
        "?module-path=/usr/lib/x.so&pin-value=a%26b"
    )
    assert at == tokens.Address(
        "/usr/lib/x.so", "se;al", b"\x01\xff", "The alliance", b"ab 12", 3, "a&b"
    )


def test_an_address_without_module_or_key_is_refused() -> None:
    for address in ("pkcs11:token=x;object=y", "pkcs11:token=x?module-path=/usr/lib/x.so"):
        assert "names module-path, and the key by object or id" in wrong(key=address)
        with pytest.raises(ValueError, match="module-path"):
            tokens.read(address)
