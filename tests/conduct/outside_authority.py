"""An authority as others run them: root, intermediate, lists of what is revoked, time stamps.

All of it is served on loopback by one small server, for as long as a block takes.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from asn1crypto import keys, pem, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper

from app.core import clock
from app.core.seal_settings import Key, SealSettings

DAY = timedelta(days=1)


@dataclass
class Party:
    """A certificate, its key, and whom it has revoked."""

    name: str
    key: Key
    certificate: x509.Certificate
    revoked: list[int] = field(default_factory=list)

    @property
    def written(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def secret(self) -> str:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    def crl(self) -> bytes:
        now = clock.now()
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(now - timedelta(minutes=5))
            .next_update(now + 7 * DAY)
            .add_extension(x509.CRLNumber(1), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
                critical=False,
            )
        )
        for serial in self.revoked:
            one = x509.RevokedCertificateBuilder().serial_number(serial)
            builder = builder.add_revoked_certificate(
                one.revocation_date(now - timedelta(hours=1)).build()
            )
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)


class Authority:
    """Everybody, and what the server says on their behalf."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.root = self.issue("root", None)
        self.middle = self.issue("middle", self.root)
        self.signer = self.issue("signer", self.middle, days=30)
        self.clock = self.issue("clock", self.root, days=60)

    def issue(self, name: str, by: Party | None, *, days: int = 3650) -> Party:
        key: Any = (
            rsa.generate_private_key(65537, 2048)
            if name == "clock"
            else ec.generate_private_key(ec.SECP256R1())
        )
        return Party(name, key, self._certificate(name, key, by, clock.now() + days * DAY))

    def _certificate(
        self, name: str, key: Key, by: Party | None, until: datetime
    ) -> x509.Certificate:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Outside {name}")])
        is_authority = name in ("root", "middle")
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(by.certificate.subject if by else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(clock.now() - DAY)
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(usage(name), critical=True)
        )
        if by:
            place = x509.UniformResourceIdentifier(f"{self.origin}/{by.name}.crl")
            points = x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)])
            known = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key())
            builder = builder.add_extension(points, critical=False)
            builder = builder.add_extension(known, critical=False)
        if name == "clock":
            stamps = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(stamps, critical=True)
        return builder.sign(by.key if by else key, hashes.SHA256())

    def stamp(self, request: bytes) -> bytes:
        """The answer to a request for a time stamp."""
        held = asn1_x509.Certificate.load(pem.unarmor(self.clock.written.encode())[2])
        secret = keys.PrivateKeyInfo.load(pem.unarmor(self.clock.secret.encode())[2])
        stamper = DummyTimeStamper(held, secret, fixed_dt=clock.now())
        answer = stamper.request_tsa_response(tsp.TimeStampReq.load(request))
        return bytes(answer.dump())

    def settings(self, **changes: Any) -> dict[str, Any]:
        """What `PORTAL_SEAL` is to be."""
        return {
            "certificate": self.signer.written + self.middle.written,
            "key": self.signer.secret,
            "roots": self.root.written,
            "time_stamps": ["http://127.0.0.1:9/silent", f"{self.origin}/stamp"],
            "time_stamp_seconds": 20,
            "time_stamp_certificate": "",
            "time_stamp_key": "",
            "self_made": False,
            "long_term": True,
            **changes,
        }

    def seal_settings(self, **changes: Any) -> SealSettings:
        return SealSettings(**self.settings(**changes))


def usage(name: str) -> x509.KeyUsage:
    is_authority = name in ("root", "middle")
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=name == "signer",
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


@contextmanager
def outside() -> Iterator[Authority]:
    """An authority, served on loopback."""
    held: list[Authority] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.strip("/").removesuffix(".crl")
            self._answer({"root": held[0].root, "middle": held[0].middle}[name].crl(), "pkix-crl")

        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(held[0].stamp(request), "timestamp-reply")

        def _answer(self, content: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", f"application/{kind}")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    held.append(Authority(f"http://127.0.0.1:{server.server_port}"))
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield held[0]
    finally:
        server.shutdown()
        server.server_close()
