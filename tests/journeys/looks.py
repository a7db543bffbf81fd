"""What every page of a journey must be: free of axe's findings and of sideways scrolling."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, ViewportSize

SIZES: tuple[ViewportSize, ...] = ({"width": 390, "height": 844}, {"width": 1280, "height": 900})
SCHEMES = ("light", "dark")


@dataclass
class Looks:
    """Remembers what was found on the pages that people came by."""

    base: str
    seen: set[str] = field(default_factory=set)
    findings: list[str] = field(default_factory=list)

    async def at(self, page: Page) -> None:
        """Look at the page at each size, in light and dark; once for each page as it is."""
        await page.wait_for_load_state("load")
        if not page.url.startswith(self.base):
            return  # somebody else's: the provider of identities
        mark = urlsplit(page.url).path + await page.evaluate(
            "document.body.innerText.length + ':' + document.querySelectorAll('*').length"
        )
        if mark in self.seen:
            return
        self.seen.add(mark)
        was = page.viewport_size
        for size in SIZES:
            await page.set_viewport_size(size)
            for scheme in SCHEMES:
                await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                await self._look(page, f"{urlsplit(page.url).path} {size['width']} px {scheme}")
        await page.emulate_media(color_scheme="light", reduced_motion="reduce")
        if was:
            await page.set_viewport_size(was)

    async def _look(self, page: Page, where: str) -> None:
        found = await Axe().run(page)
        for violation in found.response["violations"]:
            targets = [" ".join(map(str, node["target"])) for node in violation["nodes"]]
            self.findings.append(f"{where}: {violation['id']}: {violation['help']}: {targets[:5]}")
        over = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if over > 0:
            self.findings.append(f"{where}: wider than the screen by {over} px")
