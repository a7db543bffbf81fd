"""One portrait: a sitter, dressed for what they speak about, in front of a motif."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.demo.portraits import clothes, figure
from app.demo.portraits.canvas import Colour
from app.demo.portraits.figure import GREYS, HAIRS, HATS, SKINS, Looks
from app.demo.portraits.grounds import ground_for

GREY_FROM, SHORT_GREY = 58, 0.8
CLOTH: Sequence[Colour] = (
    "#0b5d56", "#5cc9b8", "#b0305f", "#f08bb0", "#f2c14e", "#c4694a", "#3f5f86", "#7fa87a",
    "#f4efe4", "#8a5a8f", "#2f6f8f", "#d97f5f", "#e9e3f2", "#274a46",
)  # fmt: skip
ACCENTS: Sequence[Colour] = ("#b0305f", "#f2c14e", "#0b5d56", "#d9536f", "#2f6f8f", "#c4694a")

USUAL = {"tee": 5, "shirt": 5, "hoodie": 3, "jacket": 3, "turtleneck": 2, "ao_dai": 2, "apron": 1}
WORN: Mapping[str, Mapping[str, int]] = {
    "food": {"apron": 6, "tee": 3, "shirt": 2, "ba_ba": 2},
    "rural": {"ba_ba": 6, "shirt": 3, "tee": 2},
    "culture": {"ao_dai": 7, "shirt": 2, "turtleneck": 1},
    "business": {"jacket": 6, "shirt": 4, "ao_dai": 1},
    "finance": {"jacket": 6, "shirt": 4},
    "safety": {"jacket": 5, "shirt": 4},
    "education": {"shirt": 4, "ao_dai": 4, "jacket": 1, "turtleneck": 2},
    "gaming": {"hoodie": 6, "tee": 4},
    "technology": {"hoodie": 4, "tee": 4, "shirt": 3},
    "music": {"tee": 3, "jacket": 3, "hoodie": 2, "turtleneck": 3, "ao_dai": 2},
}
ON_HEADS: Mapping[str, Sequence[str]] = {
    "food": ("cook",), "rural": ("conical", "conical", "cap"), "travel": ("cap", "conical"),
    "culture": ("turban",), "gaming": ("headphones",), "music": ("headphones",),
    "technology": ("headphones",), "sports": ("cap",), "auto": ("cap",), "beauty": ("flower",),
    "comedy": ("cap", "conical"), "fashion": ("flower", "turban"),
}  # fmt: skip
HATTED = 0.36  # of those whose topic has something for the head


@dataclass(frozen=True, slots=True)
class Sitter:
    """What a portrait should tell of somebody.

    Attributes:
        seed: the same one gives the same picture.
        woven: whether they would wear the cloth of the mountains or the highlands.
    """

    seed: int
    woman: bool
    age: int
    topic: str
    woven: bool = False


def portrait(of: Sitter) -> bytes:
    """The picture as PNG, 640 to 800 pixels."""
    rng = random.Random(of.seed)  # noqa: S311 - nothing secret is made of it
    on, ground = ground_for(rng, of.topic)
    looks = _looks(rng, of, ground.ground)
    hat = _hat(rng, of)
    back = rng.choice(figure.BACKS)
    if of.woman and not (of.age >= GREY_FROM and rng.random() < SHORT_GREY):
        back(on, rng, looks)
    clothes.neck(on, looks)
    kinds = {"woven": 1} if of.woven else WORN.get(of.topic, USUAL)
    if not of.woman:
        kinds = {kind: weight for kind, weight in kinds.items() if kind != "ao_dai"} | (
            {"ao_dai": 3} if of.topic == "culture" else {}
        )
    kind = rng.choices(list(kinds), list(kinds.values()))[0]
    clothes.WEAR[kind](on, rng, looks, _cloth(rng, ground.ground))
    figure.face(on, rng, looks)
    if not of.woman and rng.random() < 0.16:  # noqa: PLR2004
        figure.beard(on, rng, looks)
    (figure.fringe if of.woman else figure.short)(on, rng, looks)
    if rng.random() < (0.24 if of.age < GREY_FROM else 0.6):
        figure.glasses(on, rng, looks)
    if of.woman and rng.random() < 0.45:  # noqa: PLR2004
        figure.earrings(on, rng, looks)
    if hat:
        HATS[hat](on, rng, looks)
    return on.png()


def _looks(rng: random.Random, of: Sitter, ground: Colour) -> Looks:
    grey = of.age >= GREY_FROM or (of.age >= 50 and rng.random() < 0.4)  # noqa: PLR2004
    skin = rng.choices(SKINS, (16, 24, 26, 18, 11, 5))[0]
    hair = rng.choice(GREYS) if grey else rng.choices(HAIRS, (30, 28, 22, 12, 8))[0]
    accent = rng.choice([colour for colour in ACCENTS if colour != ground])
    return Looks(skin, hair, accent, of.woman, of.age)


def _hat(rng: random.Random, of: Sitter) -> str:
    if of.woven and rng.random() < 0.6:  # noqa: PLR2004
        return "headscarf" if of.woman else "cap"
    fitting = [h for h in ON_HEADS.get(of.topic, ()) if of.woman or h not in ("flower", "turban")]
    return rng.choice(fitting) if fitting and rng.random() < HATTED else ""


def _cloth(rng: random.Random, ground: Colour) -> Colour:
    return rng.choice([colour for colour in CLOTH if colour != ground])
