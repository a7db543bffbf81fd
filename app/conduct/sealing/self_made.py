"""A self-made authority: root, certificate of the seal, and clock, for demonstrations and trials.

It proves nothing to anybody outside, and its certificates say so in their own words: whoever
opens a document sealed by it reads `MARK` beside the name.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.conduct.sealing.naming import MARK
from app.core import clock
from app.core.seal_settings import Key

ALLIANCE = "Liên minh Niềm tin số"
VALID = timedelta(days=20 * 365)
BITS = 3072  # of the clock's key: until 2030 and beyond (NIST SP 800-57 part 1, table 2)

ROOT, SIGNER, SIGNER_KEY = "root.pem", "signer.pem", "signer.key"
CLOCK, CLOCK_KEY = "time-stamps.pem", "time-stamps.key"


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key


def make(folder: Path) -> None:
    """Write root, signer and clock into `folder` as PEM. The root's key is kept nowhere.

    Raises:
        FileExistsError: there is one already; it is left as it is.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (folder / ROOT).exists():
        raise FileExistsError(folder / ROOT)
    root = issue("Root", None, ec.generate_private_key(ec.SECP256R1()))
    signer = issue("Seal", root, ec.generate_private_key(ec.SECP256R1()))
    authority = issue("Clock", root, rsa.generate_private_key(65537, BITS))
    _write(folder / SIGNER_KEY, _private(signer.key))
    _write(folder / CLOCK_KEY, _private(authority.key))
    _write(folder / SIGNER, signer.certificate.public_bytes(Encoding.PEM))
    _write(folder / CLOCK, authority.certificate.public_bytes(Encoding.PEM))
    _write(folder / ROOT, root.certificate.public_bytes(Encoding.PEM))


def setting(folder: Path) -> dict[str, Any]:
    """What `PORTAL_SEAL` is to be, in JSON, for the authority in `folder`."""
    at = folder.resolve()
    return {
        "certificate": str(at / SIGNER),
        "key": str(at / SIGNER_KEY),
        "roots": str(at / ROOT),
        "time_stamp_certificate": str(at / CLOCK),
        "time_stamp_key": str(at / CLOCK_KEY),
        "self_made": True,
    }


def issue(
    role: str, issuer: Issued | None, key: Key, *, until: datetime | None = None, mark: str = MARK
) -> Issued:
    """A certificate for `key`: of a root without an `issuer`, else of a `Seal` or a `Clock`."""
    name = _name(role, mark)
    now = clock.now()
    public = key.public_key()
    by = issuer.certificate if issuer else None
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(by.subject if by else name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(until or now + VALID)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(_usage(role), critical=True)
    )
    if issuer:
        known = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
        builder = builder.add_extension(known, critical=False)
    if role == "Clock":
        stamps = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(stamps, critical=True)
    return Issued(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def _name(role: str, mark: str) -> x509.Name:
    parts = [
        (NameOID.COUNTRY_NAME, "VN"),
        (NameOID.ORGANIZATION_NAME, ALLIANCE),
        *([(NameOID.ORGANIZATIONAL_UNIT_NAME, mark)] if mark else []),
        (NameOID.COMMON_NAME, f"{ALLIANCE} – {role}"),
    ]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def _usage(role: str) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=role != "Root",
        content_commitment=role == "Seal",
        key_cert_sign=role == "Root",
        crl_sign=role == "Root",
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _private(key: Key) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)
