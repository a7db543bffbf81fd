"""Reviewers see whom an applicant imitates, and nothing where there is nobody."""

import re

from app.channels import service as channels
from app.core.viewer import Viewer
from tests.factories.accounts import make_account, viewer_of
from tests.factories.directory import prove
from tests.factories.members import make_member
from tests.factories.reviews import make_colleague, make_ready
from tests.portal import Portal


async def page_of(portal: Portal, *links: str, imitated: bool) -> str:
    """The reviewer's page of the application of “Bếp Nhà Sương” with these channels added."""
    async with portal.transaction() as session:
        reviewer: Viewer = await make_colleague(session, "Trần Thị Duyệt")
        if imitated:
            member = await make_member(session, stage_name="Bếp Nhà  Sương Official")
            await prove(session, member, "https://www.tiktok.com/@chaocasuong")
        account = await make_account(session)
        for link in links:
            await channels.add(session, viewer_of(account), link, None)
        application, _ = await make_ready(session, reviewer, account=account)
    assert reviewer.account_id is not None
    await portal.sign_in(reviewer.account_id)
    text = (await portal.get(f"/staff/applications/{application.id}")).text
    found = re.search(r'<section id="imitations".*?</section>', text, re.DOTALL)
    assert found
    return found[0]


async def test_a_name_and_a_channel_that_imitate_a_member_are_shown(portal: Portal) -> None:
    part = await page_of(
        portal,
        "https://www.tiktok.com/@chao.casu0ng",
        "https://www.instagram.com/chaocasuong/",
        "https://www.tiktok.com/@khonglienquan",
        imitated=True,
    )
    assert part.count("<h3>") == 4, "the name, the channel that proves it, and two of the three"
    assert "The name “Bếp Nhà Sương”" in part
    assert "TikTok: @chao.casu0ng" in part
    assert "Character 5: “.” is added." in part
    assert "is the digit 0, not the letter “o”." in part
    assert "The same handle on another platform." in part
    assert "khonglienquan" not in part


async def test_the_very_same_channel_is_a_claim_and_no_look_alike(portal: Portal) -> None:
    part = await page_of(portal, "https://www.tiktok.com/@chaocasuong", imitated=True)
    assert "chaocasuong" not in part
    assert "The name “Bếp Nhà Sương”" in part


async def test_where_nothing_is_alike_the_page_says_so(portal: Portal) -> None:
    part = await page_of(portal, "https://www.tiktok.com/@khonglienquan", imitated=False)
    assert "Neither the name nor a channel looks like a member’s." in part
    assert "<h3>" not in part
