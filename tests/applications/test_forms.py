"""Every field of every section, at its edges."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.applications.forms.about import AboutForm, phone_number
from app.applications.forms.declarations import DeclarationsForm
from app.applications.forms.others import AnswerForm, MessageForm, StartForm, SubmitForm
from app.applications.forms.topics import TopicsForm, shown
from app.applications.policy.answers import About, Declarations, Topics, is_adult
from app.core import clock
from app.core.i18n import use_locale
from app.web.forms import Form, FormModel, check
from tests.factories.applications import BIOGRAPHY

ABOUT: dict[str, str | list[str]] = {
    "legal_name": "Nguyễn Thị Sương", "legal_name_public": "no", "stage_name": "Bếp Nhà Sương",
    "birth_date_day": "20", "birth_date_month": "5", "birth_date_year": "1996",
    "province": "79", "phone": "0912 345 678", "contact_email": "Suong@Example.VN",
}  # fmt: skip
TOPICS: dict[str, str | list[str]] = {
    "topics": ["food"], "languages": ["vi"], "biography": BIOGRAPHY,
}  # fmt: skip
DECLARATIONS: dict[str, str | list[str]] = {
    "has_agency": "no", "has_exclusive_brands": "no", "has_penalties": "no",
}  # fmt: skip


def filled(model: type[FormModel], usual: dict[str, Any], **given: Any) -> Form[Any]:
    form: Form[Any] = Form(model, typed={**usual, **given})
    check(form)
    return form


def test_about_you_becomes_what_is_stored() -> None:
    assert filled(AboutForm, ABOUT).value.answers() == About(
        legal_name="Nguyễn Thị Sương", legal_name_public=False, stage_name="Bếp Nhà Sương",
        birth_date=date(1996, 5, 20), province="79", phone="+84912345678",
        contact_email="suong@example.vn",
    )  # fmt: skip


def test_an_empty_form_says_what_each_field_wants() -> None:
    assert filled(AboutForm, {}).errors == {
        "legal_name": "Write your name as it stands in your identity papers.",
        "legal_name_public": "Say whether your legal name may be shown.",
        "stage_name": "Write the name under which people know you.",
        "birth_date": "Write your date of birth.",
        "province": "Choose the province or city where you live.",
        "phone": "Write a phone number on which we can reach you.",
        "contact_email": "Write an e-mail address on which we can reach you.",
    }
    assert filled(TopicsForm, {}).errors == {
        "topics": "Choose what you mostly speak about.",
        "languages": "Choose the languages in which you speak to your public.",
        "biography": "Write a few sentences about yourself.",
    }
    assert filled(DeclarationsForm, {}).errors == {
        "has_agency": "Say whether an agency or network manages you.",
        "has_exclusive_brands": "Say whether you are bound to brands exclusively.",
        "has_penalties": "Say whether you have had administrative penalties.",
    }


@pytest.mark.parametrize("locale", ["vi", "fr"])
def test_messages_are_in_the_language_of_the_reader(locale: str) -> None:
    english = filled(AboutForm, {}).errors
    with use_locale(locale):
        assert not set(filled(AboutForm, {}).errors.values()) & set(english.values())


@pytest.mark.parametrize(
    "name", ["Y", "A" * 101, "Nguyễn 1", "<b>An</b>", "an@example.vn", "...", "--", "  "]
)
def test_a_legal_name_has_letters_only(name: str) -> None:
    assert list(filled(AboutForm, ABOUT, legal_name=name).errors) == ["legal_name"]


@pytest.mark.parametrize(
    "name", ["Ư A", "H'Hen Niê", "Nguyễn-Phước Bảo", "A" * 100, "Jean d’Arc", "Y Ê-ban"]
)
def test_names_of_all_peoples_of_vietnam_are_names(name: str) -> None:
    assert filled(AboutForm, ABOUT, legal_name=name).value.legal_name == name


def test_names_are_tidied() -> None:
    decomposed = "Nguye\u0302\u0303n\u200b  Thi\u0323   Su\u031bo\u031bng "
    assert filled(AboutForm, ABOUT, legal_name=decomposed).value.legal_name == "Nguyễn Thị Sương"


@pytest.mark.parametrize(
    ("name", "fine"), [("K", True), ("☕", False), ("A" * 60, True), ("A" * 61, False)]
)
def test_a_stage_name_has_something_to_read(name: str, *, fine: bool) -> None:
    assert (filled(AboutForm, ABOUT, stage_name=name).errors == {}) is fine


@pytest.mark.parametrize(
    ("born", "today", "adult"),
    [
        (date(2008, 11, 24), date(2026, 11, 23), False),
        (date(2008, 11, 24), date(2026, 11, 24), True),
        (date(2008, 11, 24), date(2026, 11, 25), True),
        (date(2008, 12, 1), date(2026, 11, 30), False),
        (date(2008, 2, 29), date(2026, 2, 28), False),
        (date(2008, 2, 29), date(2026, 3, 1), True),
        (date(2010, 2, 28), date(2028, 2, 28), True),
        (date(2008, 12, 31), date(2027, 1, 1), True),
    ],
)
def test_eighteen_is_reached_on_the_birthday(born: date, today: date, *, adult: bool) -> None:
    assert is_adult(born, today) is adult


def birth(day: int, month: int, year: int) -> dict[str, str]:
    return {
        "birth_date_day": str(day),
        "birth_date_month": str(month),
        "birth_date_year": str(year),
    }


def test_the_birthday_is_counted_by_the_calendar_in_vietnam() -> None:
    eve_in_london = datetime(2026, 11, 23, 16, 59, tzinfo=UTC)  # 23:59 in Vietnam
    with clock.at(eve_in_london):
        young = filled(AboutForm, ABOUT, **birth(24, 11, 2008))
    assert young.errors == {
        "birth_date": "Members are 18 or older. You can apply from your 18th birthday on."
    }
    with clock.at(datetime(2026, 11, 23, 17, 0, tzinfo=UTC)):  # midnight in Vietnam
        assert filled(AboutForm, ABOUT, **birth(24, 11, 2008)).errors == {}


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (birth(31, 2, 1996), "Write a real date, such as 24 11 1998."),
        (birth(0, 5, 1996), "Write a real date, such as 24 11 1998."),
        (birth(20, 5, 96), "Check the year: this cannot be your date of birth."),
        (birth(20, 5, 1850), "Check the year: this cannot be your date of birth."),
        (birth(20, 5, 2099), "Check the year: this cannot be your date of birth."),
        ({"birth_date_day": "hai"}, "Write a real date, such as 24 11 1998."),
        ({"birth_date_year": ""}, "Write a real date, such as 24 11 1998."),
    ],
)
def test_a_birth_date_is_a_real_day_of_somebody_alive(typed: dict[str, str], message: str) -> None:
    form = filled(AboutForm, ABOUT, **typed)
    assert form.errors == {"birth_date": message}
    assert form.typed["birth_date_day"] == {**ABOUT, **typed}["birth_date_day"]  # kept as typed


@pytest.mark.parametrize("province", ["00", "7", "99", "ho-chi-minh"])
def test_a_province_is_one_of_the_list(province: str) -> None:
    assert list(filled(AboutForm, ABOUT, province=province).errors) == ["province"]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0912345678", "+84912345678"), ("0912 345 678", "+84912345678"),
        ("+84 912.345.678", "+84912345678"), ("84912345678", "+84912345678"),
        ("0084-912-345-678", "+84912345678"), ("+84 (0) 912 345 678", "+84912345678"),
        ("0321234567", "+84321234567"), ("0561234567", "+84561234567"),
        ("0701234567", "+84701234567"), ("0842345678", "+84842345678"),
        ("024 3825 1234", "+842438251234"), ("(028) 3829 1234", "+842838291234"),
        ("0299 1234 567", "+842991234567"), ("+84‑912–345—678", "+84912345678"),
        ("0123456789", None), ("091234567", None), ("09123456789", None), ("912345678", None),
        ("842345678", None), ("0243825123", None), ("+33612345678", None), ("+1 912 345 678", None),
        ("113", None), ("1900 1234", None), ("٠٩١٢٣٤٥٦٧٨", None), ("0912345678 ext 1", None), ("", None),
    ],
)  # fmt: skip
def test_phone_numbers_of_vietnam_in_one_form(typed: str, number: str | None) -> None:
    assert phone_number(typed) == number
    if typed:
        errors = filled(AboutForm, ABOUT, phone=typed).errors
        assert errors == (
            {} if number else {"phone": "Write a Vietnamese phone number, such as 0912 345 678."}
        )


@pytest.mark.parametrize(
    ("typed", "fine"),
    [
        ("a@b.vn", True), ("first.last+kol@mail.example.com.vn", True), ("A@B.VN", True),
        ("o'brien@example.vn", True), ("a" * 64 + "@example.vn", True),
        ("a" * 65 + "@example.vn", False), ("a@" + "b" * 250 + ".vn", False), ("a@b", False),
        ("a@b.v", False), ("a b@c.vn", False), ("a@b..vn", False), (".a@b.vn", False),
        ("a.@b.vn", False), ("a@-b.vn", False), ("a@b-.vn", False), ("a@@b.vn", False),
        ("Sương <a@b.vn>", False), ("sương@b.vn", False), ("a@b.vn\nBcc: x@y.vn", False),
        ("a@127.0.0.1", False), ("@b.vn", False),
    ],
)  # fmt: skip
def test_addresses_that_letters_can_be_sent_to(typed: str, *, fine: bool) -> None:
    assert (filled(AboutForm, ABOUT, contact_email=typed).errors == {}) is fine


def test_topics_become_what_is_stored_in_the_order_of_the_list() -> None:
    form = filled(
        TopicsForm, TOPICS, topics=["travel", "health", "food", "food"], languages=["en", "vi"],
        qualification_health=" Bác sĩ nội khoa,\r\nĐại học Y Hà Nội ", qualification_finance="Bỏ đi",
    )  # fmt: skip
    stored = form.value.answers()
    assert stored == Topics(
        topics=("food", "travel", "health"), languages=("vi", "en"), biography=BIOGRAPHY,
        qualifications={"health": "Bác sĩ nội khoa,\nĐại học Y Hà Nội"},
    )  # fmt: skip
    assert shown(stored)["qualification_health"] == "Bác sĩ nội khoa,\nĐại học Y Hà Nội"
    assert shown(stored)["qualification_finance"] == ""


@pytest.mark.parametrize("topic", ["health", "mother-baby", "finance", "safety"])
def test_each_expert_topic_asks_for_its_own_qualification(topic: str) -> None:
    field = f"qualification_{topic}"
    assert list(filled(TopicsForm, TOPICS, topics=[topic]).errors) == [field]
    assert list(filled(TopicsForm, TOPICS, topics=[topic], **{field: "Có"}).errors) == [field]
    assert list(filled(TopicsForm, TOPICS, topics=[topic], **{field: "a" * 501}).errors) == [field]
    assert filled(TopicsForm, TOPICS, topics=[topic], **{field: "a" * 500}).errors == {}


@pytest.mark.parametrize(
    ("field", "given", "message"),
    [
        (
            "topics",
            ["food", "travel", "beauty", "fashion", "home", "auto"],
            "Choose at most 5 topics.",
        ),
        ("topics", ["food", "astrology"], "Choose from the list."),
        ("topics", [], "Choose what you mostly speak about."),
        ("languages", ["vi", "en", "fr", "zh", "ko", "ja", "km"], "Choose at most 6 languages."),
        ("languages", ["tlh"], "Choose from the list."),
    ],
)
def test_lists_are_chosen_from_and_not_too_long(field: str, given: list[str], message: str) -> None:
    assert filled(TopicsForm, TOPICS, **{field: given}).errors == {field: message}


@pytest.mark.parametrize(("length", "fine"), [(79, False), (80, True), (1500, True), (1501, False)])
def test_a_biography_is_neither_a_word_nor_a_book(length: int, *, fine: bool) -> None:
    assert (filled(TopicsForm, TOPICS, biography="ạ" * length).errors == {}) is fine


def test_a_biography_is_counted_without_what_is_invisible() -> None:
    padded = "ạ" * 40 + "\u200b" * 100 + " " * 60
    assert list(filled(TopicsForm, TOPICS, biography=padded).errors) == ["biography"]


def test_declarations_keep_words_only_after_a_yes() -> None:
    form = filled(
        DeclarationsForm, DECLARATIONS, has_agency="yes", agency="Mạng Lá Sen, từ 2024",
        exclusive_brands="Không nói ra", penalties="Không",
    )  # fmt: skip
    assert form.value.answers() == Declarations(
        has_agency=True, agency="Mạng Lá Sen, từ 2024", has_exclusive_brands=False,
        exclusive_brands="", has_penalties=False, penalties="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("has_agency", "agency"),
        ("has_exclusive_brands", "exclusive_brands"),
        ("has_penalties", "penalties"),
    ],
)
def test_a_yes_is_explained(asked: str, told: str) -> None:
    assert list(filled(DeclarationsForm, DECLARATIONS, **{asked: "yes"}).errors) == [told]
    assert list(
        filled(DeclarationsForm, DECLARATIONS, **{asked: "yes", told: "a" * 501}).errors
    ) == [told]
    assert filled(DeclarationsForm, DECLARATIONS, **{asked: "yes", told: "a" * 500}).errors == {}
    assert list(filled(DeclarationsForm, DECLARATIONS, **{asked: "maybe"}).errors) == [asked]


def test_the_small_forms_ask_for_what_they_need() -> None:
    assert list(filled(StartForm, {}).errors) == ["consent"]
    assert list(filled(StartForm, {"consent": "no"}).errors) == ["consent"]
    assert list(filled(SubmitForm, {"seen": "1"}).errors) == ["true"]
    assert list(filled(SubmitForm, {"true": "yes", "seen": "x"}).errors) == ["seen"]
    assert filled(AnswerForm, {"seen": "1"}).value.words == ""
    assert list(filled(MessageForm, {"words": " \n "}).errors) == ["words"]
    assert list(filled(MessageForm, {"words": "a" * 3001}).errors) == ["words"]
