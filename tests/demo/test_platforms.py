"""The accounts at the demonstration's platforms."""

import pytest

from app.channels.methods.oauth.base import Profile
from app.channels.methods.oauth.matching import link_of
from app.channels.policy.links import recognise
from app.demo.platforms.people import accounts, links
from app.demo.platforms.shapes import PLATFORMS


@pytest.mark.parametrize("platform", PLATFORMS)
def test_each_account_has_the_channel_that_the_demonstration_tells_of(platform: str) -> None:
    told = [recognise(link) for link in links(platform)]
    known = [account.channels[0] for account in accounts()[platform]]

    assert [link_of(platform, Profile(one.id, one.handle)) for one in known] == told
    assert len({one.id for one in known}) == len(known)


def test_ids_of_youtube_look_like_its_own() -> None:
    addresses = [
        f"https://www.youtube.com/channel/{account.channels[0].id}"
        for account in accounts()["youtube"]
    ]

    assert all(recognise(address).stable_id for address in addresses)
