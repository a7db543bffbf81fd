"""Signing in, through the pages, at a real OpenID provider."""

from tests.accounts.journey import sign_in
from tests.portal import Portal


async def test_signing_in_leads_to_the_page_that_was_wanted(portal: Portal, provider: str) -> None:
    answer = await sign_in(portal, next_path="/account")

    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert "linh@example.vn" in (await portal.get("/account")).text
