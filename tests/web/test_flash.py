import httpx2


async def test_a_sentence_survives_the_redirect_and_is_said_once(
    stage: httpx2.AsyncClient,
) -> None:
    await stage.post("/test/keep/one")
    first = await stage.get("/members")
    assert "Kept &lt;b&gt;well&lt;/b&gt;" in first.text
    second = await stage.get("/members")
    assert "well" not in second.text


async def test_its_cookie_cannot_be_read_by_scripts_or_forged(stage: httpx2.AsyncClient) -> None:
    answer = await stage.post("/test/keep/one")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("flash=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    stage.cookies.clear()
    forged = "WyJTZW5kIG1vbmV5Il0.c2lnbmF0dXJl"
    said = await stage.get("/members", headers={"Cookie": f"flash={forged}"})
    assert said.status_code == 200
    assert "Send money" not in said.text
