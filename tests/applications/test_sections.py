"""Saving sections: any order, two windows, only what may be changed now."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.applications.models import Section, Status
from app.applications.policy.answers import OWN, About, Portrait
from app.applications.queries import applicant
from app.applications.service import drafts, sections
from app.audit import queries as audit
from app.core.errors import Conflict, Missing, NotAllowed, Stale
from app.core.viewer import ANYBODY
from tests.factories.accounts import make_account, viewer_of
from tests.factories.applications import (
    about,
    declarations,
    make_asked,
    make_draft,
    make_in_review,
    make_submitted,
    make_whole,
    topics,
)

TASKS = {
    "about": "to_do", "channels": "to_do", "topics": "to_do", "portrait": "to_do",
    "declarations": "to_do", "conduct": "to_do",
}  # fmt: skip


async def tasks_of(session: AsyncSession, account_id: object) -> dict[str, str]:
    mine = await applicant.mine(session, account_id)  # type: ignore[arg-type]
    assert mine is not None
    return {section.value: task.value for section, task in mine.tasks.items()}


async def test_a_new_draft_has_everything_to_do(session: AsyncSession) -> None:
    application, _ = await make_draft(session)
    assert await tasks_of(session, application.account_id) == TASKS


@pytest.mark.parametrize(
    "given", [about(), topics(), Portrait("portraits/a"), declarations()], ids=lambda g: g.section
)
async def test_each_section_is_saved_by_itself_in_any_order(
    session: AsyncSession, given: object
) -> None:
    application, by = await make_draft(session)
    await sections.save(session, by, given)  # type: ignore[arg-type]
    await session.refresh(application)
    assert type(given).of(application) == given  # type: ignore[attr-defined]
    wanted = {**TASKS, given.section.value: "complete"}  # type: ignore[attr-defined]
    assert await tasks_of(session, application.account_id) == wanted


async def test_a_whole_draft_has_nothing_left(session: AsyncSession) -> None:
    application, _ = await make_whole(session)
    assert set((await tasks_of(session, application.account_id)).values()) == {"complete"}


async def test_an_expert_topic_is_complete_only_with_its_qualification(
    session: AsyncSession,
) -> None:
    application, by = await make_draft(session)
    await sections.save(session, by, topics(topics=("food", "health")))
    assert (await tasks_of(session, application.account_id))["topics"] == "to_do"
    qualified = topics(
        topics=("food", "health"), qualifications={"health": "Bác sĩ, Đại học Y Hà Nội"}
    )
    await sections.save(session, by, qualified)
    assert (await tasks_of(session, application.account_id))["topics"] == "complete"


async def test_two_windows_on_two_sections_do_not_clash(session: AsyncSession) -> None:
    application, by = await make_draft(session)
    seen = {kind.section: kind.of(application).mark() for kind in OWN}
    await sections.save(session, by, topics(), seen[Section.TOPICS])
    await sections.save(session, by, about(), seen[Section.ABOUT])
    await sections.save(session, by, declarations(), seen[Section.DECLARATIONS])
    await session.refresh(application)
    assert About.of(application) == about()


async def test_two_windows_on_one_section_clash_and_say_what_it_holds(
    session: AsyncSession,
) -> None:
    application, by = await make_draft(session)
    seen = About.of(application).mark()
    await sections.save(session, by, about(stage_name="Bếp Nhà Sương"), seen)
    with pytest.raises(Stale) as stale:
        await sections.save(session, by, about(stage_name="Sương Nấu Ăn"), seen)
    assert stale.value.changed["Stage name"] == "Bếp Nhà Sương"
    await session.refresh(application)
    assert application.stage_name == "Bếp Nhà Sương"


async def test_the_same_answers_sent_twice_change_nothing(session: AsyncSession) -> None:
    application, by = await make_draft(session)
    seen = About.of(application).mark()
    await sections.save(session, by, about(), seen)
    version = application.version
    await sections.save(session, by, about(), seen)
    await session.refresh(application)
    assert application.version == version


async def test_the_name_is_kept_as_duplicates_are_looked_for(session: AsyncSession) -> None:
    application, by = await make_draft(session)
    await sections.save(session, by, about(legal_name="Đỗ Thị Ánh"))
    assert application.name_key == "anh do thi"


async def test_what_was_sent_stays_as_it_is(session: AsyncSession) -> None:
    for make in (make_submitted, make_in_review):
        _, by = await make(session)
        with pytest.raises(Conflict, match="You have sent your application"):
            await sections.save(session, by, about(stage_name="Khác"))


async def test_what_is_closed_stays_as_it_was(session: AsyncSession) -> None:
    _, by = await make_whole(session)
    await drafts.withdraw(session, by, None)
    with pytest.raises(Conflict, match="This application is closed"):
        await sections.save(session, by, about(stage_name="Khác"))


async def test_after_a_request_only_what_was_asked_for_can_change(session: AsyncSession) -> None:
    application, by = await make_asked(session, (Section.TOPICS, Section.PORTRAIT))
    assert await tasks_of(session, application.account_id) == {
        "about": "complete", "channels": "complete", "topics": "to_change",
        "portrait": "to_change", "declarations": "complete", "conduct": "complete",
    }  # fmt: skip
    with pytest.raises(Conflict, match="did not ask for changes here"):
        await sections.save(session, by, about(stage_name="Khác"))

    await sections.save(session, by, topics(topics=("food", "travel")))

    assert application.mended_sections == ["topics"]
    assert (await tasks_of(session, application.account_id))["topics"] == "complete"
    assert (await tasks_of(session, application.account_id))["portrait"] == "to_change"
    events = [e.action for e in await audit.history(session, application.id)]
    assert events[-1] == "application.changed"
    assert application.status is Status.INFO_REQUESTED


async def test_saving_what_was_there_before_is_no_change(session: AsyncSession) -> None:
    application, by = await make_asked(session, (Section.TOPICS,))
    await sections.save(session, by, topics())
    assert application.mended_sections == []


async def test_nobody_saves_without_an_application_or_a_name(session: AsyncSession) -> None:
    stranger = viewer_of(await make_account(session))
    with pytest.raises(Missing):
        await sections.save(session, stranger, about())
    with pytest.raises(NotAllowed):
        await sections.save(session, ANYBODY, about())


async def test_saving_touches_no_application_but_ones_own(session: AsyncSession) -> None:
    other, _ = await make_draft(session)
    _, by = await make_draft(session)
    await sections.save(session, by, about())
    await session.refresh(other)
    assert other.legal_name is None
