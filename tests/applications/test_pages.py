"""The applicant's pages: a whole journey, and every way off it."""

from uuid import UUID

import pytest

from app.accounts.models import Account
from app.applications.models import Section, Status
from app.applications.queries import applicant
from app.applications.service import drafts
from app.cases import service as cases
from app.cases.models import Author
from app.core import pictures
from app.core.i18n import use_locale
from app.core.storage import storage
from tests.conftest import statements
from tests.factories.accounts import make_account, viewer_of
from tests.factories.applications import (
    BIOGRAPHY,
    make_asked,
    make_in_review,
    make_submitted,
    make_whole,
    sign_code,
)
from tests.factories.channels import make_channel
from tests.factories.pictures import picture
from tests.limits import counted, one_window
from tests.portal import Portal

ABOUT = {
    "legal_name": "Nguyễn Thị Sương", "legal_name_public": "no", "stage_name": "Bếp Nhà Sương",
    "birth_date_day": "20", "birth_date_month": "5", "birth_date_year": "1996",
    "province": "79", "phone": "0912 345 678", "contact_email": "suong@example.vn",
}  # fmt: skip
PAGES = (
    "/apply", "/apply/about", "/apply/topics", "/apply/portrait", "/apply/declarations",
    "/apply/check", "/apply/submitted", "/apply/withdraw", "/apply/messages",
)  # fmt: skip


async def signed_in(portal: Portal, **given: object) -> Account:
    async with portal.transaction() as session:
        account = await make_account(session, **given)  # type: ignore[arg-type]
    await portal.sign_in(account.id)
    return account


async def mine(portal: Portal, account_id: UUID) -> applicant.Mine:
    async with portal.transaction() as session:
        found = await applicant.mine(session, account_id)
    assert found is not None
    return found


@pytest.mark.parametrize("path", PAGES)
async def test_nobody_sees_these_pages_without_signing_in(portal: Portal, path: str) -> None:
    answer = await portal.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}")


async def test_anyone_reads_what_membership_means(portal: Portal) -> None:
    for prefix in ("/vi", "/en", "/fr"):
        answer = await portal.get(f"{prefix}/membership")
        assert answer.status_code == 200
        assert 'id="data"' in answer.text


async def test_the_pages_of_somebody_who_has_not_begun_lead_to_the_beginning(
    portal: Portal,
) -> None:
    await signed_in(portal)
    start = await portal.get("/apply")
    assert (start.status_code, "I agree that the alliance uses" in start.text) == (200, True)
    for path in PAGES[1:]:
        answer = await portal.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/apply"), path


async def test_nothing_is_asked_before_the_person_agrees(portal: Portal) -> None:
    await signed_in(portal)
    answer = await portal.post("/apply")
    assert answer.status_code == 422
    assert "Without your agreement we may not read what you write." in answer.text


