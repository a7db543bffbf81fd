"""Invented KOLs: the same people for the same seed, nobody's likeness, nobody's handle.

The spread is that of life: most live in the two large cities and speak about a few topics,
followers fall off as a power of the rank, and some belong to peoples other than the Kinh.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from app.channels.policy.platforms import platforms
from app.core.reference import reference
from app.demo import vocabulary
from app.demo.naming import Name, handle_of, legal_name, link_of, stage_name
from app.demo.people import PEOPLE
from app.demo.telling import Teller, Told, biography

SEED = 20250818  # the day on which the alliance was launched
COUNT = 330
BIRTHDAYS_COUNTED_IN = 2026  # fixed, so that nobody grows younger

# Where creators live, per thousand: population, drawn towards the large cities.
PROVINCES = {
    "79": 270, "01": 200, "48": 62, "31": 38, "92": 36, "75": 28, "46": 26, "40": 22, "38": 22,
    "68": 22, "56": 20, "91": 18, "82": 17, "86": 16, "24": 18, "33": 15, "37": 17, "25": 15,
    "22": 16, "66": 16, "52": 15, "51": 13, "80": 14, "42": 10, "44": 10, "96": 12, "19": 12,
    "15": 10, "08": 8, "14": 7, "20": 6, "04": 5, "11": 4, "12": 4,
}  # fmt: skip
TOPICS = {
    "food": 130, "beauty": 96, "travel": 84, "comedy": 74, "family": 66, "fashion": 62,
    "technology": 50, "education": 48, "music": 44, "mother-baby": 40, "health": 38, "gaming": 38,
    "rural": 32, "business": 30, "home": 26, "culture": 24, "sports": 22, "finance": 26,
    "books": 18, "auto": 18, "film": 16, "arts": 16, "community": 22, "science": 14, "safety": 30,
}  # fmt: skip
NEAR = {
    "food": ("travel", "rural", "family"), "beauty": ("fashion", "health"),
    "travel": ("food", "culture"), "comedy": ("film", "music"), "family": ("mother-baby", "home"),
    "fashion": ("beauty", "arts"), "technology": ("gaming", "safety", "education"),
    "education": ("books", "science"), "music": ("culture", "comedy"),
    "mother-baby": ("family", "health"), "health": ("sports", "food"), "gaming": ("technology",),
    "rural": ("food", "culture"), "business": ("finance", "education"), "home": ("arts", "family"),
    "culture": ("travel", "books"), "sports": ("health",), "finance": ("business",),
    "books": ("education", "culture"), "auto": ("technology", "travel"), "film": ("arts", "comedy"),
    "arts": ("culture", "home"), "community": ("rural", "education"),
    "science": ("education", "technology"), "safety": ("technology", "education"),
}  # fmt: skip
PLATFORMS = {
    "tiktok": 74, "facebook": 70, "youtube": 46, "instagram": 30, "threads": 14, "zalo": 13,
    "shopee": 8, "website": 10, "x": 4, "telegram": 5, "twitch": 2, "bluesky": 2, "mastodon": 2,
}  # fmt: skip
WOMEN = {"beauty": 0.85, "mother-baby": 0.88, "fashion": 0.7, "family": 0.65, "food": 0.58,
         "auto": 0.1, "gaming": 0.25, "technology": 0.25, "sports": 0.3}  # fmt: skip
TRADES = ("bác sĩ", "dược sĩ", "dinh dưỡng", "phục hồi chức năng", "vận động viên", "nữ hộ sinh",
          "mầm non", "ngân hàng", "kế toán", "giảng viên", "luật sư", "bảo mật")  # fmt: skip
AGENCIES = ("Công ty truyền thông Nắng Sớm", "Mạng lưới sáng tạo Bến Đò", "Xưởng nội dung Ba Cây")
BRANDS = ("Chè Mây Chiều: không giới thiệu chè của hãng khác đến hết quý 2.",
          "Giày Bước Non: độc quyền mặt hàng giày chạy bộ trong 6 tháng.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class InventedChannel:
    """One channel as its owner would paste it."""

    platform: str
    link: str
    followers: int


@dataclass(frozen=True, slots=True)
class Kol:
    """Somebody who could apply; everything about them is invented."""

    subject: str  # at the demonstration's OpenID provider
    name: Name
    stage_name: str
    born: date
    province: str
    topics: tuple[str, ...]
    languages: tuple[str, ...]
    biography: str
    qualifications: dict[str, str]
    locale: str
    email: str
    phone: str
    channels: tuple[InventedChannel, ...]
    legal_name_public: bool
    agency: str
    exclusive_brands: str
    penalties: str
    portrait: int  # the seed of the picture

    @property
    def age(self) -> int:
        """In years, about."""
        return BIRTHDAYS_COUNTED_IN - self.born.year


def _pick(rng: random.Random, weights: dict[str, int]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


def _often(rng: random.Random, share: float) -> bool:
    return rng.random() < share


def invent(count: int = COUNT, seed: int = SEED) -> tuple[Kol, ...]:
    """`count` people; those who have a button at the provider come first.

    Args:
        count: at least as many as the KOLs of `people.PEOPLE`.
        seed: the same one gives the same people.
    """
    return tuple(_people(seed, count))


@lru_cache
def invented() -> tuple[Kol, ...]:
    """The people of the demonstration."""
    return invent()


def _people(seed: int, count: int) -> Iterator[Kol]:
    known = [person for person in PEOPLE if person.role == "kol"]
    seen: set[str] = {name.casefold() for name in vocabulary.names()["known"]}
    told, taken = Told(), set[str]()
    for rank in range(count):
        # Chance of one's own: a word more for somebody leaves everybody else as they are.
        rng = random.Random(f"{seed}:{rank}")  # noqa: S311 - nothing secret is made of it
        person = known[rank] if rank < len(known) else None
        topic = _pick(rng, TOPICS)
        province = _pick(rng, PROVINCES)
        woman = rng.random() < WOMEN.get(topic, 0.48)
        born = _birthday(rng, topic)
        if person is not None:
            name = Name.of(person.name, woman=person.woman)
        else:
            name = legal_name(rng, province, woman=woman, born=born.year)
        shown = stage_name(rng, name, topic, seen)
        handle = handle_of(shown)
        languages = _languages(rng, name)
        locale = _locale(rng, languages, topic)
        age = BIRTHDAYS_COUNTED_IN - born.year
        text = biography(rng, told, Teller(topic, province, locale, name.woman, age))
        yield Kol(
            subject=person.sub if person else f"kol-{rank:04d}",
            name=name,
            stage_name=shown,
            born=born,
            province=province,
            topics=_topics(rng, topic),
            languages=languages,
            biography=text,
            qualifications=_qualifications(rng, topic, text),
            locale=locale,
            email=person.email if person else f"{handle}@vidu.example",
            phone=f"+8451{rank:07d}",  # no operator has 051
            channels=_channels(rng, handle, rank, count, taken),
            legal_name_public=_often(rng, 0.35),
            agency=rng.choice(AGENCIES) if _often(rng, 0.18) else "",
            exclusive_brands=rng.choice(BRANDS) if _often(rng, 0.1) else "",
            penalties=PENALTY if _often(rng, 0.04) else "",
            portrait=rng.getrandbits(32),
        )


PENALTY = (
    "Năm 2024 bị xử phạt vi phạm hành chính vì một bài quảng cáo mỹ phẩm ghi sai công dụng;"
    " đã nộp phạt, gỡ bài và cải chính."
)


def _birthday(rng: random.Random, topic: str) -> date:
    middle = 24 if topic in ("gaming", "comedy") else 31
    age = min(74, max(19, round(rng.gauss(middle, 6) + rng.expovariate(1 / 4))))
    return date(BIRTHDAYS_COUNTED_IN - age, rng.randint(1, 12), rng.randint(1, 28))


def _topics(rng: random.Random, topic: str) -> tuple[str, ...]:
    """The main topic and up to two near it, none of which needs a qualification of its own."""
    near = [t for t in NEAR[topic] if not reference.topics[t].expert]
    more = rng.sample(near, min(len(near), rng.choice((0, 0, 1, 1, 1, 2))))
    return tuple(key for key in reference.topics if key in {topic, *more})


def _qualifications(rng: random.Random, topic: str, text: str) -> dict[str, str]:
    """For an expert topic, a qualification that fits what the biography says of it."""
    given = vocabulary.topics()[topic].qualifications
    if not given:
        return {}
    named = [trade for trade in TRADES if trade in text.casefold()]
    fitting = [one for one in given if any(trade in one.casefold() for trade in named)]
    return {topic: rng.choice(fitting or given)}


def _languages(rng: random.Random, name: Name) -> tuple[str, ...]:
    spoken = {"vi"} | ({name.language} if name.language else set())
    for key, share in (("en", 0.16), ("fr", 0.06), ("ko", 0.015), ("ja", 0.015), ("zh", 0.02)):
        if rng.random() < share:
            spoken.add(key)
    return tuple(key for key in reference.languages if key in spoken)


def _locale(rng: random.Random, languages: Sequence[str], topic: str) -> str:
    """In which language somebody deals with the alliance, and writes of themself."""
    for locale, share in (("fr", 1), ("en", 0.5)):
        if locale in languages and topic in vocabulary.biographies(locale) and _often(rng, share):
            return locale
    return "vi"


def _channels(
    rng: random.Random, handle: str, rank: int, count: int, taken: set[str]
) -> tuple[InventedChannel, ...]:
    """One to five channels; the largest has the followers that the person's rank gives."""
    wanted = rng.choices((1, 2, 3, 4, 5), (18, 34, 28, 14, 6))[0]
    chosen: list[str] = []
    while len(chosen) < wanted:
        platform = _pick(rng, PLATFORMS)
        if platform not in chosen and link_of(platform, handle) not in taken:
            chosen.append(platform)
            taken.add(link_of(platform, handle))
    size = _followers(rng, (rank * 197 + 120) % count + 1)
    found = []
    for platform in chosen:
        followers = 0 if platform == "website" else _rounded(rng, size)
        found.append(InventedChannel(platform, link_of(platform, handle), followers))
        size = round(size * rng.uniform(0.08, 0.55))
    return tuple(found)


def _followers(rng: random.Random, rank: int) -> int:
    """Zipf's law with some noise: millions at the top, thousands in the long tail."""
    return max(420, int(4_000_000 / float(rank) ** 1.08 * rng.lognormvariate(0, 0.7)))


def _rounded(rng: random.Random, followers: int) -> int:
    return max(120, followers + rng.randint(-60, 60))


assert set(PLATFORMS) == set(platforms())  # noqa: S101 - every platform is tried
