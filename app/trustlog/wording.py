"""The log in plain words: what each kind of entry tells, and what its facts are called."""

import json
from collections.abc import Mapping
from typing import Any

from app.core.i18n import lazy_gettext as _l
from app.trustlog.models import Kind
from app.trustlog.policy.signing import Because

SAID: Mapping[Kind, Any] = {
    Kind.CODE_PUBLISHED: _l("A version of the code of conduct was published"),
    Kind.CODE_SIGNED: _l("Somebody signed the code of conduct"),
    Kind.CODE_SEALED: _l("A signed document got the alliance’s seal"),
    Kind.MEMBERSHIP_BEGUN: _l("A membership began"),
    Kind.MEMBERSHIP_RENEWED: _l("A membership was renewed"),
    Kind.MEMBERSHIP_LAPSED: _l("A membership lapsed"),
    Kind.MEMBERSHIP_SUSPENDED: _l("A member was suspended"),
    Kind.MEMBERSHIP_REINSTATED: _l("A member was reinstated"),
    Kind.MEMBERSHIP_EXPELLED: _l("A member was expelled"),
    Kind.MEMBERSHIP_LEFT: _l("A member left"),
    Kind.CHANNEL_PROVEN: _l("Somebody proved a channel"),
    Kind.CHANNEL_LOST: _l("The proof of a channel was lost"),
    Kind.CREDENTIAL_ISSUED: _l("A credential was issued"),
    Kind.CREDENTIAL_REVOKED: _l("A credential was revoked"),
    Kind.DID_CHANGED: _l("The document with the alliance’s keys changed"),
    Kind.KEYS_CHANGED: _l("The keys that sign this log changed"),
}


WHY: Mapping[Because, Any] = {
    Because.BROKEN: _l("The files of the log do not fit together."),
    Because.BEHIND: _l("The database was set back to an older copy, which lacks signed entries."),
    Because.DIFFERENT: _l("Entries in the database are not those that were signed."),
    Because.NO_MEMORY: _l("The record of what was signed last is gone."),
    Because.OLD_MEMORY: _l("The record of what was signed last is older than the database."),
    Because.UNREADABLE: _l("The record of what was signed last cannot be read."),
    Because.UNWRITABLE: _l("The record of what is signed cannot be written."),
    Because.ANOTHER_NAME: _l("The log is set up under another name than it signed with."),
    Because.WITNESSED: _l("A witness has seen another history."),
}


def why(because: Because) -> str:
    """Why the portal refuses to sign, for whoever reads the log."""
    return str(WHY[because])


def said(kind: Kind) -> str:
    """What an entry of that kind tells, naming nobody."""
    return str(SAID[kind])


def readable(body: bytes) -> str:
    """The JSON of an entry over several lines, for eyes; the tree hashes `body` itself."""
    return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
