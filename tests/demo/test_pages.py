"""The demonstration's own pages: who to be, and what was written to whom."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.config import settings
from app.core.db import Database, make_engine
from app.demo import provider, site
from app.demo.people import PEOPLE
from app.demo.seed import cast
from app.mail import service as mail
from app.mail.models import Mail
from app.web.pages import environment
from tests import databases
from tests.conftest import statements
from tests.portal import Portal, running

BANNER = "every person and account here is invented"


def _forget() -> None:
    settings.cache_clear()
    environment.cache_clear()


@pytest.fixture
async def demonstration(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Portal]:
    """The portal as `make demo` runs it, on a database of its own."""
    monkeypatch.setenv("PORTAL_DEMO", "true")
    _forget()
    application = site.make_app()
    monkeypatch.setattr("tests.portal.application", lambda: application)
    with databases.clone() as name:
        url = databases.url_of(name)
        chosen = Database(make_engine(url, pool_size=5))
        async with running(chosen, url) as found:
            yield found
        await chosen.close()
    monkeypatch.undo()
    _forget()


async def write(portal: Portal, to: str, key: str) -> str:
    """One letter; its id."""
    async with portal.transaction() as session:
        await mail.send(
            session, "members/left", to=to, locale="en", key=key, name="Sương", number="DTA-26-1"
        )
        return str(await session.scalar(select(Mail.id).where(Mail.key == key)))


async def test_everybody_to_be_is_named_with_what_they_show(demonstration: Portal) -> None:
    async with demonstration.transaction() as session:
        await cast.staff(session, provider.issuer(), clock.now())

    page = await demonstration.get("/demo")

    assert page.status_code == 200
    for person in PEOPLE:
        assert person.name in page.text
        assert person.about["en"].replace("'", "&#39;") in page.text


@pytest.mark.parametrize("path", ["/", "/demo", "/demo/mail", "/members", "/nowhere"])
async def test_every_page_says_that_it_is_a_demonstration(demonstration: Portal, path: str) -> None:
    page = await demonstration.get(path)

    assert BANNER in page.text
    assert 'href="/demo"' in page.text


@pytest.mark.parametrize("locale", ["vi", "en", "fr"])
async def test_the_pages_speak_three_languages(demonstration: Portal, locale: str) -> None:
    titles = {"vi": "Bản trình diễn", "en": "The demonstration", "fr": "La démonstration"}
    letters = {"vi": "Thư đã gửi", "en": "Letters sent", "fr": "Lettres envoyées"}

    guide = await demonstration.get(f"/{locale}/demo")
    inbox = await demonstration.get(f"/{locale}/demo/mail")

    assert f"<h1>{titles[locale]}</h1>" in guide.text
    assert f"<h1>{letters[locale]}</h1>" in inbox.text


async def test_letters_are_listed_found_and_read(demonstration: Portal) -> None:
    one = await write(demonstration, "suong@example.vn", "tests:1")
    await write(demonstration, "lan@example.vn", "tests:2")

    all_letters = await demonstration.get("/demo/mail")
    found = await demonstration.get("/demo/mail", params={"q": " SUONG@ "})
    none = await demonstration.get("/demo/mail", params={"q": "%"})
    letter = await demonstration.get(f"/demo/mail/{one}")

    assert [all_letters.text.count(to) for to in ("suong@", "lan@")] == [1, 1]
    assert f'href="/demo/mail/{one}"' in found.text
    assert "lan@example.vn" not in found.text
    assert "No letter fits this" in none.text  # a search word is no pattern
    assert "Hello Sương," in letter.text
    assert 'href="http://localhost:8000/en/apply"' in letter.text


async def test_a_letter_that_is_not_there_is_not_found(demonstration: Portal) -> None:
    answer = await demonstration.get("/demo/mail/0198c0de-0000-7000-8000-000000000000")

    assert answer.status_code == 404


async def test_the_inbox_asks_as_much_for_three_letters_as_for_one(demonstration: Portal) -> None:
    counts = []
    for key in ("tests:1", "tests:2", "tests:3"):
        await write(demonstration, "suong@example.vn", key)
        with statements(demonstration.database.engine) as seen:
            await demonstration.get("/demo/mail")
        counts.append(len(seen))

    assert counts == [counts[0]] * 3


async def test_outside_the_demonstration_nobody_reads_letters(portal: Portal) -> None:
    for path in ("/demo", "/demo/mail"):
        answer = await portal.get(path)
        assert answer.status_code == 404
        assert BANNER not in answer.text
