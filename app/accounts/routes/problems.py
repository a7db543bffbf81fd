"""What a sign-in that did not succeed looks like: plain words, and a way on."""

from collections.abc import Mapping
from dataclasses import dataclass

from babel.support import LazyProxy
from starlette.requests import Request
from starlette.responses import Response

from app.accounts.models import Purpose
from app.accounts.providers.base import Provider
from app.accounts.routes.browser import wanted
from app.core.i18n import lazy_gettext as _l
from app.web.pages import page


@dataclass(frozen=True, slots=True)
class Problem:
    """One way in which a sign-in fails. `%(provider)s` in its texts is the provider's name."""

    status: int
    sign: str
    title: LazyProxy
    text: LazyProxy


PROBLEMS: Mapping[str, Problem] = {
    "cancelled": Problem(
        200,
        "circle-x",
        _l("You did not go on with %(provider)s"),
        _l("That is fine: nothing was passed on to us, and nothing has changed."),
    ),
    "unknown": Problem(
        400,
        "circle-question-mark",
        _l("We cannot match this sign-in to your browser"),
        _l(
            "It began in another browser or a private window, or your browser keeps no cookies. "
            "So that nobody can sign you in behind your back, we go no further."
        ),
    ),
    "expired": Problem(
        400,
        "timer",
        _l("That took longer than ten minutes"),
        _l("A sign-in is good for ten minutes, for your safety. Please begin again."),
    ),
    "used": Problem(
        409,
        "rotate-ccw",
        _l("This sign-in was used already"),
        _l(
            "Each one is good once. A page loaded twice or the Back button can lead here. "
            "Begin again; %(provider)s will most likely know you at once."
        ),
    ),
    "refused": Problem(
        400,
        "circle-alert",
        _l("%(provider)s did not let this sign-in through"),
        _l(
            "Its answer was no, without a reason that we could pass on. "
            "Begin again, or use another way in."
        ),
    ),
    "setup": Problem(
        502,
        "wrench",
        _l("%(provider)s does not accept the portal just now"),
        _l(
            "Something in our set-up with it is not right. It is not your doing, and trying again "
            "will not help until we have mended it. Please use another way in."
        ),
    ),
    "down": Problem(
        502,
        "circle-alert",
        _l("%(provider)s does not answer"),
        _l("It may be busy or away for a while. Try again in a few minutes, or use another way."),
    ),
    "invalid": Problem(
        502,
        "shield-check",
        _l("We could not trust the answer of %(provider)s"),
        _l(
            "It was not the one that we had asked for, so we did not use it. Begin again; "
            "if this page comes back, please tell us."
        ),
    ),
    "clock": Problem(
        502,
        "clock",
        _l("The clocks do not agree"),
        _l(
            "The answer of %(provider)s carries a time that does not fit ours, so we did not use "
            "it. It is not your doing. Try again in a minute, or use another way in."
        ),
    ),
    "not_fresh": Problem(
        409,
        "lock",
        _l("We need you to sign in afresh"),
        _l(
            "%(provider)s relied on an earlier sign-in. For this step please sign in there again, "
            "with your password or your phone."
        ),
    ),
    "other_account": Problem(
        409,
        "users",
        _l("That sign-in belongs to another account"),
        _l("You are still signed in as before; nothing has changed."),
    ),
    "signed_out": Problem(
        403,
        "log-out",
        _l("You have been signed out meanwhile"),
        _l("Sign in, then begin again: to link a further sign-in you have to be signed in."),
    ),
}


def problem(
    request: Request,
    reason: str,
    provider: Provider,
    *,
    purpose: Purpose = Purpose.SIGN_IN,
    next_path: str = "",
    message: object = "",
) -> Response:
    """The page of one problem, with its status.

    Args:
        purpose: why the person had gone to the provider, so that they can begin again.
        next_path: where they had wanted to go; already known to stay on the portal.
        message: words of a service that fit better than the problem's own.
    """
    found = PROBLEMS[reason]
    names = {"provider": provider.label}
    return page(
        request,
        "accounts/problem.html",
        status=found.status,
        reason=reason,
        sign=found.sign,
        title=str(found.title) % names,
        text=str(message) or str(found.text) % names,
        provider=provider,
        purpose=purpose.value,
        next_path=wanted(next_path),
    )
