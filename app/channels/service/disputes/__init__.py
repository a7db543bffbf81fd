"""Two accounts that both showed control of one channel: both are heard, staff decide.

Each side has a thread of its own with staff; nothing here tells one side who the other is, or lets
it see that the other has spoken (decision 0024). Who takes more than one channel in a transaction
takes the first by `take_alone`.
"""

from app.channels.service.disputes.ending import decide, give_way, leave
from app.channels.service.disputes.opening import contest, contested, hear_both
from app.channels.service.disputes.speaking import open_dispute, say, say_as_staff

__all__ = [
    "contest",
    "contested",
    "decide",
    "give_way",
    "hear_both",
    "leave",
    "open_dispute",
    "say",
    "say_as_staff",
]
