"""Facebook: Login with `pages_show_list`, and the Pages of whoever signed in.

Sources: https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow;
https://developers.facebook.com/docs/graph-api/reference/user/accounts;
https://developers.facebook.com/docs/graph-api/guides/error-handling.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from typing import Any

from app.accounts.providers.base import ProviderRefused
from app.channels.methods.base import Grant
from app.channels.methods.oauth.base import (
    Adapter,
    Profile,
    Seen,
    id_of,
    row_of,
    rows_of,
    text_of,
)
from app.channels.policy.followers import count_of
from app.channels.policy.links import recognise
from app.channels.policy.reasons import NotRecognised
from app.core.crypto import digest

GRAPH = "https://graph.facebook.com/v23.0"
MOST_READ = 10  # answers of a hundred Pages each
MANAGE = "MANAGE"


class Facebook(Adapter):
    """Errors come as an object under `error`; calls carry `appsecret_proof`.

    Everybody with any task on a Page has it in their list: only who may manage it can prove it.
    """

    platform = "facebook"
    authorize_at = "https://www.facebook.com/v23.0/dialog/oauth"
    exchange_at = f"{GRAPH}/oauth/access_token"
    revoke_at = f"{GRAPH}/me/permissions"
    scopes = ("pages_show_list",)
    more_scopes = ("pages_read_engagement",)
    between = ","
    setup = frozenset({1, 101, 191})
    busy = frozenset({2, 4, 17, 32, 341, 613})

    async def kept(self, grant: Grant) -> Grant:
        """A token for sixty days, in place of one for an hour or two."""
        asked = {"grant_type": "fb_exchange_token", "fb_exchange_token": grant.access}
        found = self.granted(await self._token(asked))
        return Grant(found.access, access_until=found.access_until, until=found.access_until)

    async def revoke(self, grant: Grant) -> None:
        """See `Adapter.revoke`: all rights that the person gave to the app are taken back."""
        answer = await self.call(
            "DELETE",
            self.revoke_at,
            params={"appsecret_proof": self._proof(grant)},
            headers={"Authorization": f"Bearer {grant.access}"},
        )
        if "error" in answer.found:
            refused = self.refusal_of(self.code_of(answer.found))
            if not isinstance(refused, ProviderRefused):
                raise refused

    async def read(self, grant: Grant, *, counts: bool) -> Seen:
        """See `Adapter.read`. All Pages that the person let the app see."""
        address = f"{GRAPH}/me/accounts"
        fields = "id,name,link,username,tasks" + (",followers_count" if counts else "")
        asked = {"fields": fields, "limit": "100", "appsecret_proof": self._proof(grant)}
        found: list[Profile] = []
        digests: list[str] = []
        while len(digests) < MOST_READ:
            answer = await self.get(address, grant, asked)
            digests.append(answer.sha256)
            for row in rows_of(answer.found.get("data")):
                found += _profiles(row)
            after = _next(answer.found)
            if not after:
                break
            asked["after"] = after
        whole = digests[0] if len(digests) == 1 else digest("\n".join(digests))
        return Seen(tuple(found), address, whole)

    def _proof(self, grant: Grant) -> str:
        return hmac.new(self.secret.encode(), grant.access.encode(), hashlib.sha256).hexdigest()


def _next(found: Mapping[str, Any]) -> str:
    """What to ask on with; "" at the end of the list."""
    paging = row_of(found.get("paging") or {})
    return text_of(row_of(paging.get("cursors") or {}).get("after")) if "next" in paging else ""


def _profiles(row: Mapping[str, Any]) -> Iterator[Profile]:
    """One Page by its id, and by the id in its address, which newer Pages have besides."""
    handle, page_id = text_of(row.get("username")), id_of(row.get("id"))
    tasks = row.get("tasks")
    manages = isinstance(tasks, list) and MANAGE in tasks
    count = count_of(row.get("followers_count"))
    yield Profile(page_id, handle, count, manages)
    try:
        link = recognise(text_of(row.get("link")), "facebook")
    except NotRecognised:
        return
    if link.stable_id and link.stable_id != page_id:
        yield Profile(link.stable_id, handle, count, manages)
