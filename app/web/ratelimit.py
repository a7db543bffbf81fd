"""How often one may ask. Decision 0011 says why there are two ways to count.

`limit` and `count` are exact: one counter in the database for all processes, raised each time. They
are for what is seldom and matters: signing in, uploads, forms. `spend` is for reads that many make:
each process holds a share of what an address may ask for, and asks the database only for the next.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from starlette.requests import Request

from app.core import clock
from app.core.crypto import digest
from app.core.db import database
from app.core.errors import TooMany
from app.web.models import RateCounter
from app.web.sessions import client_address, viewer_of

NEIGHBOURHOOD = 64  # bits of an IPv6 address that one household or server has to itself
MOST_SHARES = 20_000  # addresses that a process remembers; some 250 bytes each


@dataclass(frozen=True, slots=True)
class Policy:
    """`most` units in each window of `seconds`, for one address; `name` is what is limited."""

    name: str
    most: int
    seconds: int

    @property
    def free(self) -> int:
        """What a process gives without asking: most people never ask for more."""
        return max(1, self.most // 10)

    @property
    def share(self) -> int:
        """What a process asks the database for at a time."""
        return max(1, self.most // 20)


@dataclass(frozen=True, slots=True)
class Left:
    """What an address may still ask for. `enough` says whether this time was let through."""

    policy: Policy
    remaining: int
    reset: int  # seconds until the next window
    enough: bool = True

    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers-11 writes it."""
        name = f'"{self.policy.name}"'
        return {
            "RateLimit-Policy": f"{name};q={self.policy.most};w={self.policy.seconds}",
            "RateLimit": f"{name};r={self.remaining};t={self.reset}",
        }


@dataclass(slots=True)
class _Share:
    """What this process may still give to one address in one window.

    `counted` is the shared counter as it was last seen; `untold` the part of what was given that
    it does not have yet.
    """

    since: int
    have: int
    untold: int
    counted: int
    dry: bool = False  # the window's last unit is given: the database need not be asked again


_shares: OrderedDict[str, _Share] = OrderedDict()


def forget_shares() -> None:
    """Let this process begin anew, as after a restart."""
    _shares.clear()


async def spend(request: Request, policy: Policy, units: int = 1) -> Left:
    """Take `units` of what this person or address may ask for; refuses by saying so.

    At most `policy.most` in a window over all processes, and `policy.free` more for each process
    that has not had to ask yet. It may refuse early by what other processes hold unused.
    """
    key = _key(request, policy.name)
    at = clock.now().timestamp()
    since = int(at // policy.seconds * policy.seconds)
    share = _share_of(key, since, policy)
    if share.have < units and not share.dry:
        await _ask_for_more(key, share, policy, units)
    enough = share.have >= units
    if enough:
        share.have -= units
    return Left(
        policy=policy,
        remaining=max(0, policy.most - share.counted) + share.have,
        reset=int(since + policy.seconds - at) + 1,
        enough=enough,
    )


async def ration(request: Request, policy: Policy, units: int = 1) -> None:
    """`spend`, for pages.

    Raises:
        TooMany: not enough was left; says when to try again.
    """
    left = await spend(request, policy, units)
    if not left.enough:
        raise TooMany(left.reset)


def _share_of(key: str, since: int, policy: Policy) -> _Share:
    share = _shares.get(key)
    if share is None or share.since != since:
        free = policy.free
        share = _shares[key] = _Share(since, have=free, untold=free, counted=free)
        if len(_shares) > MOST_SHARES:
            _shares.popitem(last=False)
    _shares.move_to_end(key)
    return share


async def _ask_for_more(key: str, share: _Share, policy: Policy, units: int) -> None:
    wanted = max(policy.share, units - share.have)
    told, share.untold = share.untold, 0
    since = datetime.fromtimestamp(share.since, UTC)
    share.counted = await _add(key, since, told + wanted)
    granted = min(wanted, max(0, policy.most - (share.counted - wanted)))
    share.have += granted
    share.dry = granted < wanted


async def limit(request: Request, what: str, most: int, seconds: int) -> None:
    """Count one more `what` of this person or address, exactly.

    Args:
        what: names the thing limited, such as "sign-in".
        most: how many are let through in each window.
        seconds: the window's length.

    Raises:
        TooMany: that was more than `most`; says when to try again.
    """
    await count(_key(request, what), most, seconds)


async def count(key: str, most: int, seconds: int) -> None:
    """Count one more under `key`, in a transaction of its own: a refusal is counted too.

    Raises:
        TooMany: as `limit` says.
    """
    at = clock.now()
    since = datetime.fromtimestamp(at.timestamp() // seconds * seconds, UTC)
    if await _add(key, since, 1) > most:
        raise TooMany(int((since + timedelta(seconds=seconds) - at).total_seconds()) + 1)


async def _add(key: str, since: datetime, units: int) -> int:
    """Raise the shared counter. Returns: what it is then."""
    statement = insert(RateCounter).values(key=key, since=since, count=units)
    async with database().write() as session:
        found = await session.scalar(
            statement.on_conflict_do_update(
                index_elements=["key", "since"], set_={"count": RateCounter.count + units}
            ).returning(RateCounter.count)
        )
    return found or 0


def _key(request: Request, what: str) -> str:
    """The counter of `what` for who asks; neither account nor address can be read from it."""
    viewer = viewer_of(request)
    return _hashed(what, str(viewer.account_id or "") or neighbourhood(client_address(request)))


@lru_cache(maxsize=4096)
def _hashed(what: str, who: str) -> str:
    return f"{what}:{digest(who)[:24]}"


@lru_cache(maxsize=4096)
def neighbourhood(address: str) -> str:
    """`address`, or the network of an IPv6 address: whoever has one has 2⁶⁴ of them."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ip_network((int(found), NEIGHBOURHOOD), strict=False))


async def forget_old() -> int:
    """Drop counters of past windows. Returns: how many."""
    async with database().write() as session:
        gone = await session.execute(
            delete(RateCounter)
            .where(RateCounter.since < clock.now() - timedelta(days=1))
            .returning(RateCounter.key)
        )
        return len(gone.all())
