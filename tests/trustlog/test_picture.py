"""The steps of a proof, where a picture draws them, and how places of entries are written."""

from datetime import UTC, datetime, timedelta

import pytest

from app.trustlog.policy import health, merkle, picture, places
from app.trustlog.policy.health import PATIENCE, Health

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
LEAVES = [merkle.leaf_hash(bytes([n])) for n in range(70)]


def path_of(index: int, size: int) -> list[bytes]:
    """The proof, made of leaves alone."""
    return [
        merkle.root(LEAVES[first : last + 1])
        for _ours, first, last in picture.siblings(index, size)
    ]


@pytest.mark.parametrize("size", range(1, 71))
def test_the_steps_are_those_of_the_proof_and_lead_to_the_root(size: int) -> None:
    root = merkle.root(LEAVES[:size])
    for index in range(size):
        path = path_of(index, size)
        steps = picture.steps(index, size, LEAVES[index], path)
        assert [step.other for step in steps] == path
        assert (steps[-1].made if steps else LEAVES[index]) == root
        assert merkle.verify_inclusion(index, size, LEAVES[index], path, root)
        for step in steps:
            assert merkle.node_hash(step.left, step.right) == step.made
            assert (index < step.first) is (step.ours == "left")
        others = {n for step in steps for n in range(step.first, step.last + 1)}
        assert others == set(range(size)) - {index}


def test_another_hash_leads_elsewhere() -> None:
    path = path_of(11, 13)
    path[2] = bytes(32)
    assert picture.steps(11, 13, LEAVES[11], path)[-1].made != merkle.root(LEAVES[:13])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_there_are_no_steps_from_an_entry_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no entry"):
        picture.siblings(index, size)


def test_a_proof_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        picture.steps(2, 5, LEAVES[2], path_of(2, 5)[:-1])


@pytest.mark.parametrize(("index", "size"), [(0, 1), (20, 70), (69, 70), (5, 8)])
def test_the_picture_has_each_hash_once_on_its_side_and_nothing_overlaps(
    index: int, size: int
) -> None:
    steps = picture.steps(index, size, LEAVES[index], path_of(index, size))
    drawn = picture.drawn(LEAVES[index], steps)
    assert len(drawn.boxes) == 1 + 2 * len(steps)
    assert {box.hash for box in drawn.boxes} == {
        LEAVES[index], *(step.made for step in steps), *(step.other for step in steps),
    }  # fmt: skip
    assert len({(box.x, box.y) for box in drawn.boxes}) == len(drawn.boxes)
    for box in drawn.boxes:
        assert 0 <= box.x <= picture.WIDTH - picture.BOX
        assert 0 <= box.y <= drawn.height - picture.TALL
    for step, given in zip(steps, [box for box in drawn.boxes if box.kind == "given"], strict=True):
        assert given.x == (picture.RIGHT if step.ours == "left" else picture.LEFT)
    for line in drawn.lines:
        assert line.y1 - line.y2 == picture.RISE - picture.TALL


@pytest.mark.parametrize(
    ("text", "place"),
    [("0", 0), ("12", 12), ("999999999999999", 999_999_999_999_999)]
    + [(bad, None) for bad in ("", "01", "-1", "+1", "1 ", "1.0", "x", "٣", "²", "1" * 16, "1\n")],
)
def test_an_address_names_a_place_in_one_way(text: str, place: int | None) -> None:
    assert places.read(text) == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (" 12 ", 12), ("#12", 12), ("1.234", 1234), ("1 234", 1234), ("1\u202f234", 1234),
        ("1,234", 1234), ("007", 7), ("000", 0), ("mười", None), ("-1", None), ("  ", None),
        ("9" * 4000, None),
    ],
)  # fmt: skip
def test_a_place_is_typed_as_numbers_are_written(text: str, place: int | None) -> None:
    assert places.typed(text) == place


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"has_keys": False, "refuses": True}, Health.OFF),
        ({"refuses": True, "size": 5}, Health.REFUSING),
        ({"size": 5, "waiting_since": NOW - PATIENCE}, Health.WELL),
        ({"size": 5, "waiting_since": NOW - PATIENCE - timedelta(seconds=1)}, Health.SILENT),
        ({"waiting_since": NOW}, Health.EMPTY),
        ({}, Health.EMPTY),
        ({"size": 1}, Health.WELL),
    ],
)
def test_how_the_log_is(given: dict[str, object], expected: Health) -> None:
    usual = {"has_keys": True, "refuses": False, "size": 0, "waiting_since": None, "now": NOW}
    assert health.of(**{**usual, **given}) is expected  # type: ignore[arg-type]
