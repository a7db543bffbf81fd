"""The whole demonstration by one command, `portal demo`: starts, watches and ends its processes.

This process supervises and does nothing else; pages, jobs, sign-in, mail and the database are
processes of their own. See docs/architecture.md, "The demonstration".
"""

import base64
import fcntl
import json
import math
import os
import secrets
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import psycopg

from app.core import embedded_postgres
from app.core.config import ROOT, settings
from app.core.crypto import digest
from app.demo import authority, provider
from app.demo.children import Child, Family
from app.demo.people import PEOPLE
from app.demo.platforms.server import entries

LEAST_FREE = 500 * 1024**2
LONGEST_START = 120.0
LOOK_EVERY = 0.3
SIGN_IN_PORT = "PORTAL_DEMO_SIGN_IN_PORT"
PLATFORMS_PORT = "PORTAL_DEMO_PLATFORMS_PORT"
PLATFORMS_USUAL = 9500
LOG_ORIGIN = "demo.niemtinso.example/log"  # a log's name stays, whatever the port is


class CannotStart(Exception):
    """The demonstration cannot start; the message says what to do."""


class Told(KeyboardInterrupt):
    """A signal told this process to end."""


def run() -> int:
    """Run the demonstration until told to end. Returns: the exit status."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _told)
    family: Family | None = None
    try:
        with _only_one():
            family = _prepare()
            try:
                _tell_where()
                while True:
                    time.sleep(LOOK_EVERY)
                    family.tend(_say)
            finally:
                _ignore_signals()
                _say("Stopping; your data stay in .data (make reset deletes them)")
                family.end()
    except Told:
        return 0
    except (CannotStart, embedded_postgres.CannotRun, provider.PortTaken) as sentence:
        sys.stderr.write(f"\n{sentence}\n")
        return 1


def reset() -> str:
    """Delete the demonstration's data. Returns: what was done.

    Raises:
        CannotStart, CannotRun: it runs, or its files belong to somebody else.
    """
    folder = settings().data_dir
    if not folder.exists():
        return "There is nothing to delete."
    with _only_one():
        for server in (folder / "tests", folder):
            embedded_postgres.remove(server)
        shutil.rmtree(folder)
    if settings().database_url:
        return f"{folder} is deleted. The database that DATABASE_URL names is yours: untouched."
    return f"{folder} is deleted."


def _told(_signal: int, _frame: FrameType | None) -> None:
    raise Told


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _say(words: str) -> None:
    """Show progress; nothing happens when the terminal is gone."""
    with suppress(OSError):
        sys.stdout.write(f"• {words}\n")
        sys.stdout.flush()


@contextmanager
def _only_one() -> Iterator[None]:
    """Hold the demonstration's lock.

    Raises:
        CannotStart: it runs already, or its folder cannot be written.
    """
    folder = settings().data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "demo.lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as taken:
                raise CannotStart(
                    "The demonstration runs already from this folder. Stop it first with Ctrl-C"
                    " where it was started."
                ) from taken
            yield
    except PermissionError as refusal:
        raise CannotStart(f"{refusal.filename} belongs to another user.") from refusal


def _prepare() -> Family:
    """Everything up to the open doors."""
    _check_ports()
    _check_disk()
    own_database = not settings().database_url
    if own_database:
        _say("Starting PostgreSQL")
        os.environ["DATABASE_URL"] = embedded_postgres.database_url(settings().data_dir)
    mail, mail_port = _open_for_mail()
    os.environ.update(_environment(mail_port))
    settings.cache_clear()
    family = Family(ROOT, settings().data_dir / "logs", os.environ, os.getpid())
    try:
        if own_database:
            family.add(Child("database", ("-m", "app.demo.keeper"), patience=70))
        _fill_and_open(family, mail)
    except BaseException:
        _ignore_signals()
        family.end()
        if own_database:
            embedded_postgres.stop(settings().data_dir)
        raise
    return family


def _open_for_mail() -> tuple[int, int]:
    """A listening socket and its port, open for as long as this process is.

    A mail server that died is handed it again, and no letter meanwhile finds the port closed.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    return listening.detach(), port


