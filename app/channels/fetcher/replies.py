"""What a name server's reply comes to, once it is seen to be one for the zone that was asked."""

from dataclasses import dataclass

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.CNAME import CNAME
from dns.rdtypes.ANY.NS import NS
from dns.rdtypes.ANY.TXT import TXT

MOST_RECORDS = 100
"""Of one name; a reply has 64 KiB at most in any case, as its length is two bytes."""

_KNOWN = frozenset({dns.rcode.NOERROR, dns.rcode.NXDOMAIN})


@dataclass(frozen=True, slots=True)
class Records:
    """The name's TXT records, each with its strings joined; none when it has none."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alias:
    """The name is another name for `target`."""

    target: dns.name.Name


@dataclass(frozen=True, slots=True)
class Referral:
    """The name lies in `zone`, below the one that was asked, which has these servers."""

    zone: dns.name.Name
    servers: tuple[str, ...]


def read(
    reply: dns.message.Message, asked: dns.name.Name, zone: dns.name.Name
) -> Records | Alias | Referral | None:
    """What `reply` says of the TXT records of `asked`.

    Returns: None when the server does not answer for `zone`, or not in order.
    """
    if reply.rcode() not in _KNOWN:
        return None
    if not reply.flags & dns.flags.AA:
        return _referral(reply, asked, zone)
    texts = _of(reply, asked, dns.rdatatype.TXT)
    if texts is not None:
        return Records(tuple(_joined(one) for one in list(texts)[:MOST_RECORDS]))
    alias = _of(reply, asked, dns.rdatatype.CNAME)
    for one in alias or ():
        if isinstance(one, CNAME):
            return Alias(one.target)
    return Records(())


def servers_in(records: dns.rrset.RRset) -> tuple[str, ...]:
    """The names of the servers in `records`, in one order whatever the order of the reply."""
    return tuple(
        sorted(one.target.to_text(omit_final_dot=True) for one in records if isinstance(one, NS))
    )


def _referral(
    reply: dns.message.Message, asked: dns.name.Name, zone: dns.name.Name
) -> Referral | None:
    """Only ever downwards and towards the name asked for, so that none can lead in a circle."""
    if reply.answer:
        return None
    for records in reply.authority:
        below = records.name.is_subdomain(zone) and records.name != zone
        if records.rdtype == dns.rdatatype.NS and below and asked.is_subdomain(records.name):
            return Referral(records.name, servers_in(records))
    return None


def _of(
    reply: dns.message.Message, name: dns.name.Name, kind: dns.rdatatype.RdataType
) -> dns.rrset.RRset | None:
    return reply.get_rrset(reply.answer, name, dns.rdataclass.IN, kind)


def _joined(record: object) -> str:
    if not isinstance(record, TXT):
        return ""
    return b"".join(record.strings).decode("utf-8", errors="replace")
