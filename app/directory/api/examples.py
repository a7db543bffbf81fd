"""Examples of what the API answers. Tests hold them to the shapes; the people are invented."""

from typing import Any

from app.core.i18n import use_locale
from app.web.problems import KINDS

FOOD = {"code": "food", "name": "Food & drink"}
ACTIVE = {"code": "active", "name": "In good standing"}
PROVEN = {"code": "proven", "name": "Proven"}
EVIDENCE = (
    "https://niemtinso.example/members/DTA-26-00001-0/channels/019cad5e-7f5a-7c30-9b61-3b0a7ad3f0e2"
)
CHANNEL: dict[str, Any] = {
    "platform": {"code": "tiktok", "name": "TikTok"},
    "handle": "@bepnhasuong",
    "url": "https://www.tiktok.com/@bepnhasuong",
    "followers": 182000,
    "followers_counted_on": "2026-02-27",
    "followers_source": {"code": "declared", "name": "as the owner says"},
    "proof": {"code": "page_code", "name": "by a code on the page"},
    "proven_at": "2026-03-02T09:00:00Z",
    "state": PROVEN,
    "state_since": "2026-03-02T09:00:00Z",
    "evidence": EVIDENCE,
}
LOST: dict[str, Any] = {
    "platform": {"code": "website", "name": "Website"},
    "handle": "bepnhasuong.example",
    "url": "https://bepnhasuong.example/",
    "proven_at": "2026-03-02T09:00:00Z",
    "lost_at": "2026-09-14T20:10:00Z",
    "evidence": EVIDENCE.replace("7f5a", "8c21"),
}
MEMBER: dict[str, Any] = {
    "number": "DTA-26-00001-0",
    "serial": 1,
    "name": "Bếp Nhà Sương",
    "legal_name": None,
    "url": "https://niemtinso.example/members/DTA-26-00001-0",
    "standing": ACTIVE,
    "standing_since": "2026-03-02T09:00:00Z",
    "standing_until": None,
    "standing_reasons": None,
    "verified_since": "2026-03-02T09:00:00Z",
    "term_ends_on": "2027-03-02",
    "biography": "Mình nấu món quê bằng nguyên liệu ở chợ gần nhà.",
    "topics": [FOOD],
    "languages": [{"code": "vi", "name": "Vietnamese"}],
    "province": {"code": "ho-chi-minh", "name": "Ho Chi Minh City"},
    "portrait": None,
    "channels": [CHANNEL],
    "lost_channels": [LOST],
}
PROFILE: dict[str, Any] = {
    **MEMBER,
    "history": [{"at": "2026-03-02T09:00:00Z", "old": None, "new": ACTIVE, "until": None}],
    "code_of_conduct": {
        "version": "1.0",
        "signed_at": "2026-02-20T02:15:00Z",
        "url": "https://niemtinso.example/conduct/1.0",
    },
    "record": "https://niemtinso.example/members/DTA-26-00001-0/record.json",
}
MEMBERS: dict[str, Any] = {
    "members": [MEMBER],
    "next": "eyJhIjoxfQ",
    "total": 1240,
    "facets": {"topic": [{**FOOD, "count": 1240}]},
}
CHANGES: dict[str, Any] = {
    "changes": [
        {
            "serial": 1,
            "number": "DTA-26-00001-0",
            "standing": ACTIVE,
            "changed_at": "2026-11-24T03:05:00Z",
            "gone": False,
            "member": MEMBER,
        },
        {
            "serial": 7,
            "number": None,
            "standing": None,
            "changed_at": "2026-11-24T03:06:00Z",
            "gone": True,
            "member": None,
        },
    ],
    "next": "NzQ4MzoxOjE2Mzg0OjkwMTI6Nw",
    "more": False,
}
CHECK: dict[str, Any] = {
    "given": "tiktok.com/@bepnhasuong",
    "verdict": {"code": "good", "name": "Member in good standing"},
    "meaning": "A member has proven this account and is in good standing.",
    "detail": "Proven on 2 March 2026.",
    "read_as": "TikTok, www.tiktok.com/@bepnhasuong",
    "members": [
        {
            "number": "DTA-26-00001-0",
            "name": "Bếp Nhà Sương",
            "url": "https://niemtinso.example/members/DTA-26-00001-0",
            "standing": ACTIVE,
            "standing_since": "2026-03-02T09:00:00Z",
            "verified_since": "2026-03-02T09:00:00Z",
            "channels": [
                {
                    "platform": {"code": "tiktok", "name": "TikTok"},
                    "handle": "@bepnhasuong",
                    "url": "https://www.tiktok.com/@bepnhasuong",
                    "proof": "by a code on the page",
                    "proven_at": "2026-03-02T09:00:00Z",
                    "proven_until": None,
                    "state": PROVEN,
                    "state_since": "2026-03-02T09:00:00Z",
                    "evidence": EVIDENCE,
                }
            ],
            "last_seen_at": "2026-11-23T20:10:00Z",
        }
    ],
    "look_alikes": [],
    "url": "https://niemtinso.example/check?q=tiktok.com%2F%40bepnhasuong",
}
CHECKS: dict[str, Any] = {"checks": [CHECK]}


_WRONG: dict[int, dict[str, Any]] = {
    422: {
        "errors": [
            {
                "in": "query",
                "pointer": "#/topic/0",
                "code": "unknown_value",
                "detail": "This is none of the values that there are.",
            }
        ]
    },
    404: {"detail": "No member has the number DTA-26-00001-0."},
    410: {"detail": "The portal was restored since this cursor was given. Begin without “since”."},
}


def problem(status: int) -> dict[str, Any]:
    """A problem document of `status`."""
    with use_locale("en"):
        title = str(KINDS[status].title)
    return {
        "type": f"https://niemtinso.example/api#{KINDS[status].anchor}",
        "title": title,
        "status": status,
        **_WRONG.get(status, {}),
        "request_id": "Jk0aM3nq5rX7",
    }
