"""What every page of a journey must be: free of axe's findings and of sideways scrolling."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Error, Page, ViewportSize

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
SIZES = (PHONE, DESK)
SCHEMES = ("light", "dark")


@dataclass
class Looks:
    """Remembers what was found on the pages that people came by."""

    base: str
    seen: set[str] = field(default_factory=set)
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
                if "navigation" not in str(moved):
                    raise
                continue
            if page.url == url:
                self.findings += found
                return

    async def _all(self, page: Page) -> list[str]:
        await page.wait_for_load_state("domcontentloaded")
        path = urlsplit(page.url).path
        mark = path + await page.evaluate(
            "(document.body?.innerText ?? '').length + ':' + document.querySelectorAll('*').length"
        )
        if mark in self.seen:
            return []
        was, found = page.viewport_size, []
        for size in SIZES:
            await page.set_viewport_size(size)
            for scheme in SCHEMES:
                await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                where = f"{path} {size['width']} px {scheme}"
                found += [f"{where}: {finding}" for finding in await self._findings(page)]
        await page.emulate_media(color_scheme="light", reduced_motion="reduce")
        if was:
            await page.set_viewport_size(was)
        self.seen.add(mark)
        return found

    @staticmethod
    async def _findings(page: Page) -> list[str]:
        result = (await Axe().run(page)).response
        found = [
            f"{violation['id']}: {violation['help']}:"
            f" {[node['target'] for node in violation['nodes'][:5]]}"
            for violation in result["violations"]
        ]
        over = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return [*found, f"wider than the screen by {over} px"] if over > 0 else found
