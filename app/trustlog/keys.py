"""The log's keys, under the log's name: each of them signs every checkpoint."""

from app.core.config import settings
from app.trustlog.policy.notes import Signer, Verifier


def signers() -> tuple[Signer, ...]:
    """Who signs; nobody while no key is configured, and then the log publishes nothing."""
    return tuple(Signer(settings().log_name, key.private()) for key in settings().log_keys)


def verifiers() -> tuple[Verifier, ...]:
    """Who checks what `signers` signed."""
    return tuple(Verifier(vkey) for vkey in vkeys())


def vkeys() -> tuple[str, ...]:
    """The public keys as C2SP signed-note writes them: name, key id and key.

    A process that does not sign needs none but these (`PORTAL_LOG_VKEYS`).
    """
    return tuple(signer.vkey for signer in signers()) or settings().log_vkeys
