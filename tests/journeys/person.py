"""One person with a browser, who finds things by the words on the page and nothing else.

Tests write those words in English; the person reads the portal in their own language.
"""

import re
from typing import Any

from playwright.async_api import FilePayload, Locator, Page, expect

from app.core import i18n
from tests.journeys.looks import Looks


class Person:
    """Somebody before the portal."""

    def __init__(self, name: str, email: str, page: Page, locale: str, looks: Looks | None) -> None:
        self.name = name
        self.email = email
        self.page = page
        self.locale = locale
        self.looks = looks

    @property
    def javascript(self) -> bool:
        """Whether their browser runs scripts; only then is what they see looked at by axe."""
        return self.looks is not None

    def words(self, english: str, **values: Any) -> str:
        """What the portal says for `english` in this person's language."""
        with i18n.use_locale(self.locale):
            return i18n.gettext(english, **values)

    async def goes_to(self, path: str) -> None:
        """Type an address."""
        await self.page.goto(path)
        await self.looks_around()

    async def presses(self, english: str, *, stays: bool = False, **values: Any) -> None:
        """Press the button that says so.

        Args:
            stays: where scripts run, the page stays and shows the answer in itself.
        """
        name = self.words(english, **values)
        await self.clicks(self.page.get_by_role("button", name=name, exact=True).first, stays=stays)

    async def follows(self, english: str, **values: Any) -> None:
        """Follow the link in the page's body whose words begin so."""
        name = re.compile("^" + re.escape(self.words(english, **values)))
        await self.clicks(self.page.get_by_role("main").get_by_role("link", name=name).first)

    async def clicks(self, target: Locator, *, stays: bool = False) -> None:
        """Click, and wait for the page that comes of it."""
        if stays and self.javascript:
            await target.click()
            await self.page.wait_for_load_state("networkidle")
        else:
            async with self.page.expect_navigation():
                await target.click()
        await self.looks_around()

    async def writes(self, english: str, text: str) -> None:
        """Write `text` into the field of that label."""
        await self.page.get_by_label(self.words(english), exact=True).first.fill(text)

    async def chooses(self, english: str, option: str) -> None:
        """Choose `option`, as it is shown, in the list of that label."""
        await self.page.get_by_label(self.words(english), exact=True).select_option(label=option)

    async def ticks(self, english: str) -> None:
        """Tick the box of that label."""
        await self.page.get_by_label(self.words(english), exact=True).first.check()

    async def answers(self, question: str, answer: str) -> None:
        """Take `answer` to the question; both in English."""
        await self.group(self.words(question)).get_by_label(self.words(answer), exact=True).check()

    async def uploads(self, english: str, file: FilePayload) -> None:
        """Choose a file in the field of that label."""
        await self.page.get_by_label(self.words(english), exact=True).set_input_files(file)

    async def sees(self, english: str, **values: Any) -> None:
        """Find the words on the page, in sight."""
        await self.reads(self.words(english, **values))

    async def reads(self, text: str) -> None:
        """Find `text`, whatever its language, on the page, in sight."""
        await expect(self.page.get_by_text(text).first).to_be_visible()

    async def does_not_see(self, english: str, **values: Any) -> None:
        """Look for the words in vain."""
        await expect(self.page.get_by_text(self.words(english, **values))).to_have_count(0)

    def group(self, legend: str) -> Locator:
        """The group of fields under `legend`, as it is shown."""
        return self.page.get_by_role("group", name=legend, exact=True)

    async def signs_in(self, after: str = "/") -> None:
        """Sign in at the provider as oneself, and come back to `after`."""
        await self.goes_to(f"/sign-in?next={after}")
        await self.presses("Continue with %(provider)s", provider="Demo ID")
        await self.is_oneself()

    async def is_oneself(self) -> None:
        """At the provider: press the button with one's own name."""
        own = re.compile(rf"^{re.escape(self.name)}")
        await self.clicks(self.page.get_by_role("button", name=own))

    async def looks_around(self) -> None:
        """Look at the page as everybody should be able to."""
        if self.looks:
            await self.looks.at(self.page)
