"""Proofs, made when a document is read; in a thread, since canonical forms take their time.

One after the other: together they would not be sooner, and would take the threads, and the turns
of the interpreter, from whoever asks for something else.
"""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from typing import Any

import anyio

from app.core.crypto import canonical_json
from app.core.signing_keys import SigningKey
from app.credentials.policy import did, proofs


class Signed:
    """Documents that were signed by this process, the newest `most` that somebody asked for."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._kept: OrderedDict[tuple[Hashable, str, str], bytes] = OrderedDict()
        self._one_at_a_time = anyio.CapacityLimiter(1)

    async def get(
        self,
        what: Hashable,
        document: bytes | Mapping[str, Any],
        key: SigningKey,
        issuer: str,
        at: str,
    ) -> bytes:
        """A document with its proofs, as canonical JSON: the same bytes each time.

        Args:
            what: stands for the document: another document, another `what`.
            issuer: the DID to which the key belongs.
            at: when the proofs say that they were made.
        """
        named = (what, issuer, key.id)
        found = self._kept.get(named)
        if found is None:
            async with self._one_at_a_time:
                found = self._kept.get(named)  # made for somebody else meanwhile
                if found is None:
                    found = await asyncio.to_thread(sign, document, key, issuer, at)
                self._kept[named] = found
        self._kept.move_to_end(named)
        while len(self._kept) > self.most:
            self._kept.popitem(last=False)
        return found


CREDENTIALS = Signed(1_000)  # of some 5,000 bytes
LISTS = Signed(20)  # of up to 25,000


def sign(document: bytes | Mapping[str, Any], key: SigningKey, issuer: str, at: str) -> bytes:
    """A document with its proofs, made here and now: some hundredths of a second."""
    told = json.loads(document) if isinstance(document, bytes) else document
    method = did.method_of(issuer, key.id)
    return canonical_json(proofs.signed(told, key.private(), method, at))
