"""What an operator may configure, and what is refused with a sentence."""

import pytest

from app.accounts.providers import label_of, providers
from app.accounts.routes import browser
from app.core.config import settings
from tests.accounts.conftest import configured, entry


@pytest.fixture
def on_https(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_BASE_URL", "https://portal.example")


def test_providers_keep_the_order_of_the_configuration() -> None:
    names = ("zalo", "google", "tiktok", "facebook")
    with configured(*({"name": n, "preset": n, "client_id": "1"} for n in names)):
        assert tuple(providers()) == names
        assert [one.label for one in providers().values()] == [
            "Zalo",
            "Google",
            "TikTok",
            "Facebook",
        ]


def test_a_provider_no_longer_configured_keeps_a_name() -> None:
    with configured(entry("https://issuer.example", "vneid") | {"label": "VNeID"}):
        assert label_of("vneid") == "VNeID"
        assert label_of("google") == "Google"


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (("one", "one"), "provider one: choose another name for it"),
        (("confirm",), "provider confirm: choose another name for it"),
    ],
)
def test_a_name_is_given_once_and_is_not_a_page_s(names: tuple[str, ...], sentence: str) -> None:
    with (
        configured(*(entry("https://issuer.example", name) for name in names)),
        pytest.raises(ValueError, match=sentence),
    ):
        providers()


@pytest.mark.usefixtures("on_https")
def test_a_portal_on_https_trusts_no_issuer_without_it() -> None:
    with (
        configured(entry("http://issuer.example")),
        pytest.raises(ValueError, match="its issuer must be reached over https"),
    ):
        providers()


@pytest.mark.usefixtures("on_https")
def test_on_https_the_browsers_secret_is_bound_to_this_very_host() -> None:
    with configured(entry("https://issuer.example")):
        assert settings().secure
        assert browser.cookie_name() == "__Host-sign-in"
        assert providers()["test"].label == "Test"
