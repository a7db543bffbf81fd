"""Credentials inside pictures, as Open Badges 3.0 says (sections 5.3.1 and 5.3.2)."""


def svg(picture: str, credential: bytes) -> str:
    """`picture` with the credential inside: the first child of its root element.

    Raises:
        ValueError: the picture is no SVG, or the credential no JSON text.
    """
    raise NotImplementedError


def png(picture: bytes, credential: bytes) -> bytes:
    """`picture` with the credential in one uncompressed iTXt chunk before its data.

    Raises:
        ValueError: the picture is no PNG.
    """
    raise NotImplementedError
