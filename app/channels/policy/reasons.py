"""Why something pasted is no channel, and what to do about it."""

from babel.support import LazyProxy

from app.core.errors import Refused
from app.core.i18n import lazy_gettext as _l

REASONS = {
    "empty": _l("Paste the link to your channel."),
    "too_long": _l("This is too long for the address of a channel."),
    "malformed": _l("This is not an address that we can read. Copy it again from your browser."),
    "scheme": _l("Only addresses that begin with https:// or http:// can be a channel."),
    "user_info": _l("Remove the part before the @ in the address: it can hold a password."),
    "port": _l("Remove the number after the colon: a channel has a plain address."),
    "not_public": _l("This address does not lead to the public internet."),
    "unknown_host": _l(
        "We do not know the site %(host)s. If it is a website of your own, choose “Website”."
    ),
    "short_link": _l(
        "This is a short link, which hides where it leads. Open it, then paste the address that it"
        " leads to."
    ),
    "group": _l("This link leads to a group. Paste the link to your own page or channel."),
    "live": _l("This link leads to one live session. Paste the link to the channel behind it."),
    "not_a_channel": _l(
        "This link does not lead to a channel of %(platform)s. Open your profile there and copy its"
        " address, which looks like %(example)s."
    ),
    "handle": _l("%(platform)s has no such names as “%(handle)s”. Check how yours is written."),
    "phone": _l(
        "This link holds a telephone number, which is personal data that we would have to publish."
        " Use the name of your Zalo page instead."
    ),
    "which": _l("Say which platform this name is on, or paste the whole link."),
    "email": _l("This is an e-mail address. Paste the link to your channel."),
    "platform": _l("Choose one of the platforms shown."),
}


class NotRecognised(Refused):
    """What was pasted is no channel; `kind` is a key of `REASONS`, the message says it.

    `values` are the words of the message: with "handle" the one that its platform has not.
    """

    def __init__(self, kind: str, **values: str) -> None:
        self.kind = kind
        self.values = values
        super().__init__(LazyProxy(lambda: str(REASONS[kind]) % values, enable_cache=False))
