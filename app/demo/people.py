"""The named people who can sign in at the demonstration's OpenID provider, each with one button."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Role = Literal["kol", "business", "reviewer", "officer", "board", "administrator", "auditor"]

STAFF_ROLES: Final[tuple[Role, ...]] = (
    "reviewer",
    "officer",
    "board",
    "administrator",
    "auditor",
)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Someone with a button at the demonstration's OpenID provider; invented, as all of them.

    Attributes:
        sub: the provider's subject: readable ASCII, under 255 characters.
        name: the `name` claim, family name first.
        email: the `email` claim, under `.example`, which belongs to nobody (RFC 2606).
        role: what the person is to the portal; a staff role is granted by the seed.
        about: one line in vi, en and fr on what trying this person shows.
    """

    sub: str
    name: str
    email: str
    role: Role
    about: Mapping[str, str]

    @property
    def woman(self) -> bool:
        """Whether the person is one: portraits and names are made to fit."""
        return self.sub in _WOMEN

    @property
    def claims(self) -> dict[str, str | bool]:
        """What the provider says of the person in the ID token, apart from `sub`."""
        return {"name": self.name, "email": self.email, "email_verified": True, "locale": "vi"}


_WOMEN: Final = frozenset(
    {
        "kol-linh",
        "kol-thao-draft",
        "kol-hoa-submitted",
        "kol-ngan-member",
        "kol-vy-declined",
        "kol-tam-lapsed",
    }
)

