"""Names of tiles and what is in bundles (c2sp.org/tlog-tiles)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.trustlog.policy import tiles
from app.trustlog.policy.tiles import Tile
from tests.trustlog import oracle

# github.com/C2SP/C2SP at 5ba5ee83, tlog-tiles.md: index 1234067, sizes 256 and 70,000


def test_the_path_of_the_example() -> None:
    assert tiles.path(Tile(0, 1_234_067)) == "tile/0/x001/x234/067"
    assert tiles.path(Tile(5, 1_234_067, 7)) == "tile/5/x001/x234/067.p/7"
    assert tiles.path(Tile(None, 1_234_067, 255)) == "tile/entries/x001/x234/067.p/255"
    assert tiles.parse("tile/63/x001/x234/067") == Tile(63, 1_234_067)
    assert tiles.parse("tile/entries/000.p/1") == Tile(None, 0, 1)


def test_the_tiles_of_the_examples() -> None:
    assert tiles.tiles_of(0, 256) == [Tile(0, 0), Tile(1, 0, 1)]
    found = tiles.tiles_of(0, 70_000)
    full = [Tile(0, number) for number in range(273)]
    assert found == [*full, Tile(0, 273, 112), Tile(1, 0), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert tiles.tiles_of(0, 0) == []


@given(st.integers(0, 300_000), st.integers(0, 3000))
def test_what_grows_is_what_differs(old: int, more: int) -> None:
    before, after = set(tiles.tiles_of(max(0, old - 600), old)), tiles.tiles_of(old, old + more)
    assert not before & set(after)
    for tile in after:
        assert tile.width == tiles.width_at(tile.level, tile.number, old + more)
        assert tile.width > tiles.width_at(tile.level, tile.number, old)
    leaves = sum(
        tile.width - tiles.width_at(0, tile.number, old) for tile in after if tile.level == 0
    )
    assert leaves == more


@pytest.mark.parametrize(
    "path",
    [
        *("", "tile", "tile/", "tile/0", "tile/0/", "tile/0/0", "tile/0/00", "tile/0/0000"),
        *("tile/00/000", "tile/01/000", "tile/64/000", "tile/-1/000", "tile/x/000"),
        *("tile/0/x000/000", "tile/0/x000/001", "tile/0/001/234", "tile/0/x1/234"),
        *("tile/0/x001", "tile/0/x001/x234", "tile/0/X001/234", "tile/0/001/x234"),
        *("tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/01"),
        *("tile/0/000.p/256", "tile/0/000.p/1000", "tile/0/000.p/-1", "tile/0/000.p/1/"),
        *("tile/0/000/", "/tile/0/000", "tile/0/000\n", "tile/0/000 ", "tile/0//000"),
        *("tile/entries/", "tile/entry/000", "tile/Entries/000", "tile/entries/00"),
        *("tile/0/٠٠٠", "tile/٠/000", "tile/0/000.p/٣", "tile/0/0_0", "tile/0/+00"),
        "tile/0/" + "x000/" * 6 + "000",
        "tile/0/" + "x999/" * 7 + "999",
        "tile/4/0/001",  # the form of Go's sumdb, of another height
    ],
)
def test_other_names_are_nobodys(path: str) -> None:
    assert tiles.parse(path) is None


NUMBERS = st.one_of(st.integers(0, 2000), st.integers(0, 10**21 - 1))


@given(st.one_of(st.none(), st.integers(0, 63)), NUMBERS, st.integers(1, 256))
def test_names_are_read_again_and_are_the_oracles(
    level: int | None, number: int, width: int
) -> None:
    tile = Tile(level, number, width)
    assert tiles.parse(tiles.path(tile)) == tile
    theirs, partial = oracle.tlog().tiles, None if width == 256 else width
    if level is None:
        assert theirs.entry_bundle_path(number, partial) == tiles.path(tile)
    else:
        assert theirs.tile_path(level, number, partial) == tiles.path(tile)
        assert theirs.parse_tile_path(tiles.path(tile)) == (level, number, partial)


@given(st.text(st.sampled_from("tile/0129xp.ens"), max_size=30))
def test_no_two_names_are_of_one_tile(path: str) -> None:
    found = tiles.parse(f"tile/{path}")
    assert found is None or tiles.path(found) == f"tile/{path}"


@given(st.lists(st.binary(max_size=70), max_size=256))
def test_bundles_are_read_again_and_are_the_oracles(entries: list[bytes]) -> None:
    data = tiles.bundle(entries)
    assert tiles.read_bundle(data, len(entries)) == entries
    theirs = oracle.tlog().tiles
    assert theirs.build_entry_bundle(entries) == data
    assert theirs.parse_entry_bundle(data) == entries


@given(st.lists(st.binary(max_size=9), min_size=1, max_size=9), st.data())
def test_a_bundle_holds_as_many_as_it_should(entries: list[bytes], data: st.DataObject) -> None:
    bundle = tiles.bundle(entries)
    cut = data.draw(st.integers(0, len(bundle) - 1))
    for wrong, width in (
        (bundle, len(entries) + 1),
        (bundle, len(entries) - 1),
        (bundle[:cut], len(entries)),
        (bundle + b"\0", len(entries)),
        (bundle + b"\0\0", len(entries)),
        (bundle + b"\xff\xff", len(entries) + 1),
    ):
        with pytest.raises(ValueError, match="bundle"):
            tiles.read_bundle(wrong, width)


def test_the_largest_entry() -> None:
    most = bytes(tiles.LARGEST)
    assert tiles.read_bundle(tiles.bundle([most, b""]), 2) == [most, b""]
    with pytest.raises(ValueError, match="too long"):
        tiles.bundle([most + b"\0"])
