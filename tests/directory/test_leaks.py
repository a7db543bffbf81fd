"""Nothing private of a member leaves the portal, by whatever way and whoever asks.

A private fact is a word that stands nowhere else (`secrets_of_a_member`), and is looked for in the
whole of every answer: lines, headers, what is packed or encoded in them; and in what is logged.
"""

import base64
import io
import json
import logging
import re
import zipfile
from collections.abc import AsyncIterator, Iterator
from html import escape
from urllib.parse import quote, quote_plus, unquote

import httpx2
import pytest
from PIL import Image

from app.core.config import settings
from tests import public
from tests.directory.secrets_of_a_member import (
    HELD,
    STAGE_NAME,
    Secrets,
    make_member_with_secrets,
)
from tests.factories.members import make_member
from tests.portal import Portal, application
from tests.trustlog.publishing import publish

ENCODED = re.compile(r"[A-Za-z0-9_+/-]{16,}={0,2}")
ASKING = [one for written in public.GET.values() for one in written if "{word}" in one]
CHECKING = [one for one in ASKING if "/check?" in one or "/badge?" in one]
COMING_BACK = ("/sign-in", "/channels/oauth")  # from other sites: nothing is looked for there
LOOKING = [one for one in ASKING if one not in CHECKING and not one.startswith(COMING_BACK)]
TURNED = str.maketrans(
    "abcdefghijklmnopqrstuvwxyz0123456789", "cdefghijklmnopqrstuvwxyzab2345678901"
)
SHEET = {"files": {"sheet": ("", b"", "application/octet-stream")}}


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """All that is logged, every field of it."""
    seen: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(repr(record.__dict__))

    application()  # which settles how to log
    handler = Keep()
    logging.getLogger().addHandler(handler)
    yield seen
    logging.getLogger().removeHandler(handler)


@pytest.fixture
async def secrets(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Secrets]:
    """The member, before a portal that does not tire of questions."""
    monkeypatch.setenv("PORTAL_CHECKS_A_MINUTE", "100000")
    monkeypatch.setenv("PORTAL_API_A_MINUTE", "100000")
    settings.cache_clear()
    async with portal.transaction() as session:
        found = await make_member_with_secrets(session)
    await publish(portal.database)
    yield found
    monkeypatch.undo()
    settings.cache_clear()


def everything(answer: httpx2.Response) -> str:
    """All that an answer says: its headers, its body, what is packed or encoded in either."""
    head = "\n".join(f"{name}: {value}" for name, value in answer.headers.multi_items())
    said = f"{head}\n{body(answer)}"
    return "\n".join([said, unquote(said), *map(decoded, ENCODED.findall(said))])


def body(answer: httpx2.Response) -> str:
    """What is in a body, unpacked where it is a spreadsheet."""
    if answer.content.startswith(b"PK"):
        packed = zipfile.ZipFile(io.BytesIO(answer.content))
        return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
    if answer.content.startswith(b"\x89PNG"):
        picture = Image.open(io.BytesIO(answer.content))
        return f"{sorted(picture.info.items())!r} {dict(picture.getexif())!r}"
    text = answer.content.decode("utf-8", "replace")
    return (
        f"{text}\n{json.loads(text)!r}"
        if "json" in answer.headers.get("Content-Type", "")
        else text
    )


