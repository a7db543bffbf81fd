"""A key that never leaves its token: addresses of RFC 7512, and a signer through PKCS#11."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import PublicKeyAlgorithmOID
from pyhanko.config.pkcs11 import PKCS11SignatureConfig, TokenCriteria
from pyhanko.sign.pkcs11 import PKCS11SigningContext
from pyhanko.sign.signers import Signer

from app.core.seal_settings import TOKEN, SealSettings

EC = PublicKeyAlgorithmOID.EC_PUBLIC_KEY  # many tokens sign with it only what is hashed already


@dataclass(frozen=True, slots=True)
class Address:
    """Where a key is kept, and what opens the token."""

    module: str
    label: str | None
    key_id: bytes | None
    token: str | None
    serial: bytes | None
    slot: int | None
    pin: str | None


def read(address: str) -> Address:
    """The parts of a `pkcs11:` address that say where a private key is.

    Raises:
        ValueError: it names no module or no key, or its `pin-source` cannot be read.
    """
    path, _, query = address.removeprefix(TOKEN).partition("?")
    named = _parts(path, ";")
    asked = _parts(query, "&")
    if "module-path" not in asked or not {"object", "id"} & named.keys():
        raise ValueError("a pkcs11: address names module-path, and the key by object or id")
    return Address(
        module=unquote(asked["module-path"]),
        label=unquote(named["object"]) if "object" in named else None,
        key_id=unquote_to_bytes(named["id"]) if "id" in named else None,
        token=unquote(named["token"]) if "token" in named else None,
        serial=unquote(named["serial"]).encode() if "serial" in named else None,
        slot=int(named["slot-id"]) if "slot-id" in named else None,
        pin=_pin(asked),
    )


def _parts(given: str, separator: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in given.split(separator) if part)
    return {name: value for name, _, value in pairs}


def _pin(asked: dict[str, str]) -> str | None:
    if "pin-value" in asked:
        return unquote(asked["pin-value"])
    if "pin-source" not in asked:
        return None
    source = Path(unquote(asked["pin-source"]).removeprefix("file:"))
    try:
        return source.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as trouble:
        raise ValueError(f"pin-source cannot be read: {type(trouble).__name__}") from trouble


@asynccontextmanager
async def signer(by: SealSettings) -> AsyncIterator[Signer]:
    """A signer whose key is in the token, for as long as the block takes.

    Raises:
        ValueError: see `read`.
        pyhanko.sign.general.SigningError: the token is not there, refuses, or has no such key.
    """
    at = read(by.key.get_secret_value())
    certificates = [x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in by.chain]
    named = TokenCriteria(at.token, at.serial) if at.token or at.serial else None
    config = PKCS11SignatureConfig(
        module_path=at.module,
        key_label=at.label,
        key_id=at.key_id,
        slot_no=at.slot,
        token_criteria=named,
        signing_certificate=certificates[0],
        other_certs=certificates[1:],
        other_certs_to_pull=(),
        raw_mechanism=by.chain[0].public_key_algorithm_oid == EC,
    )
    pin = at.pin or by.password.get_secret_value() or None
    async with PKCS11SigningContext(config, user_pin=pin) as opened:
        yield opened
