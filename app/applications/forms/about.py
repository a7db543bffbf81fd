"""Who somebody is: names, birth date, province, how to reach them."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar

from babel.support import LazyProxy
from pydantic import Field, field_validator

from app.applications.forms.section import SectionForm
from app.applications.policy import answers
from app.core import clock
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.reference import reference
from app.web.forms import Line

_NOT_IN_NAMES = re.compile(r"[\d@#<>/\\|{}\[\]()_=+*^%$!?;:\"“”]")
_ADDRESS = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])"
)
_BETWEEN_DIGITS = re.compile(r"[\s.·()\u2010-\u2015-]+")
_VIETNAMESE = re.compile(r"(?:(?:\+|00)?840?|0)([35789]\d{8}|2\d{9})", re.ASCII)
OLDEST = 120  # years


def phone_number(given: str) -> str | None:
    """A Vietnamese number in E.164 (`+84912345678`); None when it is none.

    Mobile numbers have nine digits after the 0 and begin with 3, 5, 7, 8 or 9; fixed ones have
    ten and begin with 2. Blanks, points, dashes and brackets between digits are forgiven.

    Source: Circular 14/2018/TT-BTTTT (mobile numbers of ten digits since 2018).
    """
    found = _VIETNAMESE.fullmatch(_BETWEEN_DIGITS.sub("", given))
    return f"+84{found.group(1)}" if found else None


class AboutForm(SectionForm):
    """The section “About you”."""

    legal_name: Annotated[Line, Field(min_length=2, max_length=100)]
    legal_name_public: bool
    stage_name: Annotated[Line, Field(min_length=1, max_length=60)]
    birth_date: date
    province: str
    phone: str
    contact_email: Annotated[str, Field(max_length=254)]

    messages: ClassVar[Mapping[str, LazyProxy]] = {
        "legal_name.missing": _l("Write your name as it stands in your identity papers."),
        "legal_name_public.missing": _l("Say whether your legal name may be shown."),
        "stage_name.missing": _l("Write the name under which people know you."),
        "birth_date.missing": _l("Write your date of birth."),
        "province.missing": _l("Choose the province or city where you live."),
        "phone.missing": _l("Write a phone number on which we can reach you."),
        "contact_email.missing": _l("Write an e-mail address on which we can reach you."),
    }

    @field_validator("legal_name")
    @classmethod
    def _a_name(cls, given: str) -> str:
        if _NOT_IN_NAMES.search(given) or not any(char.isalpha() for char in given):
            raise ValueError(
                _("Write your legal name with letters only, such as Nguyễn Thị Sương.")
            )
        return given

    @field_validator("stage_name")
    @classmethod
    def _readable(cls, given: str) -> str:
        if not any(char.isalnum() for char in given):
            raise ValueError(_("Your stage name needs at least one letter or digit."))
        return given

    @field_validator("birth_date")
    @classmethod
    def _of_age(cls, given: date) -> date:
        today = clock.today()
        if given > today or today.year - given.year > OLDEST:
            raise ValueError(_("Check the year: this cannot be your date of birth."))
        if not answers.is_adult(given, today):
            raise ValueError(
                _("Members are 18 or older. You can apply from your 18th birthday on.")
            )
        return given

    @field_validator("province")
    @classmethod
    def _known(cls, given: str) -> str:
        if given not in reference.provinces:
            raise ValueError(_("Choose a province or city of the list."))
        return given

    @field_validator("phone")
    @classmethod
    def _vietnamese(cls, given: str) -> str:
        number = phone_number(given)
        if number is None:
            raise ValueError(_("Write a Vietnamese phone number, such as 0912 345 678."))
        return number

    @field_validator("contact_email")
    @classmethod
    def _an_address(cls, given: str) -> str:
        address = given.strip().lower()
        local = address.partition("@")[0]
        if not _ADDRESS.fullmatch(address) or len(local) > 64:  # noqa: PLR2004 - RFC 5321
            raise ValueError(_("Write an e-mail address such as suong@example.vn."))
        return address

    def answers(self) -> answers.About:
        """What the section means."""
        return answers.About(
            legal_name=self.legal_name,
            legal_name_public=self.legal_name_public,
            stage_name=self.stage_name,
            birth_date=self.birth_date,
            province=self.province,
            phone=self.phone,
            contact_email=self.contact_email,
        )