def _fill_and_open(family: Family, mail: int) -> None:
    """Fill the database when something of it may have changed, then start the portal.

    Raises:
        CannotStart: one of the processes fails.
    """
    filled, state = settings().data_dir / "filled", _state()
    if not (filled.exists() and filled.read_text() == state and _is_migrated()):
        filling = Child("data", ("-m", "app.demo.fill"), once=True)
        _say("Bringing the database up to date")
        family.add(filling)
        _wait(family, lambda: filling.succeeded)
        filled.write_text(state)
    _say("Starting the portal")
    sign_in = ("-m", "app.demo.provider", "--port", str(_sign_in_port()))
    family.add(Child("sign-in", sign_in))
    if _asks_platforms(os.environ["PORTAL_BASE_URL"]):
        platforms = ("-m", "app.demo.platforms", "--port", str(_platforms_port()))
        family.add(Child("platforms", platforms))
    family.add(Child("mail", ("-m", "app.demo.post", str(mail)), inherits=(mail,)))
    family.add(Child("web", ("-m", "app.cli", "web")))
    family.add(Child("worker", ("-m", "app.cli", "worker"), patience=25))
    _wait(family, _is_ready, LONGEST_START)


def _state() -> str:
    """What the filling follows from: database, sign-in, code, data."""
    files = sorted(
        path
        for pattern in ("app/**/*.py", "app/demo/**/*.yaml", "data/*", "migrations/**/*.py")
        for path in ROOT.glob(pattern)
    )
    parts = [settings().database_url, provider.issuer()]
    return digest("\n".join([*parts, *(f"{path} {digest(path.read_bytes())}" for path in files)]))


def _is_migrated() -> bool:
    """Whether the database has any shape: somebody may have emptied it."""
    plain = settings().database_url.replace("postgresql+psycopg://", "postgresql://", 1)
    try:
        with psycopg.connect(plain) as connection:
            return bool(connection.execute("SELECT 1 FROM alembic_version").fetchone())
    except psycopg.Error:
        return False


def _wait(family: Family, done: Callable[[], bool], seconds: float = math.inf) -> None:
    """Wait until all is `done`.

    Raises:
        CannotStart: a process ended, or `seconds` went by.
    """
    until = time.monotonic() + seconds
    while not done():
        dead = family.dead()
        if dead or time.monotonic() > until:
            late = dead[0] if dead else family.children[-1]
            if late.once:
                raise CannotStart("The database could not be filled; the lines above say why.")
            raise CannotStart(
                f"{late.name} does not start. The end of its log ({family.logs}):\n"
                f"{family.last_words(late)}"
            )
        time.sleep(0.1)


def _check_ports() -> None:
    """Refuse early what would fail late.

    Raises:
        CannotStart: a port is taken.
    """
    _check_port(
        settings().host,
        settings().port,
        "Choose another for the portal: PORTAL_PORT=8010 make demo",
    )
    _check_port(
        "127.0.0.1",
        _sign_in_port(),
        f"Free it, or choose another for signing in ({SIGN_IN_PORT}=9410 make demo) after"
        " `make reset`: accounts belong to the address at which their people sign in",
    )

    if _asks_platforms(os.environ.get("PORTAL_BASE_URL", "")):
        _check_port(
            "127.0.0.1",
            _platforms_port(),
            f"Choose another for the platforms: {PLATFORMS_PORT}=9510 make demo",
        )


