"""The certificate that seals documents and who tells the time, as the configuration names them.

Whatever can be known to be wrong without asking anybody is told at the start: a file that is not
there, a password that does not open a key, a key of another certificate. A certificate that has
ended since is told by `ended`: it stops no portal, only what would be sealed with it.
"""

from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID
from pydantic import BaseModel, Field, HttpUrl, SecretStr, field_validator, model_validator

from app.core import clock

TOKEN = "pkcs11:"  # noqa: S105 - the scheme of an address (RFC 7512), no secret
Key = EllipticCurvePrivateKey | RSAPrivateKey


class SealSettings(BaseModel):
    """The certificate that seals documents, and who tells the time.

    Certificates are PEM, or the path of a file of it. A key is PEM, a path, or (`key` only) a
    `pkcs11:` address (RFC 7512) with its `module-path`.
    """

    certificate: str  # ours first, then those between it and a root
    key: SecretStr
    password: SecretStr = SecretStr("")  # of the key's file, or of the token
    roots: str  # whom a check trusts: of our certificate and of the time-stamp authorities
    earlier: str = ""  # certificates that sealed before this one; their seals stay ours
    time_stamps: tuple[str, ...] = ()  # addresses of authorities (RFC 3161), asked in this order
    time_stamp_seconds: float = Field(10, gt=0, le=120)  # for which one authority is waited for
    time_stamp_certificate: str = ""  # with `time_stamp_key`: an authority of one's own, in process
    time_stamp_key: SecretStr = SecretStr("")
    long_term: bool = False  # B-LTA: only with authorities that others run
    self_made: bool = False  # told on the document and wherever it is checked

    @field_validator("certificate", "roots", "earlier", "time_stamp_certificate")
    @classmethod
    def _readable(cls, given: str) -> str:
        if given:
            _certificates(given)
        return given

    @field_validator("time_stamps")
    @classmethod
    def _addresses(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for url in given:
            HttpUrl(url)
        return given

    @model_validator(mode="after")
    def _fits(self) -> Self:
        ours = self.chain[0]
        _check_seals(ours)
        key = self.private_key
        if key is not None and _public(key) != _public(ours):
            raise ValueError("key is not that of the certificate")
        if key is None:
            _check_token(self.key.get_secret_value())
        self._check_time()
        return self

    def _check_time(self) -> None:
        own = self.own_time
        if bool(own) == bool(self.time_stamps):
            raise ValueError(
                "name either time_stamps, or time_stamp_certificate and time_stamp_key: a seal"
                " without somebody's time ends with its certificate"
            )
        if self.long_term and not self.time_stamps:
            raise ValueError("long_term needs time_stamps: authorities that others run")
        if own and not self.self_made:
            raise ValueError("a clock of one's own proves nothing to others: say self_made too")
        if own:
            certificate, key = own
            _check_tells_time(certificate)
            if _public(key) != _public(certificate):
                raise ValueError("time_stamp_key is not that of the time_stamp_certificate")

    def ended(self) -> str:
        """Why nothing can be sealed today, by the days in our certificates; "" when it can be."""
        own = self.own_time
        found = (
            _wrong_today(self.chain[0], "certificate"),
            _wrong_today(own[0], "time_stamp_certificate") if own else "",
        )
        return "; ".join(one for one in found if one)

    @property
    def until(self) -> datetime:
        """When the first of our own certificates ends."""
        ends = self.chain[0].not_valid_after_utc
        return min(ends, self.own_time[0].not_valid_after_utc) if self.own_time else ends

    @cached_property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """Our certificate, then those between it and a root."""
        return _certificates(self.certificate)

    @cached_property
    def trusted(self) -> tuple[x509.Certificate, ...]:
        """The roots."""
        return _certificates(self.roots)

    @cached_property
    def ours(self) -> tuple[x509.Certificate, ...]:
        """Certificates whose seals are ours: today's, then earlier ones."""
        return (self.chain[0], *(_certificates(self.earlier) if self.earlier else ()))

    @cached_property
    def private_key(self) -> Key | None:
        """The key; None when a token keeps it."""
        given = self.key.get_secret_value()
        if given.startswith(TOKEN):
            return None
        return _key(given, self.password.get_secret_value(), "key")

    @cached_property
    def own_time(self) -> tuple[x509.Certificate, RSAPrivateKey] | None:
        """Certificate and key of an authority of one's own."""
        given = self.time_stamp_key.get_secret_value()
        if not (given or self.time_stamp_certificate):
            return None
        if not (given and self.time_stamp_certificate):
            raise ValueError("time_stamp_certificate and time_stamp_key go together")
        key = _key(given, "", "time_stamp_key")
        if not isinstance(key, RSAPrivateKey):
            raise ValueError("time_stamp_key must be an RSA key")  # noqa: TRY004 - told as the others
        return _certificates(self.time_stamp_certificate)[0], key


def _contents(given: str) -> bytes:
    if "-----BEGIN" in given:
        return given.encode()
    try:
        return Path(given).read_bytes()
    except (OSError, ValueError) as trouble:
        raise ValueError(f"{given[:200]} cannot be read: {type(trouble).__name__}") from trouble


def _certificates(given: str) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(x509.load_pem_x509_certificates(_contents(given)))
    except ValueError as wrong:
        if "cannot be read" in str(wrong):
            raise
        raise ValueError("there is no certificate in PEM") from wrong


def _key(given: str, password: str, name: str) -> Key:
    """The key that PEM or a file holds; what is secret is not repeated.

    Raises:
        ValueError: it holds none that can sign, or the password does not open it.
    """
    try:
        pem = _contents(given)
    except ValueError as trouble:
        reason = trouble.__cause__
        raise ValueError(f"{name} cannot be read: {type(reason).__name__}") from None
    try:
        found = load_pem_private_key(pem, password.encode() or None)
    except TypeError:
        raise ValueError(
            f"{name} is encrypted: give its password"
            if not password
            else f"{name} is not encrypted: give no password"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError(f"{name} holds no key in PEM, or the password is wrong") from None
    if not isinstance(found, Key):
        raise ValueError(f"{name} must be an RSA or an elliptic-curve key")  # noqa: TRY004 - as above
    return found


def _public(of: Key | x509.Certificate) -> bytes:
    return of.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _wrong_today(certificate: x509.Certificate, name: str) -> str:
    today = clock.now()
    if certificate.not_valid_after_utc <= today:
        return f"{name} expired on {certificate.not_valid_after_utc.date().isoformat()}"
    if certificate.not_valid_before_utc > today:
        day = certificate.not_valid_before_utc.date().isoformat()
        return f"{name} is not valid before {day}"
    return ""


def _check_seals(certificate: x509.Certificate) -> None:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        usage = None
    if usage is None or not usage.content_commitment:
        raise ValueError("certificate is not for sealing: it needs the usage contentCommitment")


def _check_tells_time(certificate: x509.Certificate) -> None:
    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        found = None
    wanted = [ExtendedKeyUsageOID.TIME_STAMPING]
    if found is None or not found.critical or list(found.value) != wanted:
        raise ValueError("time_stamp_certificate must be for time stamps only (RFC 3161, 2.3)")


def _check_token(address: str) -> None:
    if "module-path=" not in address or not ("object=" in address or "id=" in address):
        raise ValueError("key: a pkcs11: address names module-path, and the key by object or id")
