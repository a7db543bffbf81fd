"""The steps on the way to membership, as an applicant takes them."""

import asyncio
import io
import time

from PIL import Image, ImageDraw

from app.conduct.bank import bank
from app.core.reference import reference
from app.core.text import fold
from tests.journeys.person import Person
from tests.journeys.site import Site

BIOGRAPHY = (
    "Mình kể chuyện bếp núc miền Tây: món ăn của má, chợ nổi lúc rạng sáng và những người nấu ăn"
    " bằng cả tấm lòng. Mỗi tuần hai video."
)
PORTRAIT = "Picture of you"
SEALED_WITHIN = 60.0  # seconds


async def begins(kol: Person) -> None:
    """Sign in and begin an application."""
    await kol.signs_in("/apply")
    await kol.ticks("I agree that the alliance uses what I write for these purposes.")
    await kol.presses("Begin")


async def fills_in_about(kol: Person, stage_name: str) -> None:
    """The section “About you”."""
    await kol.goes_to("/apply")
    await kol.follows("About you")
    await kol.writes("Legal name", kol.name)
    await kol.answers("May your profile show your legal name?", "No, only the alliance knows it")
    await kol.writes("Stage name", stage_name)
    for part, value in (("Day", "24"), ("Month", "11"), ("Year", "1998")):
        await kol.writes(part, value)
    province = reference.provinces["92"].name(kol.locale)
    await kol.chooses("Province or city where you live", province)
    await kol.writes("Phone", "0912 345 678")
    await kol.writes("E-mail", kol.email)
    await kol.presses("Save")


async def fills_in_topics(kol: Person, biography: str = BIOGRAPHY) -> None:
    """Topics, languages and biography."""
    await kol.goes_to("/apply")
    await kol.follows("Topics and biography")
    topics = [topic for topic in reference.topics.values() if not topic.expert]
    await kol.page.get_by_label(topics[0].name(kol.locale), exact=True).check()
    await kol.page.get_by_label(reference.languages["vi"].name(kol.locale), exact=True).check()
    await kol.writes("Biography", biography)
    await kol.presses("Save")


async def gives_a_portrait(kol: Person) -> None:
    """A picture of the right size."""
    await kol.goes_to("/apply")
    await kol.follows("Your portrait")
    await kol.uploads(PORTRAIT, {"name": "toi.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    await kol.presses("Upload and save")


def picture() -> bytes:
    """A JPEG that could be somebody."""
    drawn = Image.new("RGB", (800, 1000), "#d8c3a5")
    pen = ImageDraw.Draw(drawn)
    pen.ellipse((250, 150, 550, 550), fill="#8d6e63")
    pen.ellipse((100, 600, 700, 1300), fill="#0b5d56")
    out = io.BytesIO()
    drawn.save(out, "JPEG")
    return out.getvalue()


async def declares(kol: Person) -> None:
    """No agency, no exclusive brands, no penalties."""
    await kol.goes_to("/apply")
    await kol.follows("Declarations")
    for question in (
        "Does an agency or network manage you?",
        "Are you bound to brands exclusively?",
        "Have you had administrative penalties for what you published or advertised?",
    ):
        await kol.answers(question, "No")
    await kol.presses("Save")


async def proves_a_channel(kol: Person, site: Site, path: str) -> None:
    """Add a website, put the code that the portal gives into it, and let the portal look."""
    await asks_to_prove(kol, site, path)
    await kol.presses("Check now")
    await sees_the_proof(kol, site)


async def asks_to_prove(kol: Person, site: Site, path: str) -> None:
    """Add a website and put the code that the portal gives into it."""
    address = site.publish(path, "<title>Bếp</title><p>Xin chào")
    await kol.goes_to("/apply")
    await kol.follows("Your channels")
    await kol.writes("Link or name", address)
    platform = "Platform (only for a name without a link, or a website of your own)"
    await kol.chooses(platform, "Website")
    await kol.writes("Followers today (optional)", "12000")
    await kol.presses("Add the channel")
    await kol.follows("Prove it")
    await kol.answers("How do you want to prove it?", "Put a code into your bio or page")
    await kol.presses("Continue")
    code = await kol.page.locator("code").first.inner_text()
    site.publish(path, f"<title>Bếp</title><p>Xin chào<p>{code}")


async def sees_the_proof(kol: Person, site: Site) -> None:
    """Wait for the portal's own answer; without JavaScript one opens the page again."""

    async def proven() -> bool:
        if await kol.page.get_by_text(kol.words("This channel is proven")).count():
            return True
        if not kol.javascript:
            await kol.page.reload()
        return False

    await site.until(proven, "the channel is proven")
    await kol.looks_around()


async def signs_the_code(kol: Person) -> None:
    """Read it duty by duty, pass the test, sign in once more if asked, sign."""
    await kol.goes_to("/apply")
    await kol.follows("Code of conduct")
    await kol.follows("Read the duties")
    while await kol.page.get_by_text(kol.words("I have read this, next")).count():
        await kol.presses("I have read this, next")
    await kol.presses("I have read all duties")
    await kol.presses("Start the test")
    await passes_the_test(kol)
    await kol.follows("Go on and sign")
    if await kol.page.get_by_text(kol.words("Confirm that it is you")).count():
        await kol.follows("Sign in again")
        await kol.presses("Sign in again with %(provider)s", provider="Demo ID")
        await kol.is_oneself()
    await kol.writes("Your legal name", kol.name)
    await kol.page.get_by_role("checkbox").check()
    await kol.presses("Sign the code")
    await kol.sees("You have signed the code of conduct")
    await takes_the_document_home(kol)


async def takes_the_document_home(kol: Person) -> bytes:
    """Download the PDF of what was signed, as soon as it is sealed."""
    link = kol.page.get_by_role("link", name=kol.words("Download the PDF"), exact=True)
    address, until = str(await link.get_attribute("href")), time.monotonic() + SEALED_WITHIN
    while True:
        answer = await kol.page.request.get(address)
        if answer.headers["content-type"] == "application/pdf":
            break
        assert time.monotonic() < until, "the document is not sealed"
        await asyncio.sleep(0.1)
    document = await answer.body()
    assert document.startswith(b"%PDF-")
    return document


async def passes_the_test(kol: Person) -> None:
    """Give the right answer to each question, as the bank has it."""
    right = {
        question.said(kol.locale).ask: question.said(kol.locale).right
        for question in bank().values()
    }
    for group in await kol.page.locator("fieldset").all():
        legend = (await group.locator("legend").inner_text()).strip()
        asked = legend.partition(". ")[2]
        await group.get_by_label(right[asked], exact=True).check()
    await kol.presses("Send my answers")
    await kol.sees("You have passed the test")


async def submits(kol: Person) -> None:
    """Check the answers and send them."""
    await kol.goes_to("/apply")
    await kol.follows("Check your answers")
    await kol.ticks("My answers are true and complete, as far as I know.")
    await kol.presses("Send your application")
    await kol.sees("We have your application")


async def applies(kol: Person, site: Site, stage_name: str) -> None:
    """All of it, up to the confirmation."""
    await begins(kol)
    await fills_in_about(kol, stage_name)
    await fills_in_topics(kol)
    await gives_a_portrait(kol)
    await declares(kol)
    await proves_a_channel(kol, site, f"/{fold(stage_name).replace(' ', '-')}")
    await signs_the_code(kol)
    await submits(kol)