def _check_port(host: str, port: int, words: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as refusal:
            raise CannotStart(
                f"Port {port} cannot be used: {refusal.strerror}. {words}."
            ) from refusal


def _check_disk() -> None:
    free = shutil.disk_usage(settings().data_dir).free
    if free < LEAST_FREE:
        raise CannotStart(
            f"The disk is full: the demonstration needs {LEAST_FREE // 1024**2} MB, and"
            f" {free // 1024**2} MB are free. Make room and start again."
        )


def _sign_in_port() -> int:
    return _port(SIGN_IN_PORT, provider.PORT)


def _platforms_port() -> int:
    return _port(PLATFORMS_PORT, PLATFORMS_USUAL)


def _port(name: str, usual: int) -> int:
    given = os.environ.get(name) or str(usual)
    if not given.isdecimal() or not 0 < int(given) <= 65535:  # noqa: PLR2004 - as ports are
        raise CannotStart(f"{name} is a number from 1 to 65535.")
    return int(given)


def _asks_platforms(base_url: str) -> bool:
    """Whether platforms of the demonstration's own stand in for the real ones.

    Not where the portal is on HTTPS, which asks none but the real ones, nor where it has clients.
    """
    ours = os.environ.get("PORTAL_CHANNEL_PROVIDERS", "") in ("", _clients())
    return ours and not base_url.startswith("https:")


def _clients() -> str:
    return entries(f"http://127.0.0.1:{_platforms_port()}")


def _environment(mail_port: int) -> dict[str, str]:
    """What turns the portal into the demonstration."""
    found = {
        "PORTAL_DEMO": "true",
        "PORTAL_SECRET_KEY": _kept("secret-key"),
        "PORTAL_PROVIDERS": json.dumps([provider.provider_settings(_sign_in_port())]),
        "PORTAL_DATA_DIR": str(settings().data_dir.resolve()),
        "SMTP_URL": f"smtp://127.0.0.1:{mail_port}",
        "AUTHLIB_INSECURE_TRANSPORT": "1",  # the provider is on loopback, without TLS
        "PORTAL_LOG_ORIGIN": LOG_ORIGIN,
        "PORTAL_LOG_KEYS": f"demo:{_kept('log-key')}",
        "PORTAL_CREDENTIAL_KEYS": f"demo:{_kept('credential-key')}",
    }
    if "PORTAL_BASE_URL" not in os.environ:
        found["PORTAL_BASE_URL"] = f"http://localhost:{settings().port}"
    if _asks_platforms(os.environ.get("PORTAL_BASE_URL", "")):
        found["PORTAL_CHANNEL_PROVIDERS"] = _clients()
        found["PORTAL_TOKEN_KEYS"] = f"demo:{_kept('token-key')}"
    if "PORTAL_SEAL" not in os.environ:
        found |= authority.environment(settings().data_dir.resolve() / "seal")
    return found


def _kept(name: str) -> str:
    """A key of the demonstration's, made once: 32 bytes, written in base64."""
    path = settings().data_dir / name
    if not path.exists():
        half = path.with_suffix(".half")
        half.touch(mode=0o600)
        half.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
        half.rename(path)
    return path.read_text()


def _is_ready() -> bool:
    """Whether pages are served, jobs done and people signed in."""
    portal = f"http://{_reachable(settings().host)}:{settings().port}/readyz"
    sign_in = f"http://127.0.0.1:{_sign_in_port()}/.well-known/openid-configuration"
    try:
        with urllib.request.urlopen(portal, timeout=5) as answer:
            ready = json.load(answer)
        with urllib.request.urlopen(sign_in, timeout=5):
            return bool(ready["worker"])
    except (OSError, ValueError):
        return False


def _reachable(host: str) -> str:
    """An address at which this machine reaches a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - compared only


def _tell_where() -> None:
    base = settings().base_url
    width = max(len(person.name) for person in PEOPLE)
    people = "\n".join(
        f"    {person.name:<{width}}  {person.role:<13}  {person.about['en']}" for person in PEOPLE
    )
    sys.stdout.write(
        f"\n  The portal is open: {base}\n"
        f"  Letters it sends:   {base}/demo/mail\n"
        f"  What to try:        {base}/demo\n\n"
        f"  Sign in at {base}/sign-in as one of these people; there is no password:\n{people}\n\n"
        "  Ctrl-C stops it.\n\n"
    )
    sys.stdout.flush()