PEOPLE: Final[tuple[DemoPerson, ...]] = (
    DemoPerson(
        "kol-linh",
        "Nguyễn Khánh Linh",
        "khanhlinh@vidu.example",
        "kol",
        {
            "vi": "Chưa có gì: bắt đầu một hồ sơ từ đầu",
            "en": "Nothing yet: starts an application from scratch",
            "fr": "Rien encore : commence une candidature à zéro",
        },
    ),
    DemoPerson(
        "kol-bao",
        "Trần Gia Bảo",
        "giabao@vidu.example",
        "kol",
        {
            "vi": "Chưa có gì: người thứ hai để thử cùng lúc",
            "en": "Nothing yet: a second person, to try things side by side",
            "fr": "Rien encore : une seconde personne, pour essayer en parallèle",
        },
    ),
    DemoPerson(
        "kol-thao-draft",
        "Lê Phương Thảo",
        "phuongthao@vidu.example",
        "kol",
        {
            "vi": "Có một bản nháp đang viết dở",
            "en": "Has a draft, half filled in",
            "fr": "A un brouillon à moitié rempli",
        },
    ),
    DemoPerson(
        "kol-hoa-submitted",
        "Đinh Thị Mỹ Hòa",
        "myhoa@vidu.example",
        "kol",
        {
            "vi": "Đã gửi hồ sơ, đang chờ người nhận",
            "en": "Has submitted, waits for a reviewer",
            "fr": "A déposé sa candidature, attend un examinateur",
        },
    ),
    DemoPerson(
        "kol-dat-in-review",
        "Hoàng Tiến Đạt",
        "tiendat@vidu.example",
        "kol",
        {
            "vi": "Hồ sơ đang được thẩm định",
            "en": "Application under review",
            "fr": "Candidature en cours d'examen",
        },
    ),
    DemoPerson(
        "kol-phuc-asked",
        "Phạm Hồng Phúc",
        "hongphuc@vidu.example",
        "kol",
        {
            "vi": "Được đề nghị bổ sung hồ sơ, chưa trả lời",
            "en": "Was asked for more information, has not answered yet",
            "fr": "Doit compléter sa candidature, n'a pas encore répondu",
        },
    ),
    DemoPerson(
        "kol-ngan-member",
        "Nguyễn Thị Kim Ngân",
        "kimngan@vidu.example",
        "kol",
        {
            "vi": "Hội viên đang hoạt động",
            "en": "A member in good standing",
            "fr": "Membre en règle",
        },
    ),
    DemoPerson(
        "kol-quan-suspended",
        "Võ Minh Quân",
        "minhquan@vidu.example",
        "kol",
        {
            "vi": "Hội viên đang bị đình chỉ có thời hạn",
            "en": "A member suspended until a date",
            "fr": "Membre suspendu jusqu'à une date",
        },
    ),
    DemoPerson(
        "kol-vy-declined",
        "Phan Tường Vy",
        "tuongvy@vidu.example",
        "kol",
        {
            "vi": "Hồ sơ bị từ chối, chờ đến ngày được nộp lại",
            "en": "Was declined, waits for the day to apply again",
            "fr": "Candidature refusée, attend de pouvoir la refaire",
        },
    ),
    DemoPerson(
        "kol-tam-lapsed",
        "Lý Thanh Tâm",
        "thanhtam@vidu.example",
        "kol",
        {
            "vi": "Hết hạn tư cách hội viên, có thể nộp lại",
            "en": "A membership that lapsed: may apply again",
            "fr": "Adhésion échue : peut déposer une nouvelle candidature",
        },
    ),
    DemoPerson(
        "kol-hai-expelled",
        "Cao Xuân Hải",
        "xuanhai@vidu.example",
        "kol",
        {
            "vi": "Bị khai trừ, chưa được nộp lại",
            "en": "Expelled, may not apply again yet",
            "fr": "Exclu, ne peut pas encore candidater",
        },
    ),
    DemoPerson(
        "reviewer-hanh",
        "Lê Thị Mỹ Hạnh",
        "my.hanh@lienminh.example",
        "reviewer",
        {
            "vi": "Người thẩm định, đang giữ vài hồ sơ",
            "en": "Reviewer, holds several applications",
            "fr": "Examinatrice, plusieurs candidatures en main",
        },
    ),
    DemoPerson(
        "reviewer-duc",
        "Phạm Trọng Đức",
        "trong.duc@lienminh.example",
        "reviewer",
        {
            "vi": "Người thẩm định thứ hai: thử hai người cùng quyết định",
            "en": "Second reviewer: try two people deciding at once",
            "fr": "Second examinateur : essayer deux décisions simultanées",
        },
    ),
    DemoPerson(
        "reviewer-yen",
        "Bùi Thị Bạch Yến",
        "bach.yen@lienminh.example",
        "reviewer",
        {
            "vi": "Người thẩm định, làm việc bằng tiếng Anh và tiếng Pháp",
            "en": "Reviewer, works in English and French",
            "fr": "Examinatrice, travaille en anglais et en français",
        },
    ),
    DemoPerson(
        "admin-son",
        "Hoàng Thái Sơn",
        "thai.son@lienminh.example",
        "administrator",
        {
            "vi": "Quản trị viên: giao vai trò, đổi tình trạng hội viên",
            "en": "Administrator: grants roles, changes standings",
            "fr": "Administrateur : attribue les rôles, change les statuts",
        },
    ),
    DemoPerson(
        "auditor-lan",
        "Đặng Thị Tuyết Lan",
        "tuyet.lan@lienminh.example",
        "auditor",
        {
            "vi": "Kiểm soát viên: xem mọi dấu vết, không quyết định gì",
            "en": "Auditor: sees every trace, decides nothing",
            "fr": "Auditrice : voit toutes les traces, ne décide rien",
        },
    ),
    DemoPerson(
        "officer-tuan",
        "Huỳnh Anh Tuấn",
        "anh.tuan@lienminh.example",
        "officer",
        {
            "vi": "Cán bộ vụ việc",
            "en": "Case officer",
            "fr": "Chargé de dossier",
        },
    ),
    DemoPerson(
        "board-nhung",
        "Vũ Hồng Nhung",
        "hong.nhung@lienminh.example",
        "board",
        {
            "vi": "Thành viên ban điều hành",
            "en": "Board member",
            "fr": "Membre du conseil",
        },
    ),
    DemoPerson(
        "business-may-chieu",
        "Trương Thị Diệu Hiền",
        "hien@tramaychieu.example",
        "business",
        {
            "vi": "Doanh nghiệp chè Mây Chiều, Thái Nguyên: tìm người giới thiệu sản phẩm",
            "en": "Mây Chiều tea of Thái Nguyên: looks for creators to work with",
            "fr": "Thés Mây Chiều, Thái Nguyên : cherche des créateurs partenaires",
        },
    ),
    DemoPerson(
        "business-buoc-non",
        "Đỗ Quốc Khánh",
        "khanh@giaybuocnon.example",
        "business",
        {
            "vi": "Hãng giày Bước Non, Thành phố Hồ Chí Minh",
            "en": "Bước Non shoes, Ho Chi Minh City",
            "fr": "Chaussures Bước Non, Hô Chi Minh-Ville",
        },
    ),
    DemoPerson(
        "business-nang-som",
        "Ngô Thanh Trúc",
        "truc@nangsom.example",
        "business",
        {
            "vi": "Công ty truyền thông Nắng Sớm, Đà Nẵng",
            "en": "Nắng Sớm, a media agency in Đà Nẵng",
            "fr": "Nắng Sớm, agence média à Đà Nẵng",
        },
    ),
)
