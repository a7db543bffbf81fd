"""Somebody who has no mouse: they go from one thing to the next with Tab, and press a key."""

from playwright.async_api import Locator, expect

from tests.journeys.person import Person

FURTHEST = 250  # steps after which they give up


class Keyboard:
    """The keyboard of a person before the portal."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.page = person.page

    async def reaches(self, target: Locator) -> None:
        """Go on with Tab until `target` has the focus, in sight."""
        await expect(target).to_be_visible()
        for _ in range(FURTHEST):
            if await self._is_at(target):
                await expect(target).to_be_in_viewport()
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"not reached with the keyboard: {target}")

    async def ticks(self, target: Locator) -> None:
        """Reach a box and turn it over."""
        await self.reaches(target)
        await self.page.keyboard.press("Space")

    async def follows(self, target: Locator, *, stays: bool = False) -> None:
        """Reach a link or a button and press Enter; wait for what comes of it.

        Args:
            stays: where scripts run, the page stays and shows the answer in itself.
        """
        await self.reaches(target)
        if stays and self.person.javascript:
            await self.page.keyboard.press("Enter")
            await self.page.wait_for_load_state("networkidle")
        else:
            async with self.page.expect_navigation():
                await self.page.keyboard.press("Enter")
        await self.person.looks_around()

    async def opens(self, target: Locator) -> None:
        """Reach what is folded, and unfold it."""
        await self.reaches(target)
        await self.page.keyboard.press("Enter")

    async def _is_at(self, target: Locator) -> bool:
        return bool(await target.evaluate("element => element === document.activeElement"))
