"""The pages: the code for everybody, the way to signing, the evidence for signer and staff."""

import html
import io
import re
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

import pypdf
import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import func, select

from app.accounts.models import Account
from app.audit.models import AuditEvent
from app.conduct import pdf, queries, routes
from app.conduct.models import Attempt, Signature
from app.core import clock
from app.core.i18n import LOCALES
from app.web.models import WebSession
from tests.factories.accounts import make_account, viewer_of
from tests.factories.conduct import (
    LEGAL_NAME,
    answers,
    later,
    make_code,
    make_content,
    make_signature,
    next_version,
    read_all,
    take_test,
)
from tests.portal import Portal

TEXTS = {locale: make_content().text(locale) for locale in LOCALES}


@pytest.fixture
def legal_name(monkeypatch: pytest.MonkeyPatch) -> None:
    async def known(_session: object, _account_id: UUID) -> str:
        return LEGAL_NAME

    monkeypatch.setattr(routes, "legal_name_of", known)


async def signed_in(portal: Portal, *, ready: bool = False) -> Account:
    """The code published and somebody signed in; `ready` to sign."""
    async with portal.transaction() as session:
        await make_code(session)
        account = await make_account(session)
        if ready:
            await read_all(session, viewer_of(account))
            await take_test(session, viewer_of(account))
    await portal.sign_in(account.id)
    return account


def words(page: str) -> str:
    """All that a page says, in one line."""
    node = LexborHTMLParser(page).css_first("main")
    assert node is not None
    return " ".join(node.text(separator=" ").split())


def signed_text(page: str) -> str:
    """The text that a page shows to be signed, put into the form that is hashed."""
    blocks: list[str] = []
    for node in LexborHTMLParser(page).css("[data-signed]"):
        block = " ".join(node.text().split())
        if blocks and node.attributes.get("class") == "duty__words":
            blocks[-1] += f"\n{block}"
        else:
            blocks.append(block)
    return "\n\n".join(blocks) + "\n"


# For everybody


async def test_before_the_first_version_the_page_says_so(portal: Portal) -> None:
    answer = await portal.get("/conduct")
    assert answer.status_code == 200
    assert "No version is in force yet" in words(answer.text)


@pytest.mark.parametrize("locale", LOCALES)
async def test_what_a_page_shows_has_the_hash_that_it_gives(portal: Portal, locale: str) -> None:
    async with portal.transaction() as session:
        await make_code(session)
    for path in ("/conduct", "/conduct/1.0"):
        answer = await portal.get(f"/{locale}{path}")
        assert signed_text(answer.text) == TEXTS[locale]
        assert sha256(TEXTS[locale].encode()).hexdigest() in answer.text
    exact = await portal.get(f"/conduct/1.0/{locale}.txt")
    assert exact.content == TEXTS[locale].encode()
    assert exact.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    "path", ["/conduct/2.0", "/conduct/x", "/conduct/2.0/vi.txt", "/conduct/1.0/de.txt"]
)
async def test_a_version_or_language_that_is_not_there_is_not_found(
    portal: Portal, path: str
) -> None:
    async with portal.transaction() as session:
        await make_code(session)
    assert (await portal.get(path)).status_code == 404


async def test_a_version_shows_what_it_changed(portal: Portal) -> None:
    ahead = clock.today() + timedelta(days=30)
    async with portal.transaction() as session:
        await make_code(session)
        await make_code(session, next_version(ahead))
    first = words((await portal.get("/conduct/1.0")).text)
    assert "This is the first version." in first
    page = (await portal.get("/conduct/1.1")).text
    assert "This version is not in force yet." in words(page)
    shown = LexborHTMLParser(page).css_first(".code-changes")
    assert shown is not None
    said = " ".join(shown.text(separator=" ").split())
    assert "Duty 1: Say when it is paid Say clearly [added: and first ] , before" in said
    assert "Duty 17 no longer there: [removed: Cooperate with the alliance ]" in said
    assert signed_text((await portal.get("/en/conduct")).text) == TEXTS["en"]


# On the way


@pytest.mark.parametrize(
    "path",
    ["/apply/conduct", "/apply/conduct/duties/1", "/apply/conduct/test", "/apply/conduct/sign"],
)
async def test_the_way_to_signing_needs_a_sign_in(portal: Portal, path: str) -> None:
    answer = await portal.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/sign-in?next={path}"


