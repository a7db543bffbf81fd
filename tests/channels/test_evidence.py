"""What of a proof's evidence is for everybody. Pure."""

from typing import Any

import pytest

from app.channels.policy.domains import domain_code
from app.channels.policy.evidence import HIDDEN, LONGEST, MOST_ADDRESSES, Public, public
from app.channels.policy.proofs import page_code
from app.core.crypto import token

CODE = "DTA-7Q2M9X4KDB"
TOKEN = "b7-Kq_uM2sNvW1xA"


@pytest.mark.parametrize(
    ("opened", "shown"),
    [
        ("https://www.tiktok.com/@bep?lang=vi&sid=1#bio", "https://www.tiktok.com/@bep"),
        ("https://sương:mật@bep.example/a", "https://bep.example/a"),
        (f"https://bep.example/{CODE.lower()}/x", f"https://bep.example/DTA-{HIDDEN}/x"),
        (f"https://portal.example/vi/is/{TOKEN}", f"https://portal.example/vi/is/{HIDDEN}"),
        ("did:plc:z72i7hdynmk6r22z27h6tvur", "did:plc:z72i7hdynmk6r22z27h6tvur"),
    ],
)  # fmt: skip
def test_an_address_is_shown_without_what_is_asked_of_it_and_without_secrets(
    opened: str, shown: str
) -> None:
    assert public({"chain": [opened]}, (CODE, TOKEN)).chain == (shown,)


@pytest.mark.parametrize(
    "given",
    ["", "javascript:alert(1)", "https://[::1", "data:text/html,x", 7, None, {"a": 1}, "a b"],
)
def test_what_is_no_address_is_not_shown(given: Any) -> None:
    assert public({"chain": [given]}).chain == ()


def test_of_words_around_a_code_only_the_code_is_shown_and_covered() -> None:
    kept = {"matched": f"gọi 0912345678 {CODE.lower()} nhé"}
    assert public(kept, (CODE,)).matched == (f"DTA-{HIDDEN}",)
    assert public(kept).matched == ()


def test_a_code_of_a_zone_is_covered_behind_what_all_of_them_begin_with() -> None:
    code = "dta-verify=aB3-x_9=Q"
    assert public({"matched": f"{code} v=spf1"}, (code,)).matched == (f"dta-verify={HIDDEN}",)


def test_a_link_is_shown_with_where_it_sends_one_on_to() -> None:
    kept = {"matched": "https://bit.ly/bep?x=1", "redirect": f"https://portal.example/is/{TOKEN}"}
    assert public(kept, (TOKEN,)).matched == (
        "https://bit.ly/bep",
        f"https://portal.example/is/{HIDDEN}",
    )


def test_the_name_that_a_platform_told_is_shown_only_when_it_is_the_channels() -> None:
    assert public({"matched": "BepSuong"}, (), "bepsuong").matched == ("@bepsuong",)
    assert public({"matched": "khac"}, (), "bepsuong").matched == ()


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        (page_code(), f"DTA-{HIDDEN}"),
        (domain_code(), f"dta-verify={HIDDEN}"),
        (f"is/{token(12)}", f"is/{HIDDEN}"),
    ],
    ids=["page", "domain", "person"],  # the codes differ from process to process
)
def test_a_code_of_somebody_else_is_covered_too(code: str, shown: str) -> None:
    assert public({"chain": [f"https://bep.example/{code}"]}).chain == (
        f"https://bep.example/{shown}",
    )


def test_a_name_that_a_zone_was_asked_for_is_shown() -> None:
    asked = "dns:_dta-challenge.bep.example"
    assert public({"chain": [asked]}).chain == (asked,)


def test_nothing_else_is_taken_over() -> None:
    kept = {"detail": "x", "words": "y", "status": 200, "handle": "z", "chain": "https://a.example"}
    assert public(kept) == Public()


def test_only_a_sum_of_its_form_is_shown() -> None:
    assert public({"sha256": "ab" * 32}).sha256 == "ab" * 32
    for given in ("AB" * 32, "ab" * 31, f"{'ab' * 32}<b>", 7, None, ["ab" * 32]):
        assert public({"sha256": given}).sha256 == ""


def test_what_is_shown_is_bounded() -> None:
    found = public({"chain": [f"https://a.example/{'x' * 5000}"] * 50})
    assert [len(one) for one in found.chain] == [LONGEST] * MOST_ADDRESSES
