"""Base 58 as Bitcoin writes it, and Ed25519 keys as Multikey (W3C Controlled Identifiers 1.0)."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ED25519 = bytes((0xED, 0x01))
"""What stands before the 32 bytes of a public key (multicodec)."""
KEY = 32  # bytes
LONGEST = 200  # characters that are read: time grows with their square
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}


def base58(data: bytes) -> str:
    """`data` in base 58; each zero byte before the first other one is a `1`."""
    zeros = len(data) - len(data.lstrip(b"\0"))
    number, letters = int.from_bytes(data), ""
    while number:
        number, rest = divmod(number, 58)
        letters = ALPHABET[rest] + letters
    return "1" * zeros + letters


def from_base58(text: str) -> bytes:
    """The bytes that `text` writes.

    Raises:
        ValueError: it is not base 58, or longer than any key or signature.
    """
    if len(text) > LONGEST:
        raise ValueError("too long for a key or a signature")
    number = 0
    for letter in text:
        if letter not in _VALUES:
            raise ValueError("not base 58")
        number = number * 58 + _VALUES[letter]
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)


def multibase(data: bytes) -> str:
    """`data` in base 58 with the letter that says so."""
    return f"z{base58(data)}"


def from_multibase(text: object) -> bytes:
    """The bytes behind a `z`.

    Raises:
        ValueError: it is no text in base 58 behind a `z`.
    """
    if not isinstance(text, str) or not text.startswith("z"):
        raise ValueError("not base 58 behind a z")
    return from_base58(text[1:])


def multikey(key: Ed25519PublicKey) -> str:
    """A public key as documents name it."""
    return multibase(ED25519 + key.public_bytes_raw())


def from_multikey(text: object) -> Ed25519PublicKey:
    """The public key that `text` writes.

    Raises:
        ValueError: it writes none, or one of another kind.
    """
    data = from_multibase(text)
    if len(data) != len(ED25519) + KEY or not data.startswith(ED25519):
        raise ValueError("not an Ed25519 key")
    return Ed25519PublicKey.from_public_bytes(data[len(ED25519) :])
