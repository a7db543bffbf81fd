"""The demonstration's OpenID provider: a page of people, and a sentence when its port is taken."""

import os
import socket
import subprocess
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.core.config import ROOT, ProviderSettings
from app.demo import provider
from app.demo.people import PEOPLE, STAFF_ROLES

ASKED = (
    "/oauth2/authorize?response_type=code&client_id=portal&scope=openid+profile+email&state=s"
    "&nonce=n&redirect_uri=http%3A%2F%2Flocalhost%3A8000%2Fsign-in%2Fdemo%2Fcallback"
)


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    return provider.make_app().test_client()


@pytest.mark.parametrize("locale", ["vi", "en", "fr"])
def test_everybody_has_a_button_that_says_who_they_are(browser: Any, locale: str) -> None:
    page = browser.get(ASKED, headers={"Accept-Language": locale}).get_data(as_text=True)

    assert page.count('class="person"') == len(PEOPLE)
    for person in PEOPLE:
        assert f'value="{person.sub}"><b>{person.name}</b>' in page
        assert person.about[locale].replace("'", "&#39;") in page
    assert "https://" not in page  # nothing is loaded from elsewhere


@pytest.mark.filterwarnings("ignore:get_jwt_config")  # the provider's own affair with Authlib
def test_a_button_signs_in_with_the_persons_claims(browser: Any) -> None:
    person = PEOPLE[0]
    answer = browser.post(ASKED, data={"sub": person.sub})
    back = parse_qs(urlsplit(answer.headers["Location"]).query)

    token = browser.post(
        "/oauth2/token",
        data={
            "grant_type": "authorization_code",
            "code": back["code"][0],
            "client_id": "portal",
            "client_secret": "any",
            "redirect_uri": "http://localhost:8000/sign-in/demo/callback",
        },
    ).json
    said = browser.get(
        "/userinfo", headers={"Authorization": f"Bearer {token['access_token']}"}
    ).json

    assert back["state"] == ["s"]
    assert said == {"sub": person.sub, **person.claims}


def test_somebody_may_think_better_of_it(browser: Any) -> None:
    answer = browser.post(ASKED, data={"action": "deny"})

    assert parse_qs(urlsplit(answer.headers["Location"]).query)["error"] == ["access_denied"]


def test_a_failure_shows_no_debugger(browser: Any) -> None:
    page = browser.get("/oauth2/authorize?response_type=code")

    assert page.status_code == 400
    assert "Traceback" not in page.get_data(as_text=True)


def test_its_settings_are_an_entry_of_the_portals_providers() -> None:
    found = ProviderSettings.model_validate(provider.provider_settings(9402))

    assert (found.name, found.issuer) == ("demo", "http://localhost:9402")
    assert found.preset == "oidc"


def test_the_issuer_is_that_of_the_configuration_or_the_usual_one() -> None:
    assert provider.issuer() == f"http://localhost:{provider.PORT}"  # none is configured here


def test_a_taken_port_is_said_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        run = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", "app.demo.provider", "--port", port],
            cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    assert run.returncode == 1
    assert run.stderr == (
        f"Port {port} is taken by another program. Stop it, or choose another port for the"
        " demonstration's sign-in.\n"
    )


def test_people_are_distinct_and_reachable_by_nobody() -> None:
    assert len({person.sub for person in PEOPLE}) == len(PEOPLE)
    assert len({person.name for person in PEOPLE}) == len(PEOPLE)
    assert all(person.email.endswith(".example") for person in PEOPLE)
    assert all(set(person.about) == {"vi", "en", "fr"} for person in PEOPLE)
    assert set(STAFF_ROLES) <= {person.role for person in PEOPLE}