async def test_somebody_reads_is_tested_and_signs(portal: Portal, legal_name: None) -> None:
    account = await signed_in(portal)
    assert "0 of 17 read" in words((await portal.get("/apply/conduct")).text)
    path = "/apply/conduct/duties/1"
    for number in range(1, 18):
        assert path == f"/apply/conduct/duties/{number}"
        duty = make_content().duties[number - 1]
        assert duty.words["en"] in words((await portal.get(path)).text)
        path = (await portal.post(path)).headers["location"]
    assert path == "/apply/conduct/test"
    assert "Start the test" in words((await portal.get(path)).text)
    assert (await portal.post(f"{path}/start")).headers["location"] == path

    page = (await portal.get(path)).text
    async with portal.transaction() as session:
        attempt = (await session.scalars(select(Attempt))).one()
    assert f'value="{attempt.id}"' in page
    given = {f"q{n}": str(a) for n, a in enumerate(answers(attempt.drawn, wrong=2), start=1)}
    answer = await portal.post(path, {"attempt": str(attempt.id), **given})
    assert answer.headers["location"] == f"{path}/{attempt.id}"
    result = words((await portal.get(answer.headers["location"])).text)
    assert "8 of 10 right" in result
    assert result.count("You chose:") == 2

    page = (await portal.get("/apply/conduct/sign")).text
    assert signed_text(page) == TEXTS["en"]
    form = {
        "language": "en",
        "sha256": sha256(TEXTS["en"].encode()).hexdigest(),
        "name": LEGAL_NAME.lower(),
        "agree": "yes",
    }
    answer = await portal.post("/apply/conduct/sign", form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/apply/conduct")
    assert (await portal.post("/apply/conduct/sign", form)).status_code == 303
    page = (await portal.get("/apply/conduct")).text
    assert "You have signed the code of conduct" in words(page)
    async with portal.transaction() as session:
        signed = (await session.scalars(select(Signature))).one()
        in_force = await queries.signature_in_force(session, account.id)
    assert in_force is not None
    assert (in_force.signed_name, in_force.locale) == (LEGAL_NAME.lower(), "en")
    assert f"/conduct/signatures/{signed.id}.pdf" in page


async def test_a_duty_ahead_leads_back_to_the_next_one(portal: Portal) -> None:
    await signed_in(portal)
    await portal.post("/apply/conduct/duties/1")
    answer = await portal.get("/apply/conduct/duties/9")
    assert answer.headers["location"] == "/apply/conduct/duties/2"
    assert (await portal.post("/apply/conduct/duties/9")).status_code == 422
    for number in ("0", "18", "x"):
        assert (await portal.get(f"/apply/conduct/duties/{number}")).status_code == 404


async def test_an_unanswered_question_is_named_and_answers_are_kept(portal: Portal) -> None:
    account = await signed_in(portal)
    async with portal.transaction() as session:
        await read_all(session, viewer_of(account))
    await portal.post("/apply/conduct/test/start")
    async with portal.transaction() as session:
        attempt = (await session.scalars(select(Attempt))).one()
    given = {f"q{n}": "1" for n in range(1, 11) if n != 7}
    answer = await portal.post("/apply/conduct/test", {"attempt": str(attempt.id), **given})
    assert answer.status_code == 422
    page = LexborHTMLParser(answer.text)
    problems = [
        (node.attributes["href"], node.text()) for node in page.css(".error-summary__list a")
    ]
    assert problems == [("#q7", "Question 7: choose an answer.")]
    assert len(page.css("input[type=radio][checked]")) == 9
    for wrong in ("9", "-1", "x"):
        sent = {"attempt": str(attempt.id), **given, "q7": wrong}
        assert (await portal.post("/apply/conduct/test", sent)).status_code == 422
    async with portal.transaction() as session:
        assert (await session.scalars(select(Attempt.finished_at))).all() == [None]


async def test_a_page_of_the_test_does_not_tell_what_is_right(portal: Portal) -> None:
    account = await signed_in(portal)
    async with portal.transaction() as session:
        await read_all(session, viewer_of(account))
    await portal.post("/apply/conduct/test/start")
    page = LexborHTMLParser((await portal.get("/apply/conduct/test")).text)
    for number in range(1, 11):
        values = [node.attributes["value"] for node in page.css(f"input[name=q{number}]")]
        assert values == [str(n) for n in range(len(values))]
    assert page.css(".wrong, [checked]") == []


async def test_the_pause_says_when_to_come_back(portal: Portal) -> None:
    account = await signed_in(portal)
    async with portal.transaction() as session:
        await read_all(session, viewer_of(account))
        failed = await take_test(session, viewer_of(account), wrong=3)
    assert failed.finished_at
    moment = (failed.finished_at + timedelta(minutes=10)).astimezone(clock.VIETNAM)
    for path in ("/apply/conduct", "/apply/conduct/test", f"/apply/conduct/test/{failed.id}"):
        page = words((await portal.get(path)).text)
        assert re.search(rf"You can try again from [^.]*{moment:%H:%M}", page), path
    assert (await portal.post("/apply/conduct/test/start")).status_code == 422
    with later(10):
        page = words((await portal.get("/apply/conduct/test")).text)
        assert "Start the test" in page


async def test_the_result_of_another_is_not_found(portal: Portal) -> None:
    await signed_in(portal)
    async with portal.transaction() as session:
        other = await make_account(session)
        await read_all(session, viewer_of(other))
        attempt = await take_test(session, viewer_of(other), wrong=4)
    assert (await portal.get(f"/apply/conduct/test/{attempt.id}")).status_code == 404


# Signing


async def test_signing_leads_back_while_the_test_is_not_passed(portal: Portal) -> None:
    await signed_in(portal)
    answer = await portal.get("/apply/conduct/sign")
    assert (answer.status_code, answer.headers["location"]) == (303, "/apply/conduct")


async def test_without_a_legal_name_the_page_leads_to_the_section(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unknown(_session: object, _account_id: UUID) -> None:
        return None

    monkeypatch.setattr(routes, "legal_name_of", unknown)
    await signed_in(portal, ready=True)
    page = (await portal.get("/apply/conduct/sign")).text
    assert "Your legal name is missing" in words(page)
    assert '/apply/about"' in page
    assert "Sign the code</button>" not in page


async def test_an_old_sign_in_is_asked_for_again_and_nothing_is_signed(
    portal: Portal, legal_name: None
) -> None:
    await signed_in(portal, ready=True)
    async with portal.transaction() as session:
        row = (await session.scalars(select(WebSession))).one()
        row.signed_in_at = clock.now() - timedelta(minutes=16)
    page = (await portal.get("/apply/conduct/sign")).text
    assert "/sign-in/confirm?next=/apply/conduct/sign" in html.unescape(page)
    form = {
        "language": "en",
        "sha256": sha256(TEXTS["en"].encode()).hexdigest(),
        "name": LEGAL_NAME,
        "agree": "yes",
    }
    answer = await portal.post("/apply/conduct/sign", form)
    assert answer.status_code == 422
    assert "Sign in again" in words(answer.text)
    async with portal.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(Signature)) == 0


async def test_another_name_and_no_consent_are_told_at_their_fields(
    portal: Portal, legal_name: None
) -> None:
    await signed_in(portal, ready=True)
    form = {
        "language": "en",
        "sha256": sha256(TEXTS["en"].encode()).hexdigest(),
        "name": "Nguyen Thi Hoa",
    }
    answer = await portal.post("/apply/conduct/sign", form)
    assert answer.status_code == 422
    page = LexborHTMLParser(answer.text)
    problems = [
        (node.attributes["href"], node.text()) for node in page.css(".error-summary__list a")
    ]
    assert sorted(problems) == [
        ("#agree", "Tick the box to say that you undertake to keep the code."),
        ("#name", "Type your legal name as it stands in your application."),
    ]
    assert page.css_first("#name").attributes["value"] == "Nguyen Thi Hoa"  # type: ignore[union-attr]


async def test_a_text_that_is_no_longer_in_force_is_not_signed(
    portal: Portal, legal_name: None
) -> None:
    await signed_in(portal, ready=True)
    form = {"language": "en", "sha256": "0" * 64, "name": LEGAL_NAME, "agree": "yes"}
    answer = await portal.post("/apply/conduct/sign", form)
    assert answer.status_code == 409
    assert "The text is no longer the one that you saw." in words(answer.text)


# Evidence


async def signature_of(portal: Portal, locale: str = "vi") -> Signature:
    async with portal.transaction() as session:
        await make_code(session)
        account = await make_account(session)
        return await make_signature(session, viewer_of(account), locale)


ENDINGS = ("", ".pdf", ".json")


@pytest.mark.parametrize("ending", ENDINGS)
async def test_others_find_no_signature(portal: Portal, ending: str) -> None:
    signed = await signature_of(portal)
    path = f"/conduct/signatures/{signed.id}{ending}"
    assert (await portal.get(path)).status_code == 303
    async with portal.transaction() as session:
        other = await make_account(session)
    await portal.sign_in(other.id)
    assert (await portal.get(path)).status_code == 404
    async with portal.transaction() as session:
        seen = select(func.count()).where(AuditEvent.action == "conduct.signature_viewed")
        assert await session.scalar(seen) == 0


@pytest.mark.parametrize("ending", ENDINGS)
async def test_staff_see_a_signature_and_that_is_audited(portal: Portal, ending: str) -> None:
    signed = await signature_of(portal)
    async with portal.transaction() as session:
        reviewer = await make_account(session, roles=("reviewer",))
    await portal.sign_in(reviewer.id)
    answer = await portal.get(f"/conduct/signatures/{signed.id}{ending}")
    assert answer.status_code == 200
    async with portal.transaction() as session:
        seen = await session.scalars(
            select(AuditEvent).where(AuditEvent.action == "conduct.signature_viewed")
        )
        assert [(e.actor_id, e.subject_id) for e in seen] == [(reviewer.id, signed.id)]


async def test_the_signer_downloads_the_evidence_byte_for_byte(portal: Portal) -> None:
    signed = await signature_of(portal)
    await portal.sign_in(signed.account_id)
    answer = await portal.get(f"/conduct/signatures/{signed.id}.json")
    assert answer.headers["content-type"] == "application/json"
    assert sha256(answer.content).hexdigest() == signed.evidence_sha256
    assert answer.content == signed.evidence
    page = words((await portal.get(f"/conduct/signatures/{signed.id}")).text)
    for fact in (signed.sha256, signed.evidence_sha256, LEGAL_NAME, "10 of 10 right", "127.0.0.1"):
        assert fact in page
    assert (await portal.get(f"/conduct/signatures/{signed.account_id}")).status_code == 404


def squeezed(text: str) -> str:
    """Text without any white space: how lines broke on paper does not matter."""
    return re.sub(r"[\s\u200b]", "", text)


@pytest.mark.parametrize("locale", LOCALES)
async def test_the_document_is_exactly_what_was_signed(portal: Portal, locale: str) -> None:
    signed = await signature_of(portal, locale)
    await portal.sign_in(signed.account_id)
    answer = await portal.get(f"/conduct/signatures/{signed.id}.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert f"{signed.id}.pdf" in answer.headers["content-disposition"]
    document = pypdf.PdfReader(io.BytesIO(answer.content))
    pages = [page.extract_text() for page in document.pages]
    footer = re.compile(rf"(Signature|Chữ ký)\s+{signed.id}\s*\d+\s*/\s*{len(pages)}")
    whole = squeezed("".join(footer.sub("", page) for page in pages))
    assert squeezed(TEXTS[locale]) in whole
    for fact in (LEGAL_NAME, signed.sha256, signed.evidence_sha256, signed.evidence.decode()):
        assert squeezed(fact) in whole


async def test_a_document_gives_the_number_of_what_its_typeface_lacks(portal: Portal) -> None:
    """Any name and any browser has its document."""
    async with portal.transaction() as session:
        await make_code(session)
        account = await make_account(session)
        by = viewer_of(account, user_agent="Máy \x9f 😀")
        signed = await make_signature(session, by, name="Lý 漢 Sương")
    await portal.sign_in(account.id)
    answer = await portal.get(f"/conduct/signatures/{signed.id}.pdf")
    assert answer.status_code == 200
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    whole = squeezed("".join(page.extract_text() for page in pages))
    assert "Lý[U+6F22]Sương" in whole
    assert "Máy[U+009F][U+1F600]" in whole


async def test_the_same_signature_gives_the_same_document(portal: Portal) -> None:
    signed = await signature_of(portal)
    async with portal.transaction() as session:
        found = await queries.signature(session, signed.id)
    assert found is not None
    assert await pdf.make(found, None) == await pdf.make(found, None)
