"""What in a seal no signature covers, held to the one way in which it can be written.

The bytes of a signature itself lie in a gap that it cannot cover, with room to spare, and with
certificates and the time stamp beside what is signed. Readers of PDF overlook changes there: they
change nothing of what is proven. We promise that not one byte differs, so we look.
"""

from collections.abc import Iterable, Sequence

from asn1crypto import cms, parser
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

VERSIONS = {"data": "v1", "tst_info": "v3"}  # of SignedData, by what is signed (RFC 5652, 5.1)


def is_tight(
    pdf: bytes, signatures: Iterable[EmbeddedPdfSignature], roots: Sequence[asn1_x509.Certificate]
) -> bool:
    """Whether the gaps of all `signatures` hold what belongs there and nothing else."""
    known = [_strict(one) for one in roots]
    return all(_fills_gap(pdf, one) and _is_ours(one.signed_data, known) for one in signatures)


def _fills_gap(pdf: bytes, signature: EmbeddedPdfSignature) -> bool:
    """The gap is hexadecimal in capitals: one value in DER, then zeros."""
    _, begins, ends, _ = (int(number) for number in signature.byte_range)
    raw = signature.pkcs7_content
    if pdf[begins:ends] != b"<" + raw.hex().upper().encode() + b">":
        return False
    size = _size(raw)
    return _is_packed(raw[:size]) and not raw[size:].strip(b"\0")


def _size(value: bytes) -> int:
    *_, header, content, trailer = parser.parse(value)
    return len(header) + len(content) + len(trailer)


def _is_packed(values: bytes) -> bool:
    """Whether values in DER follow each other without anything between them, all the way down."""
    while values:
        kind, constructed, tag, header, content, trailer = parser.parse(values)
        if trailer or (kind, tag) == (0, 0) or not _is_packed(content if constructed else b""):
            return False
        values = values[len(header) + len(content) :]
    return True


def _is_ours(
    signed: cms.SignedData, roots: Sequence[x509.Certificate], *, stamp: bool = False
) -> bool:
    """Whether a signature carries along what ours do; a `stamp` what an authority likes to."""
    (signer,) = signed["signer_infos"]
    kind = signed["encap_content_info"]["content_type"].native
    digests = [one.dump() for one in signed["digest_algorithms"]]
    return (
        signed["version"].native == VERSIONS.get(kind)
        and digests == [signer["digest_algorithm"].dump()]
        and not signed["crls"].native
        and signer["version"].native == "v1"
        and _is_named(signer, signed)
        and _are_issued(signed, roots, stamp=stamp)
        and _is_stamped_once(signer, roots)
    )


def _is_named(signer: cms.SignerInfo, signed: cms.SignedData) -> bool:
    """Whether the signer is named letter by letter as in a certificate given along.

    Names that differ in capitals alone are equal to whoever compares them (RFC 5280, 7.1).
    """
    named = signer["sid"].chosen
    given = [one.chosen for one in signed["certificates"]]
    return isinstance(named, cms.IssuerAndSerialNumber) and any(
        named["serial_number"].native == one.serial_number
        and named["issuer"].dump() == one.issuer.dump()
        for one in given
    )


def _is_stamped_once(signer: cms.SignerInfo, roots: Sequence[x509.Certificate]) -> bool:
    """Beside what is signed there is nothing, or one time stamp."""
    unsigned = signer["unsigned_attrs"]
    if not unsigned.native:
        return True
    if len(unsigned) != 1 or unsigned[0]["type"].native != "signature_time_stamp_token":
        return False
    tokens = unsigned[0]["values"]
    return len(tokens) == 1 and _is_ours(tokens[0]["content"], roots, stamp=True)


def _are_issued(signed: cms.SignedData, roots: Sequence[x509.Certificate], *, stamp: bool) -> bool:
    """Every certificate given along is as its issuer signed it.

    A `stamp` may carry certificates of issuers that we do not know.
    """
    given = [_strict(one.chosen) for one in signed["certificates"]]
    issuers = [*given, *roots]
    for one in given:
        named = [by for by in issuers if by.subject == one.issuer]
        if not (named or stamp) or (named and not any(_did_issue(by, one) for by in named)):
            return False
    return True


def _did_issue(by: x509.Certificate, one: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _strict(certificate: asn1_x509.Certificate) -> x509.Certificate:
    return x509.load_der_x509_certificate(certificate.dump())
