"""What a visit to a platform that leads nowhere looks like: plain words, and a way on."""

from collections.abc import Mapping
from dataclasses import dataclass

from babel.support import LazyProxy

from app.core.i18n import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class Problem:
    """One way in which a visit is lost; what the platform itself refuses is said at the channel."""

    status: int
    sign: str
    title: LazyProxy
    text: LazyProxy


PROBLEMS: Mapping[str, Problem] = {
    "cancelled": Problem(
        200,
        "circle-x",
        _l("You did not go on at the platform"),
        _l("That is fine: nothing was passed on to us, and nothing has changed."),
    ),
    "unknown": Problem(
        400,
        "circle-question-mark",
        _l("We cannot match this visit to your browser"),
        _l(
            "It began in another browser or a private window, or your browser keeps no cookies. "
            "So that nobody can prove a channel behind your back, we go no further."
        ),
    ),
    "expired": Problem(
        400,
        "timer",
        _l("That took longer than ten minutes"),
        _l("A visit is good for ten minutes, for your safety. Please begin again."),
    ),
    "used": Problem(
        409,
        "rotate-ccw",
        _l("This visit was used already"),
        _l("Each one is good once. A page loaded twice or the Back button can lead here."),
    ),
    "other_account": Problem(
        409,
        "users",
        _l("This visit was begun by another account"),
        _l(
            "Somebody else began it in this browser. Nothing was asked of the platform, and nothing"
            " has changed."
        ),
    ),
    "signed_out": Problem(
        403,
        "log-out",
        _l("You have been signed out meanwhile"),
        _l("Sign in, then begin again at your channel."),
    ),
}
