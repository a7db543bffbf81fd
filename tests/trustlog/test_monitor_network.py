"""The monitor before a network that fails: it says so, and cries no breach."""

import gzip
import socket
import time

import pytest

from tests.trustlog.following import Follower, follower
from tests.trustlog.served_log import Answer

__all__ = ["follower"]

TILE = "tile/0/000.p/100"


def is_away(follower: Follower, *more: str) -> str:
    """The run ends with 1, breach or not; and all is well once the network is."""
    found = follower.run(*more)
    assert (found.code, found.told[-1]["ended"]) == (1, "unreachable"), found
    assert not list(follower.folder.glob("breach-*"))
    follower.log.instead.clear()
    follower.sees_well()
    return found.why


@pytest.mark.parametrize("path", ["checkpoint", TILE])
@pytest.mark.parametrize("status", [301, 302, 400, 403, 429, 500, 502, 503])
def test_what_answers_that_it_cannot(follower: Follower, path: str, status: int) -> None:
    elsewhere = {"Location": f"http://127.0.0.1:9/{path}"}
    follower.log.grow(100).instead[path] = Answer(b"sorry", status, elsewhere)
    why = is_away(follower)
    assert f"{path}: status {status}" in why


def test_redirects_are_not_followed(follower: Follower) -> None:
    follower.log.grow(1).instead["checkpoint"] = Answer(b"", 307, {"Location": "/log/keys"})
    follower.run()
    assert follower.log.asked == ["checkpoint"]
    is_away(follower)


@pytest.mark.parametrize("path", ["checkpoint", TILE, "tile/entries/000.p/100"])
def test_an_answer_that_is_cut_off(follower: Follower, path: str) -> None:
    follower.log.grow(100)
    whole = follower.log.true(path)
    assert whole is not None
    follower.log.instead[path] = Answer(whole[:-9], length=len(whole))
    assert "IncompleteRead" in is_away(follower)


def test_a_packed_answer_that_is_cut_off(follower: Follower) -> None:
    whole = gzip.compress(follower.log.grow(100).true(TILE) or b"")
    follower.log.instead[TILE] = Answer(whole[:-9], headers={"Content-Encoding": "gzip"})
    is_away(follower)


def test_a_packed_answer_that_is_not(follower: Follower) -> None:
    follower.log.grow(100).instead[TILE] = Answer(b"?", headers={"Content-Encoding": "gzip"})
    is_away(follower)


def test_packed_answers_are_unpacked(follower: Follower) -> None:
    log = follower.log.grow(100)
    log.instead = {
        path: Answer(gzip.compress(log.true(path) or b""), headers={"Content-Encoding": "gzip"})
        for path in ("checkpoint", TILE, "tile/entries/000.p/100")
    }
    follower.sees_well()


@pytest.mark.parametrize("path", ["checkpoint", TILE])
def test_an_answer_that_takes_for_ever(follower: Follower, path: str) -> None:
    """Byte by byte, each before the socket would give up."""
    whole = follower.log.grow(100).true(path)
    follower.log.instead[path] = Answer(whole or b"", pause=0.1)
    begun = time.monotonic()
    is_away(follower, "--timeout", "0.5")
    assert time.monotonic() - begun < 8


def test_nobody_answers(follower: Follower) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    found = follower.run(f"http://127.0.0.1:{port}/log")
    assert found.code == 64  # an address too many
    follower.log.url = f"http://127.0.0.1:{port}/log"
    found = follower.run()
    assert (found.code, found.told[-1]["ended"]) == (1, "unreachable")
    assert "ConnectionRefusedError" in found.why


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"\n\n", bytes(1_000_001)], ids=len)
def test_what_answers_is_no_log(follower: Follower, body: bytes) -> None:
    follower.log.grow(100)
    follower.sees_well()
    follower.log.instead["checkpoint"] = Answer(body)
    is_away(follower)


def test_what_fails_for_a_moment_is_asked_again(follower: Follower) -> None:
    log = follower.log.grow(100)
    log.instead = {path: Answer(status=503) for path in ("checkpoint", TILE)}
    true = log.answer

    def later(path: str) -> Answer:
        found = true(path)
        log.instead.pop(path, None)
        return found

    log.answer = later  # type: ignore[method-assign]
    follower.sees_well("--patience", "5")
    assert [log.asked.count(path) for path in ("checkpoint", TILE)] == [2, 2]
