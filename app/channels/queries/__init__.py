"""What pages ask about channels, their proofs, and who says that one is theirs."""

from app.channels.queries.channels import (
    PROVEN,
    PUBLIC_COLUMNS,
    Attempt,
    ChannelView,
    account_of_token,
    attempts,
    channel,
    channels_of,
    channels_of_accounts,
    token_of,
)
from app.channels.queries.claims import Claim, is_party, other_claims, shares_channel
from app.channels.queries.kept import (
    Count,
    FormerName,
    Turn,
    counts,
    former_names,
    notice_ends,
    turns,
)
from app.channels.queries.waiting import WaitingPage, WaitingRow, waiting_for_staff

__all__ = [
    "PROVEN",
    "PUBLIC_COLUMNS",
    "Attempt",
    "ChannelView",
    "Claim",
    "Count",
    "FormerName",
    "Turn",
    "WaitingPage",
    "WaitingRow",
    "account_of_token",
    "attempts",
    "channel",
    "channels_of",
    "channels_of_accounts",
    "counts",
    "former_names",
    "is_party",
    "notice_ends",
    "other_claims",
    "shares_channel",
    "token_of",
    "turns",
    "waiting_for_staff",
]
