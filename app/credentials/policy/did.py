"""The issuer's name under `did:web`, and the document that says which keys speak for it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from app.core.crypto import canonical_json

CONTEXTS = ("https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1")
ADDRESS = "/.well-known/did.json"


def did_of(base_url: str) -> str:
    """The name of whoever answers at `base_url`, an origin; a port is written `%3A`.

    On `localhost`, as in the demonstration, it is a name that only this machine can look up; and
    of an address in numbers, which did:web does not allow, nobody strange will.

    Source: the did:web method, section "Method-specific identifier".
    """
    host = urlsplit(base_url).netloc
    return f"did:web:{host.replace(':', '%3A')}"


def method_of(did: str, key_id: str) -> str:
    """How proofs name a key."""
    return f"{did}#{key_id}"


def key_of(did: str, method: object) -> str | None:
    """The id of the key that a proof names; None when it is no key of `did`."""
    if not isinstance(method, str) or not method.startswith(f"{did}#"):
        return None
    return method.removeprefix(f"{did}#")


def document(did: str, keys: Mapping[str, str]) -> bytes:
    """The DID document: canonical JSON, the same bytes for the same keys.

    Keys in use and retired ones stand in it alike, so that what any of them signed stays true.

    Args:
        keys: by id, as Multikey.
    """
    methods = [method_of(did, key_id) for key_id in sorted(keys)]
    told: dict[str, Any] = {
        "@context": list(CONTEXTS),
        "id": did,
        "verificationMethod": [
            {
                "id": method_of(did, key_id),
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": keys[key_id],
            }
            for key_id in sorted(keys)
        ],
        "assertionMethod": methods,
    }
    return canonical_json(told)
