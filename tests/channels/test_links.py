"""Channel links: every platform's forms, every refusal, and hostile strings."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.channels.policy.links import Link, possible, recognise
from app.channels.policy.platforms import platforms
from app.channels.policy.reasons import REASONS, NotRecognised

UC = "UC1234567890123456789_-Q"
DEN = "https://www.youtube.com/@%C4%91en"

ACCEPTED = [
    # what is pasted, platform chosen, platform, canonical form, key
    ("https://www.tiktok.com/@abc?lang=vi", None, "tiktok", "https://www.tiktok.com/@abc", "abc"),
    ("HTTP://WWW.TikTok.com/@ABC/video/71?x=1#y", None, "tiktok", "https://www.tiktok.com/@abc", "abc"),
    ("m.tiktok.com/@a.b_c/", None, "tiktok", "https://www.tiktok.com/@a.b_c", "a.b_c"),
    ("@abc", "tiktok", "tiktok", "https://www.tiktok.com/@abc", "abc"),
    ("abc.def", "tiktok", "tiktok", "https://www.tiktok.com/@abc.def", "abc.def"),
    ("m.facebook.com/abcde", None, "facebook", "https://www.facebook.com/abcde", "abcde"),
    ("fb.com/a.bc.de", None, "facebook", "https://www.facebook.com/a.bc.de", "abcde"),
    ("vi-vn.facebook.com/ABC.de", None, "facebook", "https://www.facebook.com/abc.de", "abcde"),
    ("web.facebook.com/abcde/posts/1", None, "facebook", "https://www.facebook.com/abcde", "abcde"),
    ("facebook.com/people/Tên-Tôi/100012345678/", None, "facebook", "https://www.facebook.com/profile.php?id=100012345678", "100012345678"),
    ("https://www.facebook.com/profile.php?mibextid=z&id=100012345678", None, "facebook", "https://www.facebook.com/profile.php?id=100012345678", "100012345678"),
    ("facebook.com/p/Ten-Trang-100064123456/", None, "facebook", "https://www.facebook.com/profile.php?id=100064123456", "100064123456"),
    ("facebook.com/100012345678", None, "facebook", "https://www.facebook.com/profile.php?id=100012345678", "100012345678"),
    ("abc.de", "facebook", "facebook", "https://www.facebook.com/abc.de", "abcde"),
    ("https://www.youtube.com/@Đen/videos", None, "youtube", DEN, "đen"),
    ("https://youtube.com/@%C4%90en", None, "youtube", DEN, "đen"),
    ("@\u0110en", "youtube", "youtube", DEN, "đen"),
    ("youtube.com/@a\u0302bc", None, "youtube", "https://www.youtube.com/@%C3%A2bc", "âbc"),  # NFD
    (f"m.youtube.com/channel/{UC}?view_as=x", None, "youtube", f"https://www.youtube.com/channel/{UC}", UC),
    (UC, "youtube", "youtube", f"https://www.youtube.com/channel/{UC}", UC),
    ("youtube.com/c/TenCu", None, "youtube", "https://www.youtube.com/c/tencu", "c/tencu"),
    ("youtube.com/user/tencu/about", None, "youtube", "https://www.youtube.com/user/tencu", "user/tencu"),
    ("instagram.com/A.b_c/reels", None, "instagram", "https://www.instagram.com/a.b_c/", "a.b_c"),
    ("@abc", "instagram", "instagram", "https://www.instagram.com/abc/", "abc"),
    ("https://www.threads.net/@abc/post/1", None, "threads", "https://www.threads.com/@abc", "abc"),
    ("mobile.twitter.com/ABC/status/1", None, "x", "https://x.com/abc", "abc"),
    ("https://x.com/abc?s=21", None, "x", "https://x.com/abc", "abc"),
    ("zalo.me/123456789012345678", None, "zalo", "https://zalo.me/123456789012345678", "123456789012345678"),
    ("https://zalo.me/tenban", None, "zalo", "https://zalo.me/tenban", "tenban"),
    ("shopee.vn/ten_ban.vn", None, "shopee", "https://shopee.vn/ten_ban.vn", "ten_ban.vn"),
    ("shopee.vn/shop/123456/search", None, "shopee", "https://shopee.vn/shop/123456", "123456"),
    ("t.me/s/tenban/12", None, "telegram", "https://t.me/tenban", "tenban"),
    ("telegram.me/tenban", None, "telegram", "https://t.me/tenban", "tenban"),
    ("https://m.twitch.tv/tenban/videos", None, "twitch", "https://www.twitch.tv/tenban", "tenban"),
    ("https://bsky.app/profile/Ten.bsky.social/post/1", None, "bluesky", "https://bsky.app/profile/ten.bsky.social", "ten.bsky.social"),
    ("@ten.bsky.social", "bluesky", "bluesky", "https://bsky.app/profile/ten.bsky.social", "ten.bsky.social"),
    ("@Ten@mastodon.social", None, "mastodon", "https://mastodon.social/@ten", "ten@mastodon.social"),
    ("ten@mastodon.social", "mastodon", "mastodon", "https://mastodon.social/@ten", "ten@mastodon.social"),
    ("https://mastodon.social/@ten/1", "mastodon", "mastodon", "https://mastodon.social/@ten", "ten@mastodon.social"),
    ("https://mastodon.social/@ten@other.example", "mastodon", "mastodon", "https://other.example/@ten", "ten@other.example"),
    ("tenban.vn", "website", "website", "https://tenban.vn/", "tenban.vn"),
    ("http://www.TenBan.vn/Blog/?q=1#x", "website", "website", "https://www.tenban.vn/Blog", "tenban.vn/Blog"),
    ("https://tênbạn.vn", "website", "website", "https://xn--tnbn-gpa8576b.vn/", "xn--tnbn-gpa8576b.vn"),
    # cleaned on the way
    ("  <https://www.tiktok.com/@abc>, ", None, "tiktok", "https://www.tiktok.com/@abc", "abc"),
    ("\u200bｔｉｋｔｏｋ．ｃｏｍ／＠ａｂｃ\ufeff", None, "tiktok", "https://www.tiktok.com/@abc", "abc"),
    ("//tiktok.com//@abc//", None, "tiktok", "https://www.tiktok.com/@abc", "abc"),
    # the link knows better than the list beside it
    ("https://www.tiktok.com/@abc", "website", "tiktok", "https://www.tiktok.com/@abc", "abc"),
]  # fmt: skip

REFUSED = [
    ("", None, "empty"),
    (" \u200b ", None, "empty"),
    ("x" * 501, "tiktok", "too_long"),
    ("@abc", None, "which"),
    ("abc", None, "which"),
    ("abc", "no-such-platform", "platform"),
    ("https://example.com/abc", None, "unknown_host"),
    ("https://tiktok.com.evil.example/@abc", None, "unknown_host"),
    ("https://tiktok.com.evil.example/@abc", "tiktok", "unknown_host"),
    ("https://eviltiktok.com/@abc", None, "unknown_host"),
    ("https://vt.tiktok.com/ZS123/", None, "short_link"),
    ("youtu.be/abc", None, "short_link"),
    ("https://vn.shp.ee/abc", None, "short_link"),
    ("https://user:pass@www.tiktok.com/@abc", None, "user_info"),
    ("https://www.tiktok.com@evil.example/@abc", None, "user_info"),
    ("ten@gmail.com", None, "email"),
    ("ten@gmail.com", "tiktok", "email"),
    ("https://www.tiktok.com:8080/@abc", None, "port"),
    ("https://www.tiktok.com:/@abc", None, "port"),
    ("ftp://www.tiktok.com/@abc", None, "scheme"),
    ("javascript:alert(1)", "website", "scheme"),
    ("https://www.facebook.com/groups/123456", None, "group"),
    ("https://zalo.me/g/abcdef", None, "group"),
    ("https://t.me/+AbCdEf", None, "group"),
    ("https://t.me/joinchat/AbCdEf", None, "group"),
    ("https://zalo.me/0901234567", None, "phone"),
    ("zalo.me/+84901234567", None, "phone"),
    ("0901 234 567", "zalo", "phone"),
    ("https://live.shopee.vn/share?from=live&session=12345", None, "live"),
    ("https://shopee.vn/live/12345", None, "live"),
    ("https://www.youtube.com/live/abcdef", None, "live"),
    ("https://www.youtube.com/watch?v=abc", None, "not_a_channel"),
    ("https://www.youtube.com/shorts/abc", None, "not_a_channel"),
    ("https://www.youtube.com/channel/UCtooshort", None, "not_a_channel"),
    ("https://www.youtube.com/", None, "not_a_channel"),
    ("https://www.tiktok.com/abc", None, "not_a_channel"),
    ("https://www.instagram.com/p/Cabc/", None, "not_a_channel"),
    ("https://www.instagram.com/reel/Cabc/", None, "not_a_channel"),
    ("https://x.com/search?q=a", None, "not_a_channel"),
    ("https://x.com/i/spaces/1", None, "not_a_channel"),
    ("https://www.facebook.com/watch/?v=1", None, "not_a_channel"),
    ("https://www.facebook.com/share/abc123/", None, "not_a_channel"),
    ("https://www.facebook.com/profile.php", None, "not_a_channel"),
    ("explore", "instagram", "not_a_channel"),
    ("https://mastodon.social/about", "mastodon", "not_a_channel"),
    ("https://www.tiktok.com/@12345", None, "handle"),
    ("@has space", "tiktok", "malformed"),
    ("đen", "tiktok", "handle"),
    ("ab", "youtube", "handle"),
    ("a..b", "instagram", "handle"),
    ("localhost", "website", "not_public"),
    ("http://127.0.0.1/", "website", "not_public"),
    ("http://2130706433/", "website", "not_public"),
    ("http://[::1]/", "website", "not_public"),
    ("http://printer.local/", "website", "not_public"),
    ("http://0x7f000001/", "website", "malformed"),
    ("http://0x7f.1/", "website", "malformed"),
    ("http://[::1", "website", "malformed"),
    ("https://www.tiktok.com/@a%ff", None, "malformed"),
    ("https://www.tiktok.com/@abc%2f..%2fx", None, "malformed"),
    ("https://www.tiktok.com\\@evil.example", None, "malformed"),
    ("https://www.facebook.com/abcde/../groups", None, "malformed"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "chosen", "platform", "url", "key"), ACCEPTED)
def test_a_link_is_written_in_one_form(
    text: str, chosen: str | None, platform: str, url: str, key: str
) -> None:
    link = recognise(text, chosen)
    assert (link.platform, link.url, link.key) == (platform, url, key)
    assert recognise(link.url, link.platform) == link, "the canonical form is stable"


@pytest.mark.parametrize(("text", "chosen", "kind"), REFUSED)
def test_a_refusal_says_why(text: str, chosen: str | None, kind: str) -> None:
    with pytest.raises(NotRecognised) as refused:
        recognise(text, chosen)
    assert refused.value.kind == kind
    assert "%(" not in str(refused.value.message)


def test_every_platform_and_every_reason_is_covered() -> None:
    assert {platform for _, _, platform, _, _ in ACCEPTED} == set(platforms())
    assert {kind for _, _, kind in REFUSED} == set(REASONS)


def test_the_id_of_a_youtube_channel_keeps_its_case() -> None:
    assert recognise(f"youtube.com/channel/{UC}").stable_id == UC


def test_a_bare_name_may_be_on_several_platforms() -> None:
    found = {link.platform for link in possible("@ten.ban")}
    assert {"tiktok", "facebook", "instagram", "threads"} <= found
    assert "x" not in found  # no dots there
    assert [link.platform for link in possible("tiktok.com/@abc")] == ["tiktok"]
    assert possible("javascript:alert(1)") == ()


CHOICES = st.sampled_from([None, *platforms()])
HOSTILE = st.text(max_size=60) | st.from_regex(
    r"(https?:)?//(www\.|m\.)?(tiktok|facebook|youtube|zalo|t|shopee|example)\.(com|me|vn)"
    r"[/@%:?#\\.\w\u0300-\u0310-]{0,40}",
    fullmatch=True,
)


@given(HOSTILE, CHOICES)
@example("http://[", None)
@example("//:@", "website")
@example("@İstanbul", "youtube")
@example("youtube.com/@a%CC%82bc", None)
@example("//t.me/%252e", None)
@example("https://example.com/%25", "website")
def test_no_string_breaks_it_and_what_it_makes_is_stable(text: str, chosen: str | None) -> None:
    try:
        link = recognise(text, chosen)
    except NotRecognised:
        return
    assert isinstance(link, Link)
    assert link.url.isascii()
    assert link.url.startswith("https://")
    assert recognise(link.url, link.platform) == link
