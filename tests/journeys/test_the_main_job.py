"""A creator applies and signs, a reviewer asks and approves, a business finds the member."""

import pytest

from app.accounts.models import Role
from tests.journeys import joining, reviewing
from tests.journeys.person import Person
from tests.journeys.site import Site

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]

STAGE_NAME = "Bếp Nhà Đường"


@pytest.mark.parametrize("scripts", ["js", "no-js"])
async def test_a_creator_joins_and_is_found(site: Site, scripts: str) -> None:
    javascript = scripts == "js"
    kol = await site.person("Nguyễn Khánh Linh", javascript=javascript)
    reviewer = await site.person("Lê Thị Mỹ Hạnh", javascript=javascript)
    business = await site.person("", javascript=javascript, locale="en")

    await kol.goes_to("/")
    await kol.goes_to("/membership")
    await joining.applies(kol, site, STAGE_NAME)
    await reviewing.becomes_staff(reviewer, site, Role.REVIEWER)
    await asks_about_the_agency(reviewer)
    await answers_about_the_agency(kol)
    await reviewing.opens(reviewer, STAGE_NAME)
    await reviewer.presses("Go on with the review")
    await reviewing.assesses(reviewer)
    await reviewing.approves(reviewer, STAGE_NAME)
    await kol.goes_to("/apply")
    await kol.sees("You are a member")
    await finds_the_member(business)

    subjects = await site.letters(kol, 4)
    assert len(subjects) == len(set(subjects))
    languages = [str(letter["Content-Language"]) for letter in site.post.letters]
    assert languages == ["vi"] * len(languages)
    assert site.looks.findings == []


async def asks_about_the_agency(reviewer: Person) -> None:
    await reviewing.opens(reviewer, STAGE_NAME)
    await reviewer.presses("Claim the review")
    await reviewer.follows("Ask for changes…")
    await reviewer.ticks("Declarations")
    await reviewer.writes("What is to be changed, and how?", "Bạn có quản lý nào không?")
    await reviewer.presses("Show the letter first")
    await reviewer.presses("Send the request")


async def answers_about_the_agency(kol: Person) -> None:
    await kol.goes_to("/apply")
    await kol.sees("It is your turn")
    await kol.reads("Bạn có quản lý nào không?")
    await kol.follows("Declarations")
    await kol.answers("Does an agency or network manage you?", "Yes")
    await kol.writes("Which one?", "Lúa Vàng Media, từ năm 2024")
    await kol.presses("Save")
    await kol.goes_to("/apply/check")
    await kol.page.get_by_role("textbox").fill("Có, Lúa Vàng Media.")
    await kol.presses("Send it back")


async def finds_the_member(business: Person) -> None:
    await business.goes_to("/members")
    await business.writes("Name, handle, topic or word", "bep nha duong")
    await business.presses("Search", stays=True)
    await business.clicks(business.page.get_by_role("link", name=STAGE_NAME).first)
    await business.reads(joining.BIOGRAPHY)
    await business.reads("minhchung.example/bep-nha-duong")
    await business.goes_to("/check?q=https://minhchung.example/bep-nha-duong")
    await business.reads(STAGE_NAME)
