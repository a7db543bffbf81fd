"""`kill -9` in the middle of the main job: what was confirmed is there, and the portal goes on."""

import pytest
from playwright.async_api import Error
from sqlalchemy import func, select

from app.accounts.models import Role
from app.applications.models import Application, Status
from app.audit.models import AuditEvent
from app.mail.models import Mail, MailState
from app.members.models import Member
from tests.journeys import joining, reviewing
from tests.journeys.person import Person
from tests.journeys.site import Site

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]

STAGE_NAME = "Gốm Trên Đồi"


async def test_killing_each_process_in_turn_loses_nothing_confirmed(site: Site) -> None:
    kol = await site.person("Trần Gia Bảo", javascript=False)
    reviewer = await site.person("Phạm Trọng Đức", javascript=False)

    await joining.begins(kol)
    await joining.fills_in_about(kol, STAGE_NAME)
    await the_web_dies_with_a_form_in_hand(site, kol)
    await joining.gives_a_portrait(kol)
    await joining.declares(kol)
    await the_worker_dies_before_it_looks(site, kol)
    await joining.signs_the_code(kol)
    await postgres_dies_before_the_application_is_sent(site, kol)
    await reviewing.becomes_staff(reviewer, site, Role.REVIEWER)
    await everything_dies_after_the_approval(site, reviewer)

    await kol.goes_to("/apply")
    await kol.sees("You are a member")
    subjects = await site.letters(kol, 2)
    assert len(set(subjects)) == 2
    await nothing_is_there_twice(site)


async def the_web_dies_with_a_form_in_hand(site: Site, kol: Person) -> None:
    """What was saved is there; what was not yet sent is still in the browser."""
    await kol.goes_to("/apply/topics")
    await kol.writes("Biography", joining.BIOGRAPHY)
    site.kill("web")
    with pytest.raises(Error, match="ERR_CONNECTION_REFUSED"):
        await (await kol.page.context.new_page()).goto("/apply")
    await site.start("web")
    await kol.goes_to("/apply/about")
    assert (
        await kol.page.get_by_label(kol.words("Stage name"), exact=True).input_value() == STAGE_NAME
    )
    await joining.fills_in_topics(kol)


async def the_worker_dies_before_it_looks(site: Site, kol: Person) -> None:
    """A check that was asked for is done by the next worker."""
    await joining.asks_to_prove(kol, site, "/gom-tren-doi")
    site.kill("worker")
    await kol.presses("Check now")
    await kol.sees("We are looking at your page now")
    await site.start("worker")
    await joining.sees_the_proof(kol, site)


async def postgres_dies_before_the_application_is_sent(site: Site, kol: Person) -> None:
    """A page says so while it is away; afterwards the same press goes through, once."""
    await kol.goes_to("/apply/check")
    await kol.ticks("My answers are true and complete, as far as I know.")
    site.kill_postgres()
    other = await kol.page.context.new_page()

    async def says_so() -> bool:
        answer = await other.goto("/apply")
        return answer is not None and answer.status == 503

    await site.until(says_so, "the page says that the portal is catching its breath")
    await site.start_postgres()
    await kol.presses("Send your application")
    await kol.sees("We have your application")


async def everything_dies_after_the_approval(site: Site, reviewer: Person) -> None:
    """The decision that the reviewer saw confirmed stands, and its letter goes out later."""
    await reviewing.opens(reviewer, STAGE_NAME)
    await reviewer.presses("Claim the review")
    await reviewing.assesses(reviewer)
    site.kill("worker")
    await reviewing.approves(reviewer, STAGE_NAME)
    site.kill("web")
    site.kill_postgres()
    await site.start_postgres(wait=False)
    await site.start("web", wait=False)
    await site.start("worker")


async def nothing_is_there_twice(site: Site) -> None:
    async with site.database.read() as session:
        applications = (await session.execute(select(Application.status))).all()
        assert applications == [(Status.APPROVED,)]
        assert await session.scalar(select(func.count()).select_from(Member)) == 1
        decided = select(func.count()).select_from(AuditEvent).where(
            AuditEvent.action == "application.moved",
            AuditEvent.after == Status.APPROVED.value,
        )  # fmt: skip
        assert await session.scalar(decided) == 1
        waiting = select(func.count()).select_from(Mail).where(Mail.state != MailState.SENT)
        assert await session.scalar(waiting) == 0
    message_ids = [str(letter["Message-ID"]) for letter in site.post.letters]
    assert len(message_ids) == len(set(message_ids))
