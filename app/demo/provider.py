"""The demonstration's OpenID provider: `python -m app.demo.provider --port N`.

The protocol is PyPI `oidc-provider-mock`, run as its own process as any provider would be; ours are
only its people and the look of its page. It asks for no password, so it answers on loopback alone.
"""

import argparse
import errno
import os
import signal
import socket
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from app.core.config import settings
from app.demo.people import PEOPLE, DemoPerson

HOST = "127.0.0.1"
PORT = 9400
NAME = "demo"
LABEL = "Demo ID"
CLIENT_ID = "portal"
PAGES = Path(__file__).with_name("provider_pages")

GROUPS: Sequence[tuple[dict[str, str], frozenset[str]]] = (
    (
        {"vi": "Người có ảnh hưởng", "en": "Creators", "fr": "Créateurs"},
        frozenset({"kol"}),
    ),
    (
        {"vi": "Người của liên minh", "en": "Staff of the alliance", "fr": "Équipe de l'alliance"},
        frozenset({"reviewer", "officer", "board", "administrator", "auditor"}),
    ),
    (
        {"vi": "Doanh nghiệp", "en": "Businesses", "fr": "Entreprises"},
        frozenset({"business"}),
    ),
)
WORDS = {
    "vi": {
        "title": "Đăng nhập thử",
        "lead": "Đây là nơi đăng nhập của bản trình diễn: không cần mật khẩu. Chọn một người.",
        "other": "Hoặc là một người mới",
        "other_hint": "Một địa chỉ thư bất kỳ; chưa ai dùng thì cổng mở một tài khoản mới.",
        "address": "Địa chỉ thư",
        "enter": "Đăng nhập",
        "deny": "Thôi, quay lại",
    },
    "en": {
        "title": "Sign in to the demonstration",
        "lead": "This is where the demonstration signs people in: no password. Choose somebody.",
        "other": "Or be somebody new",
        "other_hint": "Any e-mail address; one that nobody has used yet opens a new account.",
        "address": "E-mail address",
        "enter": "Sign in",
        "deny": "No, go back",
    },
    "fr": {
        "title": "Se connecter à la démonstration",
        "lead": "La démonstration connecte ici, sans mot de passe. Choisissez une personne.",
        "other": "Ou être quelqu'un de nouveau",
        "other_hint": "Une adresse quelconque ; si personne ne l'a utilisée, un compte s'ouvre.",
        "address": "Adresse électronique",
        "enter": "Se connecter",
        "deny": "Non, revenir",
    },
}


class PortTaken(Exception):
    """Another program listens where the provider should."""


def issuer_at(port: int) -> str:
    """The issuer of the provider on `port`: the address at which everybody reaches it."""
    return f"http://localhost:{port}"


def provider_settings(port: int = PORT) -> dict[str, str]:
    """The provider as one entry of `PORTAL_PROVIDERS`, for the portal beside it.

    The issuer holds the port: accounts made with one port are other people's on another.
    """
    return {
        "name": NAME,
        "issuer": issuer_at(port),
        "client_id": CLIENT_ID,
        "client_secret": "the-demonstration-has-no-secrets",
        "label": LABEL,
    }


def issuer() -> str:
    """The issuer under which the portal of this process knows the demonstration's people."""
    found = (given.issuer for given in settings().providers if given.name == NAME)
    return next(found, issuer_at(PORT)).rstrip("/")


def make_app(people: Sequence[DemoPerson] = PEOPLE) -> Any:
    """The provider as a WSGI application with one button for each of `people`."""
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # HTTP, on loopback
    # Here, not above: the portal's own processes do without these packages.
    warnings.filterwarnings("ignore", message="authlib.jose module is deprecated")
    from flask import request  # noqa: PLC0415
    from jinja2 import ChoiceLoader, FileSystemLoader  # noqa: PLC0415
    from oidc_provider_mock import User, app  # type: ignore[import-untyped] # noqa: PLC0415

    found = app(
        require_nonce=True,
        user_claims=[User(sub=person.sub, claims=dict(person.claims)) for person in people],
    )
    found.debug = False
    found.wsgi_app = getattr(found.wsgi_app, "app", found.wsgi_app)  # without its debugger
    found.jinja_loader = ChoiceLoader([FileSystemLoader(PAGES), found.jinja_loader])

    def words() -> dict[str, Any]:
        locale = request.accept_languages.best_match(list(WORDS)) or "vi"
        groups = [
            (names[locale], [person for person in people if person.role in roles])
            for names, roles in GROUPS
        ]
        return {"words": WORDS[locale], "locale": locale, "groups": groups}

    found.context_processor(words)
    return found


def serve(port: int = PORT) -> None:
    """Answer on `port` until the process is told to stop.

    Raises:
        PortTaken: another program has the port.
    """
    from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: PLC0415

    class Quiet(WSGIRequestHandler):
        def log_request(self, *_given: object) -> None:
            """Say nothing: the portal's own log tells of sign-ins."""

    with _listening(port) as listening:
        server = make_server(
            HOST, port, make_app(), threaded=True, request_handler=Quiet, fd=listening.fileno()
        )
        signal.signal(signal.SIGTERM, _stop)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            server.server_close()


def _listening(port: int) -> socket.socket:
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((HOST, port))
        found.listen(64)
    except OSError as refused:
        found.close()
        if refused.errno == errno.EADDRINUSE:
            raise PortTaken(
                f"Port {port} is taken by another program. Stop it, or choose another port for"
                " the demonstration's sign-in."
            ) from refused
        raise
    return found


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the provider from the command line. Returns: the exit status."""
    parser = argparse.ArgumentParser(prog="python -m app.demo.provider", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT)
    port = parser.parse_args(arguments).port
    try:
        serve(port)
    except PortTaken as taken:
        sys.stderr.write(f"{taken}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
