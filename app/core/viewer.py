"""Who acts. A plain value, so that ledgers can name an actor without knowing accounts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.errors import NotAllowed

STAFF_ROLES = ("reviewer", "officer", "board", "administrator", "auditor")


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person (or the clock, or the command line) behind one piece of work.

    `account_id` is None for somebody not signed in and for the system itself.
    `address` and `user_agent` are as the request gave them.
    """

    account_id: UUID | None = None
    roles: frozenset[str] = frozenset()
    name: str = ""
    email: str = ""
    address: str = ""
    user_agent: str = ""
    session_id: UUID | None = None
    signed_in_at: datetime | None = None
    provider: str = ""
    issuer: str = ""
    is_system: bool = False

    @property
    def signed_in(self) -> bool:
        """Whether a person is known."""
        return self.account_id is not None

    @property
    def own_id(self) -> UUID:
        """The account for which the person acts.

        Raises:
            NotAllowed: nobody is signed in.
        """
        if self.account_id is None:
            raise NotAllowed("nobody is signed in")
        return self.account_id

    @property
    def is_staff(self) -> bool:
        """Whether the person wears any staff hat."""
        return bool(self.roles & frozenset(STAFF_ROLES))

    def has(self, *roles: str) -> bool:
        """Whether the person wears any of `roles`."""
        return bool(self.roles & frozenset(roles))

    @classmethod
    def system(cls, name: str = "system") -> "Viewer":
        """The clock or the command line; `name` goes into the audit."""
        return cls(name=name, is_system=True)


ANYBODY = Viewer()
