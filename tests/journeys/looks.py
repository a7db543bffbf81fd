"""What every page of a journey must be: free of axe's findings and of sideways scrolling."""

import re
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlsplit

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Error, Page, ViewportSize

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
SIZES = (PHONE, DESK)
_ALL = {"resultTypes": ["violations"]}
SCHEMES: dict[str, dict[str, Any]] = {
    "light": _ALL,
    "dark": _ALL | {"runOnly": ["color-contrast"]},  # nothing else changes with the colours
}
_INJECTED, _PRESENT = Axe(), Axe("0")  # to put it into a page takes as long as to run it
_LEFT = ("navigation", "axe is not defined")  # what is said when a page goes on meanwhile
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass
class Looks:
    """Remembers what was found on the pages that people came by."""

    base: str
    seen: ClassVar[set[str]] = set()  # by all journeys of this process: each page as it is, once
    findings: list[str] = field(default_factory=list)

    async def at(self, page: Page) -> None:
        """Look at the page at each size, in light and dark; once for each page as it is.

        A page that goes on by itself meanwhile is left for the one that it goes to.
        """
        for _ in range(3):
            await page.wait_for_load_state("load")
            url = page.url
            try:
                found = await self._all(page) if url.startswith(self.base) else []
            except Error as moved:
                if not any(words in str(moved) for words in _LEFT):
                    raise
                continue
            if page.url == url:
                self.findings += found
                return

    async def _all(self, page: Page) -> list[str]:
        await page.wait_for_load_state("domcontentloaded")
        path = urlsplit(page.url).path
        mark = _ID.sub("", path) + await page.evaluate(
            "(document.body?.innerText ?? '').length + ':' + document.querySelectorAll('*').length"
        )
        if mark in self.seen:
            return []
        was, found, axe = page.viewport_size, [], _INJECTED
        for size in SIZES:
            await page.set_viewport_size(size)
            for scheme, options in SCHEMES.items():
                await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                where = f"{path} {size['width']} px {scheme}"
                found += [
                    f"{where}: {finding}" for finding in await self._findings(page, axe, options)
                ]
                axe = _PRESENT
        await page.emulate_media(color_scheme="light", reduced_motion="reduce")
        if was:
            await page.set_viewport_size(was)
        self.seen.add(mark)
        return found

    @staticmethod
    async def _findings(page: Page, axe: Axe, options: dict[str, Any]) -> list[str]:
        result = (await axe.run(page, options=options)).response
        found = [
            f"{violation['id']}: {violation['help']}:"
            f" {[node['target'] for node in violation['nodes'][:5]]}"
            for violation in result["violations"]
        ]
        over = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return [*found, f"wider than the screen by {over} px"] if over > 0 else found
