"""The monitor, while all is well."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.trustlog import monitor
from app.trustlog.policy import notes
from tests.trustlog.following import Follower, follower
from tests.trustlog.served_log import NAME, Answer, entry, signer

__all__ = ["follower"]


@pytest.mark.parametrize(
    "steps",
    [[0, 1], [1, 1, 1], [5, 251, 1, 300], [255, 1, 1], [256, 256, 256], [257, 0, 512, 3]],
    ids=str,
)
def test_it_follows_as_the_log_grows(follower: Follower, steps: list[int]) -> None:
    for step in steps:
        follower.log.grow(step)
        follower.sees_well()
        assert follower.state["note"] == follower.log.note
        assert follower.state["size"] == follower.log.size
    follower.sees_well("--all")


def test_it_reads_only_what_is_new(follower: Follower) -> None:
    follower.log.grow(600)
    follower.sees_well()
    follower.log.grow(200)
    follower.sees_well()
    assert [path for path in follower.log.asked if "entries" in path] == [
        "tile/entries/002",
        "tile/entries/003.p/32",
    ]
    follower.sees_well()
    assert follower.log.asked.count("checkpoint") == 1
    follower.sees_well("--all")
    assert len([path for path in follower.log.asked if "entries" in path]) == 4


def test_it_tells_of_who_is_watched_once(follower: Follower) -> None:
    follower.log.grow(10)
    told = follower.sees_well("--watch", "subject-3").told
    assert [one["index"] for one in told[:-1]] == [3]
    assert told[0]["entry"] == json.loads(entry(3))
    follower.log.grow(10)
    told = follower.sees_well("--watch", "subject-3", "--watch", "subject-4").told
    assert [one["index"] for one in told[:-1]] == [10, 11, 17, 18]
    assert len(follower.sees_well("--watch", "subject-3").told) == 1
    assert len(follower.sees_well("--watch", "subject-3", "--all").told) == 4


def test_what_the_log_says_cannot_play_tricks_on_a_terminal(
    follower: Follower, capsys: pytest.CaptureFixture[str]
) -> None:
    follower.log.bodies = [entry(0, facts={"a": "\x1b[2J\u202egnp\n"}, subject="me")]
    follower.log.publish()
    given = [follower.log.url, "--state", str(follower.folder), *follower.trust, "--watch", "me"]
    assert monitor.main(given) == 0
    out = capsys.readouterr().out
    assert out.isascii()
    assert len(out.splitlines()) == 2
    assert "\x1b" not in out


def test_unknown_kinds_and_later_formats_are_let_be(follower: Follower) -> None:
    follower.log.bodies = [
        entry(0, kind="channel.painted"),
        entry(1, format="digital-trust-alliance/log-entry/2", more=[1, {"ư": None}]),
    ]
    follower.log.publish()
    follower.sees_well()


def test_without_a_key_it_trusts_the_logs_own_loudly_and_only_once(follower: Follower) -> None:
    follower.trust = []
    follower.log.grow(3)
    found = follower.sees_well()
    assert "NO --key WAS GIVEN" in found.said
    assert follower.log.signers[0].vkey in found.said
    assert follower.state["keys"] == [follower.log.signers[0].vkey]
    follower.log.grow(3)
    assert follower.sees_well().said == ""
    assert "keys" not in follower.log.asked


def test_keys_of_unknown_kinds_are_passed_over(follower: Follower) -> None:
    follower.trust = []
    later = notes.key_as_text(NAME, b"\x06" + bytes(1312))
    mine = follower.log.signers[0].vkey
    follower.log.grow(1).instead["keys"] = Answer(f"{later}\n{mine}\nnonsense\n".encode())
    follower.sees_well()
    assert follower.state["keys"] == [mine]


def test_a_log_without_keys_or_checkpoint_is_no_log_yet(follower: Follower) -> None:
    follower.log.note = ""
    assert follower.run().code == 1
    follower.trust, follower.log.signers = [], []
    assert follower.run().code == 1


def test_keys_may_change_while_an_old_one_signs_too(follower: Follower) -> None:
    """The new one is learnt from an entry, which the old one signed; then the old may go."""
    follower.trust = []
    old, new = follower.log.signers[0], signer("new")
    follower.log.grow(2)
    follower.sees_well()
    follower.log.signers = [new, old]
    both = f"{new.vkey} {old.vkey}"
    follower.log.bodies.append(entry(99, kind="log.keys_changed", facts={"vkeys": both}))
    follower.log.publish()
    follower.sees_well()
    assert set(follower.state["keys"]) == {new.vkey, old.vkey}
    follower.log.signers = [new]
    follower.log.bodies.append(entry(100, kind="log.keys_changed", facts={"vkeys": new.vkey}))
    follower.log.publish()
    follower.sees_well()
    assert follower.state["keys"] == [new.vkey]


def test_a_key_that_no_entry_tells_of_is_not_learnt(follower: Follower) -> None:
    """Anybody may put a line below a note, and a key into the list of keys."""
    follower.trust = []
    follower.log.grow(2)
    follower.sees_well()
    follower.log.signers += [signer("somebody")]
    follower.log.grow(2)
    follower.sees_well()
    assert follower.state["keys"] == [follower.log.signers[0].vkey]


@pytest.mark.parametrize(
    "facts",
    [{}, {"vkeys": ["x"]}, {"vkeys": ""}, {"vkeys": "a b\n"}, {"vkeys": 1}, [], None],
    ids=str,
)
def test_an_entry_that_names_no_key_changes_none(follower: Follower, facts: object) -> None:
    follower.log.bodies = [entry(0, kind="log.keys_changed", facts=facts)]
    follower.log.publish()
    follower.sees_well()
    assert follower.state["keys"] == [follower.log.signers[0].vkey]


def test_keys_of_another_name_are_not_learnt(follower: Follower) -> None:
    other = signer("other", "log.example/other")
    follower.log.bodies = [entry(0, kind="log.keys_changed", facts={"vkeys": other.vkey})]
    follower.log.publish()
    follower.sees_well()
    assert follower.state["keys"] == [follower.log.signers[0].vkey]


def test_what_is_learnt_waits_until_all_was_read(
    follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    """False tiles and entries, with a key among them, and then no answer any more."""
    monkeypatch.setattr(monitor, "SAVED_EVERY", 1)
    log, thief = follower.log.grow(600), signer("thief")
    log.bodies[7] = entry(7, kind="log.keys_changed", facts={"vkeys": thief.vkey})
    log.hashes[7] = monitor.leaf_hash(log.bodies[7])
    log.instead["tile/entries/001"] = Answer(status=503)
    assert follower.run().code == 1
    assert follower.state["keys"] == [log.signers[0].vkey]
    log.signers = [thief]
    log.publish()
    follower.sees_a_breach("no known key signed the note")


def test_a_witness_does_not_stand_in_for_the_log(follower: Follower) -> None:
    """Nor does the log for a witness, whatever names they go by."""
    mine = follower.log.signers[0]
    posing = signer("log", NAME, notes.COSIGNATURE)
    follower.log.grow(3)
    text = notes.parse(follower.log.note).text
    follower.log.note = f"{text}\n{posing.line(text, 5)}\n"
    follower.sees_a_breach("no known key of this log signed", "--witness", posing.vkey)
    follower.trust = ["--key", posing.vkey]
    follower.sees_a_breach("no known key of this log signed")
    follower.trust = ["--key", mine.vkey]
    follower.log.publish()
    assert follower.run("--witness", mine.vkey).code == 3


def test_an_interrupted_run_goes_on_where_it_was(
    follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monitor, "SAVED_EVERY", 1)
    follower.log.grow(1000).instead["tile/entries/002"] = Answer(status=503)
    found = follower.run()
    assert (found.code, found.told[-1]["ended"]) == (1, "unreachable")
    assert follower.state["size"] == 512
    assert "512 of 1000" in found.said
    follower.log.grow(100)
    follower.sees_well()
    assert "tile/entries/001" not in follower.log.asked
    assert follower.state["size"] == 1100


def test_what_was_read_before_an_interruption_is_held_to_the_root(
    follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    """False entries with false tiles, and the true ones for those who come back."""
    monkeypatch.setattr(monitor, "SAVED_EVERY", 1)
    log = follower.log.grow(600)
    true = log.bodies[7]
    log.bodies[7] = entry(7000)
    log.hashes[7] = monitor.leaf_hash(log.bodies[7])
    log.instead["tile/entries/001"] = Answer(status=503)
    assert follower.run().code == 1
    log.bodies[7] = true
    log.publish()
    follower.sees_a_breach("the first 256 entries are not those checked before")


def test_a_partial_tile_may_be_gone_once_it_is_full(follower: Follower) -> None:
    early = follower.log.grow(300).note
    follower.log.grow(400)
    partial = ["tile/0/001.p/44", "tile/entries/001.p/44"]
    follower.log.instead = {path: Answer(status=404) for path in partial}
    follower.log.instead["checkpoint"] = Answer(early.encode())
    follower.sees_well()
    assert follower.state["size"] == 300


def test_witnesses_are_counted(follower: Follower) -> None:
    follower.log.grow(3)
    first, second = (signer(name, name, notes.COSIGNATURE) for name in ("w1", "w2"))
    both = ["--witness", first.vkey, "--witness", second.vkey]
    text = notes.parse(follower.log.note).text
    follower.log.note += f"{first.line(text, 1_700_000_000)}\n"
    found = follower.run(*both)
    assert (found.code, found.told[-1]["ended"]) == (3, "unwitnessed")
    assert not (follower.folder / "state.json").exists()
    follower.sees_well(*both, "--quorum", "1")
    follower.log.note += f"{second.line(text, 1_700_000_001)}\n"
    follower.sees_well(*both)
    follower.log.note = follower.log.note.replace(f"{first.line(text, 1_700_000_000)}\n", "")
    follower.log.note += f"{first.line('other', 1_700_000_000)}\n"
    follower.sees_a_breach("the signature by w1 is false", *both, "--quorum", "1")


@pytest.mark.parametrize(
    "given",
    [
        ["--key", "nonsense"],
        ["--key", notes.key_as_text(NAME, b"\x06" + bytes(1312))],
        ["ftp://log.example"],
        ["log.example/log"],
        ["http://"],
        ["--quorum", "many"],
        ["--nonsense"],
    ],
    ids=str,
)
def test_wrong_arguments_are_told_apart(given: list[str], tmp_path: Path) -> None:
    assert monitor.main([*given, "--state", str(tmp_path)]) == 64
    assert list(tmp_path.iterdir()) == []


def test_a_state_that_cannot_be_read_is_no_breach(follower: Follower) -> None:
    follower.log.grow(1)
    follower.sees_well()
    true = (follower.folder / "state.json").read_text()
    sizes = [true.replace('"size": 1', f'"size": {size}') for size in ("-5", "2", str(1 << 99))]
    named = [true.replace("log.example", "log"), true.replace("0", "x")]
    for wrong in ("{", "[]", "{}", "[" * 100_000, *named, *sizes):
        assert wrong != true
        (follower.folder / "state.json").write_text(wrong)
        assert follower.run().code == 74, wrong
    shutil.rmtree(follower.folder)
    follower.folder.write_text("a file")
    assert follower.run().code == 74


def test_the_file_runs_alone(follower: Follower, tmp_path: Path) -> None:
    """With nothing of the portal at hand."""
    alone = shutil.copy(monitor.__file__, tmp_path)
    follower.log.grow(300)
    given = [follower.log.url, *follower.trust, "--watch", "subject-1"]
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-I", alone, *given],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("index 1 entry {")
    assert "'well'" in done.stdout.splitlines()[-1]
    assert (tmp_path / "followed" / "state.json").exists()


MEASURED = """
import importlib.util, re, sys
spec = importlib.util.spec_from_file_location("monitor", sys.argv[1])
monitor = importlib.util.module_from_spec(spec)
spec.loader.exec_module(monitor)
ended = monitor.main(sys.argv[2:])
print(ended, re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
"""


def test_a_long_log_takes_no_more_memory(follower: Follower, tmp_path: Path) -> None:
    peaks = []
    for size in (1_000, 40_000):
        follower.log.grow(size - len(follower.log.bodies))
        given = [follower.log.url, *follower.trust, "--state", str(tmp_path / str(size))]
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-I", "-c", MEASURED, monitor.__file__, *given],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        ended, kilobytes = done.stdout.splitlines()[-1].split()
        assert ended == "0"
        peaks.append(int(kilobytes))
    assert peaks[1] - peaks[0] < 8_000
