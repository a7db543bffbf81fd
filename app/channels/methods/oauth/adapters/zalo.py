"""Zalo: consent of an Official Account, which then says which account it is.

A person's own login proves nobody's page: it has no public name. Sources, both at
https://developers.zalo.me/docs/official-account: "Xác thực và ủy quyền cho ứng dụng", "Lấy thông
tin Zalo Official Account".
"""

from typing import Any

from authlib.common.urls import add_params_to_qs

from app.accounts.providers.base import RoundTrip
from app.channels.methods.base import Grant
from app.channels.methods.oauth.base import Adapter, Profile, Seen, id_of, row_of, text_of
from app.channels.policy.followers import count_of


def _by_header(
    client: Any, _method: str, uri: str, headers: Any, body: Any
) -> tuple[str, Any, str]:
    """Say who the portal is: the secret in a header of its own, the app in the body."""
    headers["secret_key"] = client.client_secret
    return uri, headers, add_params_to_qs(body, [("app_id", client.client_id)])


class Zalo(Adapter):
    """`app_id` for `client_id`, the token in a header of its own, errors as numbers inside 200.

    Refresh tokens are good once. There is no call that takes a token back.
    """

    platform = "zalo"
    authorize_at = "https://oauth.zaloapp.com/v4/oa/permission"
    exchange_at = "https://oauth.zaloapp.com/v4/oa/access_token"
    client_auth = staticmethod(_by_header)
    refresh_life = "refresh_token_expires_in"
    setup = frozenset({-14002, -14004, -501})
    busy = frozenset({-32})

    def question(self, trip: RoundTrip, *, keep: bool) -> dict[str, str]:
        """The four parameters that Zalo documents; S256 is understood."""
        asked = super().question(trip, keep=keep)
        own = {name: asked[name] for name in ("redirect_uri", "state", "code_challenge")}
        return {"app_id": self.client_id, **own}

    def _redemption(self, code: str, trip: RoundTrip) -> dict[str, str]:
        asked = super()._redemption(code, trip)
        del asked["redirect_uri"]
        return asked

    async def read(self, grant: Grant, *, counts: bool) -> Seen:  # noqa: ARG002 - one right for all
        """See `Adapter.read`. An account is known by its id and, if it has one, by an alias."""
        address = "https://openapi.zalo.me/v2.0/oa/getoa"
        answer = await self.get(address, grant, headers={"access_token": grant.access})
        if answer.found.get("error") not in (None, 0):
            raise self.refusal_of(answer.found["error"])
        account = row_of(answer.found.get("data"))
        own, count = id_of(account.get("oa_id")), count_of(account.get("num_follower"))
        names = (text_of(account.get("oa_alias")), own)
        found = tuple(Profile(own, name, count) for name in names if name)
        return Seen(found, address, answer.sha256)