def decoded(text: str) -> str:
    """What `text` would be were it base 64; nonsense where it is not."""
    bare = text.rstrip("=").replace("+", "-").replace("/", "_")
    return base64.urlsafe_b64decode(bare[: len(bare) // 4 * 4]).decode("utf-8", "replace")


def known(secrets: Secrets, word: str) -> dict[str, str]:
    """What the addresses are filled with."""
    return {
        "word": quote(word, safe=""),
        "number": secrets.number,
        "portrait": "abc",
        "token": secrets.token,
        "channel": secrets.channel,
    }


@pytest.mark.parametrize("who", ["nobody", "another member"])
async def test_no_answer_to_the_public_tells_what_is_private(
    portal: Portal, secrets: Secrets, logged: list[str], who: str
) -> None:
    if who == "another member":
        async with portal.transaction() as session:
            other = await make_member(session, stage_name="Chú Tám")
        await portal.sign_in(other.account_id)
    shown = set()
    for language in public.LANGUAGES:
        for address in public.addresses(known(secrets, STAGE_NAME)):
            answer = await portal.get(language + address)
            assert answer.status_code < 500, address
            told = secrets.in_text(everything(answer))
            if address.startswith("/is/"):
                told.remove("address to link to")
            assert told == [], language + address
            if secrets.number in everything(answer):
                shown.add(address.partition("?")[0])
    assert len(shown) >= 20, "the member is there to be seen"
    assert logged
    assert secrets.in_text("\n".join(logged)) == []


@pytest.mark.parametrize("written", LOOKING)
async def test_who_looks_for_a_private_fact_gets_the_answer_to_a_word_that_means_nothing(
    portal: Portal, secrets: Secrets, logged: list[str], written: str
) -> None:
    for fact, whole in secrets.forms():
        form = whole[:7] if "/suggest" in written else whole
        for before in ("", f"{STAGE_NAME} "):
            answers = [
                without(await portal.get(written.format_map(known(secrets, before + asked))), asked)
                for asked in (form, alike(form))
            ]
            assert answers[0] == answers[1], (fact, before + form)
    assert logged
    assert secrets.in_text("\n".join(logged)) == []


@pytest.mark.parametrize("written", CHECKING)
async def test_who_checks_a_private_fact_is_told_of_nobody(
    portal: Portal, secrets: Secrets, logged: list[str], written: str
) -> None:
    for fact, form in secrets.forms():
        answer = await portal.get(written.format_map(known(secrets, form)))
        assert answer.status_code == 200
        named = secrets.number in everything(answer) or STAGE_NAME in everything(answer)
        assert not named or form == secrets.was_public, (fact, form)
    assert logged
    assert secrets.in_text("\n".join(logged)) == []


def alike(form: str) -> str:
    """Another text of the same shape: it begins as `form` does, and as many letters follow."""
    return form[:4] + form[4:].translate(TURNED)


def without(answer: httpx2.Response, asked: str) -> tuple[int, str]:
    """Status and body, with a blank for what was asked."""
    ways = {asked, quote(asked, safe=""), quote_plus(asked), escape(asked), asked.casefold()}
    text = body(answer)
    for way in sorted(ways, key=len, reverse=True):
        text = text.replace(way, "…")
    return answer.status_code, text


async def test_lists_to_check_tell_nothing_either(portal: Portal, secrets: Secrets) -> None:
    asked = [form for forms in secrets.told.values() for form in forms]
    verdicts = []
    for forms in (asked, list(map(alike, asked))):
        lines = [STAGE_NAME, HELD, secrets.number, *forms]
        answers = [
            await portal.http.post("/api/v1/check", json={"lines": lines}),
            *[await portal.post(f"/check/many{way}", {"lines": "\n".join(lines), **more}, **given) for way, more, given in (
                ("", {}, SHEET), ("/part", {"first": "0"}, {}), ("/file?kind=csv", {}, SHEET), ("/file?kind=xlsx", {}, SHEET),
            )],
        ]  # fmt: skip
        assert [answer.status_code for answer in answers] == [200] * 5
        verdicts.append(
            [(c["verdict"], c["members"], c["look_alikes"]) for c in answers[0].json()["checks"]]
        )
    gone = asked.index(secrets.was_public) + 3
    verdicts[0][gone] = verdicts[1][gone]
    assert verdicts[0] == verdicts[1]
    for answer in answers:  # those in which no private fact was asked for
        assert secrets.number in everything(answer)
        assert secrets.in_text(everything(answer)) == []
