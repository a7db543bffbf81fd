"""The steps of a review."""

from app.accounts.models import Role
from app.core.reference import reference
from tests.journeys.person import Person
from tests.journeys.site import Site


async def becomes_staff(person: Person, site: Site, role: Role) -> None:
    """Sign in once, as everybody does, and be given a role."""
    await person.signs_in("/account")
    await site.grant(person, role)


async def opens(reviewer: Person, stage_name: str) -> None:
    """Open one application from the work list."""
    await reviewer.goes_to("/staff")
    await reviewer.clicks(reviewer.page.get_by_role("link", name=stage_name, exact=True).first)


async def assesses(reviewer: Person) -> None:
    """Give every pillar nearly all of its points, with a note, and keep them."""
    for pillar in reference.pillars.values():
        sheet = reviewer.group(pillar.name(reviewer.locale))
        await sheet.get_by_label(reviewer.words("Points"), exact=True).fill(str(pillar.points - 2))
        await sheet.get_by_label(reviewer.words("Note"), exact=True).fill("Đã xem, tốt.")
        evidence = sheet.get_by_label(reviewer.words("Evidence"), exact=True)
        await evidence.fill("https://minhchung.example/")
    await reviewer.presses("Save the assessment", stays=True)
    await reviewer.sees("Reaches the mark")


async def approves(reviewer: Person, stage_name: str) -> None:
    """Make the applicant a member."""
    await opens(reviewer, stage_name)
    await reviewer.follows("Approve…")
    await reviewer.presses("Approve and send the letter")
