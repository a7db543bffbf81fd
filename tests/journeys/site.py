"""The whole portal as it runs for people: web, worker, PostgreSQL, sign-in and mail, all processes.

Each of them can be killed with `kill -9` and started again.
"""

import asyncio
import json
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from alembic import command
from alembic.config import Config
from playwright.async_api import Browser, async_playwright
from sqlalchemy import create_engine

from app.accounts import service as accounts
from app.accounts.models import Role
from app.conduct import code
from app.conduct import service as conduct
from app.core import embedded_postgres, jobs, reference_tables
from app.core.config import DATA, ROOT
from app.core.db import Database, make_engine
from app.core.viewer import Viewer
from app.demo import authority, provider
from app.demo.children import Child, Family
from app.demo.people import PEOPLE
from app.demo.platforms.server import World, entries
from tests.channels.local_web import LocalWeb, certify, page, serve
from tests.channels.local_zone import LocalZone, serve_zones
from tests.channels.oauth.platform_server import KEYS, fresh_world, served
from tests.journeys.browser import launch_options
from tests.journeys.looks import Looks
from tests.journeys.person import Person
from tests.journeys.post import PostOffice, open_post_office

CHANNEL_HOST = "minhchung.example"
PATIENCE = 60.0


@dataclass
class Site:
    """The running portal, and the people before it."""

    folder: Path
    base: str
    family: Family
    database: Database
    browser: Browser
    post: PostOffice
    web: LocalWeb
    dns: LocalZone
    platforms: World
    looks: Looks
    days: float = 0  # that its people live ahead of time

    async def person(self, name: str, *, javascript: bool = True, locale: str = "vi") -> Person:
        """Somebody with a browser of their own; `name` is one of the demonstration's people."""
        context = await self.browser.new_context(
            base_url=self.base,
            java_script_enabled=javascript,
            locale={"vi": "vi-VN", "en": "en-GB", "fr": "fr-FR"}[locale],
            viewport={"width": 1280, "height": 900},
        )
        context.set_default_timeout(15_000)
        email = next((known.email for known in PEOPLE if known.name == name), "")
        looks = self.looks if javascript else None
        return Person(name, email, await context.new_page(), locale, looks)

    async def grant(self, person: Person, role: Role) -> None:
        """Give somebody who has signed in once a role, as the command line does."""
        async with self.database.write() as session:
            account = await accounts.find(session, person.email)
            await accounts.grant(session, Viewer.system("test"), account.id, role)

    def publish(self, path: str, body: str) -> str:
        """Put a page on the web of the outside world. Returns: its address."""
        self.web.sites[CHANNEL_HOST + path] = page(body)
        return f"https://{CHANNEL_HOST}{path}"

    async def lives_on(self, days: float) -> None:
        """Let `days` pass for the portal, which then looks again at the channels that are due."""
        self.days += days
        set_clock(self.folder, self.days)
        name = "channels.keep_proofs"
        async with self.database.write() as session:
            await jobs.defer(session, name, key=name, timestamp=0)

    def written(self) -> str:
        """All that the processes have written to their logs."""
        return "".join(log.read_text() for log in (self.folder / "logs").glob("*.log"))

    def kill(self, name: str) -> None:
        """`kill -9` of the process `name`: "web" or "worker"."""
        process = self._child(name).process
        assert process is not None
        process.kill()
        process.wait()

    async def start(self, name: str, *, wait: bool = True) -> None:
        """Start what was killed, and wait until all works."""
        family = self.family
        self._child(name).start(family.environment, family.root, family.logs, family.parent)
        if wait:
            await self.ready()

    def kill_postgres(self) -> None:
        """`kill -9` of PostgreSQL's head; its other processes follow it."""
        pid = embedded_postgres.server_pid(self.folder)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    async def start_postgres(self, *, wait: bool = True) -> None:
        """Start PostgreSQL after a crash, and wait until the portal is back on it."""
        await asyncio.to_thread(embedded_postgres.start, self.folder)
        if wait:
            await self.ready()

    async def ready(self) -> None:
        """Wait until pages are served and jobs done."""

        async def is_ready() -> bool:
            try:
                async with httpx2.AsyncClient() as client:
                    answer = await client.get(f"{self.base}/readyz", timeout=5)
                    return answer.status_code == 200 and answer.json()["worker"]
            except httpx2.HTTPError:
                return False

        await self.until(is_ready, "the portal is ready")

    async def until(self, done: Callable[[], object], what: str) -> None:
        """Wait until `done()` (or what it returns, awaited) is true; fail by name when it stays false."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = done()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return
            await asyncio.sleep(0.05)
        words = {child.name: self.family.last_words(child, 20) for child in self.family.children}
        raise AssertionError(f"not within {PATIENCE:.0f} s: {what}\n{json.dumps(words, indent=1)}")

    async def letters(self, person: Person, many: int) -> list[str]:
        """The subjects of the letters to `person`, once there are as many as `many`."""
        await self.until(
            lambda: len(self.post.subjects_to(person.email)) >= many,
            f"{many} letters to {person.email}",
        )
        return self.post.subjects_to(person.email)

    def _child(self, name: str) -> Child:
        return next(child for child in self.family.children if child.name == name)


@asynccontextmanager
async def open_site(folder: Path) -> AsyncIterator[Site]:
    """The portal, filled with nothing but its reference data and the code in force."""
    async with AsyncExitStack() as stack:
        post = await stack.enter_async_context(open_post_office())
        tls, ca_file = certify(folder, [CHANNEL_HOST])
        web = await stack.enter_async_context(serve(tls))
        dns = await stack.enter_async_context(serve_zones())
        world = fresh_world()
        origin = stack.enter_context(served(world))
        set_clock(folder, 0)
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(**launch_options())
        stack.push_async_callback(browser.close)
        url = await asyncio.to_thread(embedded_postgres.database_url, folder)
        stack.callback(embedded_postgres.remove, folder)
        await asyncio.to_thread(migrate, url)
        ports = {"web": free_port(), "sign-in": free_port()}
        environment = environment_of(folder, url, ports, post.port) | {
            "PORTAL_CHANNEL_PROVIDERS": entries(origin),
            "PORTAL_TOKEN_KEYS": KEYS,
            **authority.environment(folder / "seal"),
        }
        family = Family(ROOT, folder / "logs", environment, os.getpid())
        stack.push_async_callback(asyncio.to_thread, family.end)
        sign_in = ("-m", "app.demo.provider", "--port", str(ports["sign-in"]))
        family.add(Child("sign-in", sign_in))
        for name in ("web", "worker"):
            places = (str(web.port), str(ca_file), str(dns.port), str(clock_file(folder)))
            family.add(Child(name, ("-m", "tests.journeys.process", name, *places)))
        database = Database(make_engine(url, pool_size=2))
        stack.push_async_callback(database.close)
        await fill(database)
        site = Site(
            folder,
            environment["PORTAL_BASE_URL"],
            family,
            database,
            browser,
            post,
            web,
            dns,
            world,
            Looks(environment["PORTAL_BASE_URL"]),
        )
        await site.ready()
        yield site


def environment_of(folder: Path, url: str, ports: dict[str, int], smtp: int) -> dict[str, str]:
    """What the processes find in their environment."""
    return {
        **os.environ,
        "DATABASE_URL": url,
        "PORTAL_BASE_URL": f"http://localhost:{ports['web']}",
        "PORTAL_PORT": str(ports["web"]),
        "PORTAL_DATA_DIR": str(folder),
        "PORTAL_PROVIDERS": json.dumps([provider.provider_settings(ports["sign-in"])]),
        "AUTHLIB_INSECURE_TRANSPORT": "1",
        "SMTP_URL": f"smtp://127.0.0.1:{smtp}",
    }


def clock_file(folder: Path) -> Path:
    """Where the processes read how many days they live ahead of time."""
    return folder / "days-ahead"


def set_clock(folder: Path, days: float) -> None:
    """Let the processes live `days` ahead of time; they never see half a number."""
    half = clock_file(folder).with_suffix(".half")
    half.write_text(str(days))
    half.rename(clock_file(folder))


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


def migrate(url: str) -> None:
    """Give the database its shape."""
    engine = create_engine(url)
    with engine.begin() as connection:
        config = Config(ROOT / "alembic.ini")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()


async def fill(database: Database) -> None:
    """Load the vocabularies and publish the code of conduct."""
    async with database.write() as session:
        await reference_tables.load(session)
        for path in sorted(DATA.glob("conduct-[0-9]*.yaml")):
            await conduct.publish(session, Viewer.system("test"), code.read_file(path))
