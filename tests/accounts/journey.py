"""What a person does with a browser to sign in: press the button, say who they are, come back."""

from urllib.parse import parse_qs, urlsplit

import httpx2

from tests.portal import Browser

BASE = "http://localhost:8000"


async def depart(
    browser: Browser, provider: str = "test", next_path: str = "", purpose: str = "sign_in"
) -> str:
    """Press a provider's button. Returns: the address at the provider."""
    answer = await browser.post(
        f"/sign-in/{provider}", data={"next": next_path, "purpose": purpose}
    )
    assert answer.status_code == 200, answer.text
    wait, _, address = answer.headers["refresh"].partition("; url=")
    assert wait == "0"
    return address


async def at_provider(address: str, sub: str = "linh", action: str = "") -> str:
    """Say who one is, or refuse, at the real provider. Returns: the path it sends back to."""
    async with httpx2.AsyncClient() as client:
        answer = await client.post(address, data={"sub": sub, "action": action})
    assert answer.status_code == 302, answer.text
    back = answer.headers["location"]
    assert back.startswith(f"{BASE}/sign-in/")
    return back.removeprefix(BASE)


async def sign_in(
    browser: Browser, sub: str = "linh", next_path: str = "", purpose: str = "sign_in"
) -> httpx2.Response:
    """The whole round trip. Returns: the answer to coming back."""
    address = await depart(browser, next_path=next_path, purpose=purpose)
    return await browser.get(await at_provider(address, sub))


def asked(address: str) -> dict[str, str]:
    """The parameters of an address, each given once."""
    found = parse_qs(urlsplit(address).query, strict_parsing=True)
    assert all(len(values) == 1 for values in found.values())
    return {name: values[0] for name, values in found.items()}
