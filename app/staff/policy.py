"""What somebody asks of a list of applications, as its address says it. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from app.applications.models import Status
from app.applications.queries.queue import HOLDERS, WAITING, Filter
from app.core.reference import reference
from app.core.text import tidy

WORK = "/staff"
ALL = "/staff/applications"
_STATUSES: Mapping[str, tuple[Status, ...]] = {
    WORK: (*WAITING, Status.INFO_REQUESTED),
    ALL: tuple(status for status in Status if status is not Status.DRAFT),
}
_PAGE = re.compile("[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class Question:
    """One view of the work list (`WORK`) or of all applications (`ALL`)."""

    place: str
    status: Status | None = None
    holder: str = ""
    overdue: bool = False
    topic: str = ""
    province: str = ""
    q: str = ""
    page: int = 1

    @classmethod
    def parse(cls, place: str, given: Mapping[str, str]) -> "Question":
        """Read an address; what it cannot mean is left out rather than refused."""
        status = given.get("status", "")
        number = given.get("page", "")
        return cls(
            place=place,
            status=Status(status) if status in _STATUSES[place] else None,
            holder=found if (found := given.get("holder", "")) in HOLDERS else "",
            overdue=given.get("overdue") == "yes",
            topic=found if (found := given.get("topic", "")) in reference.topics else "",
            province=found if (found := given.get("province", "")) in reference.provinces else "",
            q=tidy(given.get("q", "").replace("\0", ""))[:100],
            page=max(1, int(number)) if _PAGE.fullmatch(number) else 1,
        )

    @property
    def statuses(self) -> tuple[Status, ...]:
        """The statuses that this place lists, in their order."""
        return _STATUSES[self.place]

    @property
    def filter(self) -> Filter:
        """The same as the queue takes it."""
        asked = (self.status,) if self.status else self.statuses
        if self.place == WORK and self.status is None:
            asked = WAITING  # who waits for the applicant is asked for by name
        return Filter(
            asked, self.holder, self.overdue, self.topic, self.province, self.q, self.page
        )

    @property
    def narrowed(self) -> bool:
        """Whether it asks for less than all of its place."""
        return replace(self, page=1) != Question(self.place)

    def toggled(self, name: str, value: object) -> str:
        """The address with `name` set to `value`, or taken off when it is; from page one."""
        off: object = {"status": None, "overdue": False}.get(name, "")
        new = off if getattr(self, name) == value else value
        return replace(self, **{name: new, "page": 1}).address()  # type: ignore[arg-type]

    def on_page(self, number: object) -> str:
        """The address of another page; `number` may be a place-holder."""
        bare = replace(self, page=1).address()
        return f"{bare}{'&' if '?' in bare else '?'}page={number}"

    def pairs(self, *without: str) -> list[tuple[str, str]]:
        """Names and values as the address writes them, the page and `without` left out."""
        found = {
            "q": self.q,
            "status": self.status.value if self.status else "",
            "holder": self.holder,
            "overdue": "yes" if self.overdue else "",
            "topic": self.topic,
            "province": self.province,
        }
        return [(name, value) for name, value in found.items() if value and name not in without]

    def address(self) -> str:
        """The one address of this view."""
        pairs = self.pairs()
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        return self.place + (f"?{urlencode(pairs)}" if pairs else "")
