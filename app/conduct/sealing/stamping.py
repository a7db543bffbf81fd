"""Who tells the time of a seal: authorities that others run, asked in turn, or a clock of ours."""

from collections.abc import Iterator
from functools import lru_cache

from asn1crypto import keys, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.sign.timestamps import DummyTimeStamper, HTTPTimeStamper, TimeStamper

from app.core import clock
from app.core.seal_settings import SealSettings


def in_turn(by: SealSettings) -> Iterator[tuple[str, TimeStamper]]:
    """Each authority that may be asked: its address, empty for our own clock, and the asker."""
    own = by.own_time
    if own is None:
        for url in by.time_stamps:
            yield url, _outside(url, by.time_stamp_seconds)
        return
    certificate, key = own
    secret = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    yield (
        "",
        DummyTimeStamper(
            x509.Certificate.load(certificate.public_bytes(Encoding.DER)),
            keys.PrivateKeyInfo.load(secret),
            fixed_dt=clock.now(),
        ),
    )


@lru_cache
def _outside(url: str, seconds: float) -> TimeStamper:
    """Kept, since it remembers how much room an answer of that authority needs."""
    return HTTPTimeStamper(url, timeout=seconds)
