"""What can be done with channels: by their owners, by the portal's own checks, by staff."""

from app.channels.service.asking import identity_url
from app.channels.service.channels import add, remove, set_followers
from app.channels.service.checks import CHECK, ask_check, ask_of, record
from app.channels.service.proofs import begin, expire_codes, set_proof
from app.channels.service.settle import confirm, correct_followers, open_evidence, refuse, take_away

__all__ = [
    "CHECK",
    "add",
    "ask_check",
    "ask_of",
    "begin",
    "confirm",
    "correct_followers",
    "expire_codes",
    "identity_url",
    "open_evidence",
    "record",
    "refuse",
    "remove",
    "set_followers",
    "set_proof",
    "take_away",
]