async def test_an_application_is_filled_in_and_sent(portal: Portal) -> None:
    account = await signed_in(portal)
    assert (await portal.post("/apply", {"consent": "yes"})).headers["location"] == "/apply"
    assert "0 of 6 sections are complete." in (await portal.get("/apply")).text

    assert (await portal.post("/apply/about", ABOUT)).headers["location"] == "/apply"
    topics = {"topics": ["food", "health"], "languages": "vi", "biography": BIOGRAPHY}
    wrong = await portal.post("/apply/topics", topics)
    assert wrong.status_code == 422
    assert wrong.text.count("Say what qualifies you to advise on “Health &amp; fitness”.") == 2
    assert BIOGRAPHY in wrong.text
    await portal.post("/apply/topics", {**topics, "qualification_health": "Bác sĩ dinh dưỡng"})
    no = {"has_agency": "no", "has_exclusive_brands": "no", "has_penalties": "no"}
    await portal.post("/apply/declarations", no)
    files = {"portrait": ("me.jpg", picture(), "image/jpeg")}
    uploaded = await portal.post("/apply/portrait", files=files)
    assert uploaded.headers["location"] == "/apply"
    async with portal.transaction() as session:
        await make_channel(session, account=account)
        await sign_code(session, viewer_of(account))

    tasks = await portal.get("/apply")
    assert "6 of 6 sections are complete." in tasks.text
    check = await portal.get("/apply/check")
    assert "0912 345 678" in check.text
    seen = (await mine(portal, account.id)).version
    unticked = await portal.post("/apply/check", {"seen": str(seen)})
    assert "Tick that your answers are true, then send them." in unticked.text
    sent = await portal.post("/apply/check", {"seen": str(seen), "true": "yes"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/apply/submitted")
    again = await portal.post("/apply/check", {"seen": str(seen), "true": "yes"})
    assert (again.status_code, again.headers["location"]) == (303, "/apply/submitted")
    done = await portal.get("/apply/submitted")
    assert "You have an answer by the end of" in done.text
    assert (await mine(portal, account.id)).status is Status.SUBMITTED


async def test_a_form_that_is_wrong_keeps_what_was_typed(portal: Portal) -> None:
    account = await signed_in(portal)
    await portal.post("/apply", {"consent": "yes"})
    answer = await portal.post("/apply/about", {**ABOUT, "phone": "12", "birth_date_year": "2020"})
    assert answer.status_code == 422
    assert "<title>Error: About you" in answer.text
    for kept in (
        'value="12"',
        'value="2020"',
        'value="Nguyễn Thị Sương"',
        'href="#phone"',
        'href="#birth_date"',
    ):
        assert kept in answer.text
    held = (await mine(portal, account.id)).answers[Section.ABOUT]
    assert held.columns()["legal_name"] is None


async def test_what_signing_in_told_is_filled_in_and_nothing_else_is_chosen(portal: Portal) -> None:
    await signed_in(portal, email="linh@example.vn")
    await portal.post("/apply", {"consent": "yes"})
    text = (await portal.get("/apply/about")).text
    assert 'value="linh@example.vn"' in text
    assert "checked" not in text.split("legal_name_public")[1].split("stage_name")[0]


async def test_two_windows_on_one_section_get_what_they_typed_back(portal: Portal) -> None:
    account = await signed_in(portal)
    await portal.post("/apply", {"consent": "yes"})
    seen = (await mine(portal, account.id)).answers[Section.ABOUT].mark()
    await portal.post("/apply/about", {**ABOUT, "seen": seen})
    answer = await portal.post("/apply/about", {**ABOUT, "stage_name": "Sương", "seen": seen})
    assert answer.status_code == 409
    assert "Bếp Nhà Sương" in answer.text
    assert "Sương" in answer.text


async def test_from_the_answers_to_check_one_comes_back_to_them(portal: Portal) -> None:
    async with portal.transaction() as session:
        application, _ = await make_whole(session)
    await portal.sign_in(application.account_id)
    form = await portal.get("/apply/about?back=check")
    assert 'name="back" value="check"' in form.text
    seen = (await mine(portal, application.account_id)).answers[Section.ABOUT].mark()
    saved = await portal.post("/apply/about", {**ABOUT, "back": "check", "seen": seen})
    assert saved.headers["location"] == "/apply/check"


async def test_what_was_sent_is_shown_and_not_asked(portal: Portal) -> None:
    async with portal.transaction() as session:
        application, _ = await make_submitted(session)
    await portal.sign_in(application.account_id)
    for section in ("about", "topics", "portrait", "declarations"):
        answer = await portal.get(f"/apply/{section}")
        assert answer.status_code == 200
        assert "You have sent your application" in answer.text
        assert 'name="seen"' not in answer.text
    refused = await portal.post("/apply/about", ABOUT)
    assert refused.status_code == 409


async def test_after_a_request_the_asked_sections_open_and_go_back(portal: Portal) -> None:
    async with portal.transaction() as session:
        application, _ = await make_asked(session, (Section.DECLARATIONS,))
        reviewer = await make_account(session, display_name="Trần Thị Duyệt")
        await cases.say(
            session, application.case_id, viewer_of(reviewer), "Xin nói rõ <b>về</b> đại lý.",
            author=Author.STAFF,
        )  # fmt: skip
    await portal.sign_in(application.account_id)
    status = await portal.get("/apply")
    assert "It is your turn" in status.text
    assert "Xin nói rõ &lt;b&gt;về&lt;/b&gt; đại lý." in status.text
    assert 'href="/apply/declarations"' in status.text
    assert 'href="/apply/about"' not in status.text
    assert "The reviewer did not ask for changes here." in (await portal.get("/apply/about")).text

    seen = (await mine(portal, application.account_id)).version
    empty = await portal.post("/apply/answer", {"seen": str(seen)})
    assert empty.status_code == 422
    assert "Change what was asked for, or write an answer" in empty.text
    sent = await portal.post("/apply/answer", {"seen": str(seen), "words": "Không có đại lý nào."})
    assert sent.headers["location"] == "/apply/submitted"
    assert (await mine(portal, application.account_id)).status is Status.SUBMITTED


async def test_withdrawing_asks_first(portal: Portal) -> None:
    async with portal.transaction() as session:
        application, _ = await make_in_review(session)
    await portal.sign_in(application.account_id)
    seen = (await mine(portal, application.account_id)).version
    assert f'name="seen" value="{seen}"' in (await portal.get("/apply/withdraw")).text
    done = await portal.post("/apply/withdraw", {"seen": str(seen)})
    assert done.headers["location"] == "/apply"
    page = await portal.get("/apply")
    assert "You have withdrawn your application." in page.text
    assert "Begin again" in page.text
    assert (await portal.get("/apply/withdraw")).headers["location"] == "/apply"


async def test_messages_are_written_and_limited(portal: Portal) -> None:
    async with portal.transaction() as session:
        application, _ = await make_submitted(session)
    await portal.sign_in(application.account_id)
    assert (await portal.post("/apply/messages", {"words": " "})).status_code == 422
    answer = await portal.post("/apply/messages", {"words": "Bao giờ có kết quả?"})
    assert answer.headers["location"] == "/apply/messages"
    assert "Bao giờ có kết quả?" in (await portal.get("/apply/messages")).text
    async with one_window():
        statuses = [(await portal.post("/apply/messages", {"words": "?"})).status_code]
        await counted(portal, "apply.message", 19)
        statuses += [
            (await portal.post("/apply/messages", {"words": "?"})).status_code for _ in range(2)
        ]
    assert statuses == [303, 303, 429]


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (None, "Choose a picture first."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is not a picture that we can read."),
        (picture((300, 300)), "This picture is too small"),
        (b"\xff\xd8" + b"\0" * 8_000_001, "This file is larger than 8 MB."),
    ],
    ids=["none", "svg", "small", "heavy"],
)
async def test_a_portrait_that_cannot_be_used_is_explained_at_the_field(
    portal: Portal, file: bytes | None, message: str
) -> None:
    account = await signed_in(portal)
    await portal.post("/apply", {"consent": "yes"})
    files = {"portrait": ("me.jpg", file, "image/jpeg")} if file else None
    answer = await portal.post("/apply/portrait", {"back": ""}, files=files)
    assert answer.status_code == 422
    assert answer.text.count(message) == 2  # in the summary and at the field
    assert (await mine(portal, account.id)).portrait is None


async def test_an_upload_longer_than_any_form_is_cut_off(portal: Portal) -> None:
    await signed_in(portal)
    files = {"portrait": ("me.jpg", b"\0" * 33_000_000, "image/jpeg")}
    assert (await portal.post("/apply/portrait", files=files)).status_code == 422


async def test_uploads_are_limited(portal: Portal) -> None:
    await signed_in(portal)
    await portal.post("/apply", {"consent": "yes"})
    async with one_window():
        statuses = [(await portal.post("/apply/portrait")).status_code]
        await counted(portal, "apply.portrait", 19)
        statuses += [(await portal.post("/apply/portrait")).status_code for _ in range(2)]
    assert statuses == [422, 422, 429]


async def test_the_same_file_sent_twice_is_one_portrait_and_a_new_one_replaces_it(
    portal: Portal,
) -> None:
    account = await signed_in(portal)
    await portal.post("/apply", {"consent": "yes"})
    seen = (await mine(portal, account.id)).answers[Section.PORTRAIT].mark()
    files = {"portrait": ("me.jpg", picture(), "image/jpeg")}
    for _ in range(2):
        assert (
            await portal.post("/apply/portrait", {"seen": seen}, files=files)
        ).status_code == 303
    first = (await mine(portal, account.id)).portrait
    assert first is not None

    seen = (await mine(portal, account.id)).answers[Section.PORTRAIT].mark()
    other = {"portrait": ("me.png", picture(kind="PNG", colour="red"), "image/png")}
    await portal.post("/apply/portrait", {"seen": seen}, files=other)
    second = (await mine(portal, account.id)).portrait
    assert second not in (None, first)
    assert await storage().get(pictures.file(first, "card")) is not None
    await portal.work()
    assert await storage().get(pictures.file(first, "card")) is None
    assert await storage().get(pictures.file(str(second), "card")) is not None


async def test_a_portrait_that_is_not_public_is_its_owners_alone(portal: Portal) -> None:
    account = await signed_in(portal)
    await portal.post("/apply", {"consent": "yes"})
    await portal.post("/apply/portrait", files={"portrait": ("me.jpg", picture(), "image/jpeg")})
    path = (await mine(portal, account.id)).portrait_path("profile")
    assert path is not None
    own = await portal.get(path)
    assert (own.status_code, own.headers["content-type"]) == (200, "image/webp")
    assert own.headers["cache-control"] == "private, max-age=3600"
    assert own.headers["x-content-type-options"] == "nosniff"
    public = path.removeprefix("/apply").replace("portrait/", "portraits/")
    assert (await portal.get(public)).status_code == 404
    assert (await portal.get(path.replace("profile", "original"))).status_code == 404
    stranger = portal.client()
    assert (await stranger.get(path)).status_code == 303
    async with portal.transaction() as session:
        other = await make_account(session)
        await drafts.start(session, viewer_of(other))
    await stranger.sign_in(other.id)
    assert (await stranger.get(path)).status_code == 404


async def test_duplicates_are_never_told_to_the_applicant(portal: Portal) -> None:
    async with portal.transaction() as session:
        first = await make_account(session)
        await make_submitted(session, account=first)
        await make_channel(session, account=first, link="https://www.tiktok.com/@bepnhasuong")
        account = await make_account(session)
        await make_whole(session, account=account)
        await make_channel(session, account=account, link="https://www.tiktok.com/@bepnhasuong")
    await portal.sign_in(account.id)
    seen = (await mine(portal, account.id)).version
    await portal.post("/apply/check", {"seen": str(seen), "true": "yes"})
    for path in PAGES:
        text = (await portal.get(path)).text.lower()
        for word in ("duplicate", "another account", "somebody else", str(first.id)):
            assert word not in text, (path, word)


async def test_nobody_reads_anybody_elses_application(portal: Portal) -> None:
    async with portal.transaction() as session:
        await make_submitted(session, legal_name="Bí Mật", stage_name="Bí Mật")
    await signed_in(portal)
    for path in PAGES:
        assert "Bí Mật" not in (await portal.get(path)).text


@pytest.mark.parametrize("prefix", ["/vi", "/fr"])
async def test_links_keep_the_language_of_the_reader(portal: Portal, prefix: str) -> None:
    async with portal.transaction() as session:
        application, _ = await make_whole(session)
    await portal.sign_in(application.account_id)
    text = (await portal.get(f"{prefix}/apply")).text
    assert f'href="{prefix}/apply/about"' in text
    assert 'href="/apply' not in text
    with use_locale(prefix[1:]):
        saved = await portal.post(f"{prefix}/apply/about", ABOUT)
    assert saved.headers["location"] == f"{prefix}/apply"


@pytest.mark.parametrize("path", ["/apply", "/apply/messages"])
async def test_a_page_costs_the_same_however_much_was_said(portal: Portal, path: str) -> None:
    async with portal.transaction() as session:
        application, by = await make_submitted(session)
    await portal.sign_in(application.account_id)
    counts = []
    for messages in (1, 3):
        async with portal.transaction() as session:
            for n in range(messages):
                words = f"Câu {messages}-{n}"
                await cases.say(session, application.case_id, by, words, author=Author.PERSON)
        with statements(portal.database.engine) as sent:
            page = await portal.get(path)
        assert f"Câu {messages}-{messages - 1}" in page.text
        counts.append(len(sent))
    assert counts[0] == counts[1]
