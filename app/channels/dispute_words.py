"""What happened in a dispute, in the reader's words. The same words for either side."""

from app.cases.queries import Said
from app.channels.policy.disputes import End
from app.core.i18n import gettext as _


def told(said: Said) -> str:
    """One event of a thread, said to the side whose thread it is, and to staff alike."""
    if said.event == "dispute.opened":
        return _("The channel is examined: two accounts have shown that they control it.")
    if said.event == "dispute.left":
        return ended(End.LEFT)
    if said.event == "dispute.ended":
        return ended(End(said.facts["end"]))
    return ""


def ended(end: End) -> str:
    """How a dispute ended for one side."""
    return {
        End.KEPT: _("Settled: the channel stays with this account."),
        End.WON: _("Settled: the channel goes to this account."),
        End.LOST: _("Settled: the channel does not go to this account."),
        End.LEFT: _("This account has given the channel up."),
    }[end]
