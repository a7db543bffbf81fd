r"""Follow the trust log from outside: it must only grow, and nothing in it may ever change.

    python monitor.py https://portal.example/log --key 'portal.example/log+1a2b3c4d+AQ…' \
        --state followed --watch SUBJECT

needs Python 3.11 and `cryptography`, and trusts nobody but the keys. Each run fetches the signed
checkpoint, proves from tiles of hashes that the log still begins with all that the last run saw,
reads the entries that are new, and compares each with the tree that was signed; `--all` reads all
of them, and all tiles, once more. It prints a line for each entry about a SUBJECT. The folder of
`--state` holds what it remembers (some 30 bytes an entry); an interrupted run goes on where it was.
Without `--key` the first run takes the keys that the log itself names: get them elsewhere if you
can. Later keys are taken from entries `log.keys_changed`. How a run ends:
    0   all is well
    1   the log could not be reached, or what answers is no log: try again later
    2   breach: the log contradicts itself or what it signed. Both checkpoints, the last answers
        and what is wrong are in a folder `breach-…` of the state. Show them to others.
    3   too few witnesses (`--witness`, `--quorum`) have signed the checkpoint
    64  wrong arguments          74  the state could not be read or written
Formats: RFC 6962; c2sp.org/signed-note, /tlog-checkpoint, /tlog-tiles and /tlog-cosignature.
"""

import argparse
import hashlib
import json
import os
import re
import socket
import sqlite3
import sys
import time
import zlib
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from http import HTTPStatus as Status
from http.client import HTTPConnection, HTTPException, HTTPSConnection, IncompleteRead
from pathlib import Path
from threading import Timer
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HASH, WIDTH = 32, 256  # bytes of a hash, hashes of a tile
LARGEST_NOTE, LARGEST_BUNDLE = 1_000_000, WIDTH * (2 + 65_535)  # bytes
MOST_SIGNATURES = 100
SAVED_EVERY = 64  # bundles
ED25519, COSIGNATURE = 0x01, 0x04  # kinds of keys; signatures of other kinds are passed over
LENGTHS = {ED25519: 64, COSIGNATURE: 8 + 64}
ENTRY = "digital-trust-alliance/log-entry/"
EMPTY_ROOT = hashlib.sha256(b"").digest()
WELL, AWAY, BREACH, UNWITNESSED, USAGE, STATE = 0, 1, 2, 3, 64, 74  # how a run ends
ENDED = {WELL: "well", AWAY: "unreachable", BREACH: "breach", UNWITNESSED: "unwitnessed"}
Note = tuple[str, Sequence[tuple[str, bytes, bytes]]]
"""A text, and of each signature: the name of the key, its id, and what it made."""
Edge = list[list[bytes]]
"""For each level of tiles, from the leaves up, the hashes of the last tile, unless it is full."""


class Malformed(ValueError):
    """What was read is not what it should be: a note, a checkpoint, a key, a bundle, an entry."""


class BadSignature(ValueError):
    """No known key signed the note, or a known key's signature is false."""


class Ended(Exception):
    """The run is over: how, and why."""


def leaf_hash(body: bytes) -> bytes:
    """The hash of an entry."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two hashes below it."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes of leaves, or of subtrees: full ones of one size, but for the last."""
    level = list(hashes) or [EMPTY_ROOT]
    while len(level) > 1:
        pairs = [node_hash(a, b) for a, b in zip(level[::2], level[1::2], strict=False)]
        level = pairs + level[2 * len(pairs) :]  # an odd one out rises as it is
    return level[0]


def edge_root(edge: Edge) -> bytes:
    """The root of the tree that has this right edge."""
    found: list[bytes] = []
    for hashes in edge:
        found = [root([*hashes, *found])] if hashes or found else []
    return root(found)


def a_name(text: str) -> bool:
    """Whether `text` may name a key."""
    return bool(text) and "+" not in text and not any(c.isspace() or c < " " for c in text)


class Verifier:
    """A public key, of the kind ED25519 or COSIGNATURE."""

    def __init__(self, vkey: str) -> None:
        """Read `name+id+base64`. Raises Malformed, also for kinds of keys that are unknown here."""
        try:
            self.vkey, (self.name, key_id, encoded) = vkey, vkey.split("+", 2)
            self.key_id, material = bytes.fromhex(key_id), b64decode(encoded)
            self.kind, self.key = material[0], material[1:]
            wrong = vkey != key_as_text(self.name, material) or not a_name(self.name)
        except (ValueError, IndexError):
            wrong = True
        if wrong or self.kind not in LENGTHS or len(self.key) != HASH:
            raise Malformed("this is no public key of a log or a witness")

    def check(self, text: bytes, signature: bytes) -> bool:
        """Whether this key made the signature of the note's text."""
        if self.kind == COSIGNATURE:
            text = b"cosignature/v1\ntime %d\n" % int.from_bytes(signature[:8], "big") + text
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature[-64:], text)
        except (InvalidSignature, ValueError):
            return False
        return len(signature) == LENGTHS[self.kind]


def key_as_text(name: str, material: bytes) -> str:
    """A public key as others are given it; its id tells keys of one name apart."""
    key_id = hashlib.sha256(name.encode() + b"\n" + material).hexdigest()[:8]
    return f"{name}+{key_id}+{b64encode(material).decode()}"


def parse_note(note: str | bytes) -> Note:
    """The parts of a signed note, nothing of them checked yet. Raises Malformed."""
    lines = []
    try:
        told = note.decode() if isinstance(note, bytes) else note
        text, blank, below = told.rpartition("\n\n")
        wrong = len(told.encode()) > LARGEST_NOTE or not blank or not below.endswith("\n")
        for line in below[:-1].split("\n")[: MOST_SIGNATURES + 1]:
            _dash, name, encoded = line.split(" ")
            raw = b64decode(encoded)
            lines.append((name, raw[:4], raw[4:]))
            wrong |= line != f"— {name} {b64encode(raw).decode()}" or not (raw[4:] and a_name(name))
    except ValueError:
        wrong = True
    if wrong or len(lines) > MOST_SIGNATURES or any(c < " " and c != "\n" for c in told):
        raise Malformed("this is no signed note")
    return text + "\n", lines


def signers_of(note: Note, known: Iterable[Verifier]) -> list[Verifier]:
    """Those of `known` that signed the note. What keys unknown here signed says nothing.

    Raises BadSignature: none did, or the signature of one is false.
    """
    text, lines = note
    found = []
    for key in known:
        made = [what for name, key_id, what in lines if (name, key_id) == (key.name, key.key_id)]
        if not all(key.check(text.encode(), what) for what in made):
            raise BadSignature(f"the signature by {key.name} is false")
        found += [key] if made else []
    if not found:
        raise BadSignature("no known key signed the note")
    return found


class Checkpoint(NamedTuple):
    """The head of the log: whose it is, how many entries it has, and the root over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The text of its note."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint that a note's text tells. Raises Malformed, also for more than three lines."""
    try:
        origin, size, encoded, _end = text.split("\n")
        found = Checkpoint(origin, int(size), b64decode(encoded))
    except ValueError:
        raise Malformed("this is no checkpoint") from None
    fits = origin and 0 <= found.size < 1 << 63 and len(found.root) == HASH
    if not fits or found.text() != text:  # a number has no leading zeros, base64 is canonical
        raise Malformed("this is no checkpoint")
    return found


def tile_path(level: int | None, number: int, width: int = WIDTH) -> str:
    """Where a tile is, below the log's address; `level` None for the entries themselves."""
    name = f"{number % 1000:03}" + ("" if width == WIDTH else f".p/{width}")
    while number := number // 1000:
        name = f"x{number % 1000:03}/{name}"
    return f"tile/{'entries' if level is None else level}/{name}"


def read_bundle(data: bytes, width: int) -> list[bytes]:
    """The `width` entries of a bundle, each after its length in two bytes. Raises Malformed."""
    entries: list[bytes] = []
    at = 0
    while at + 2 <= len(data) and len(entries) < width:
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        entries.append(data[at + 2 : end])
        at = end
    if at != len(data) or len(entries) != width:
        raise Malformed("a bundle of entries is cut off, or holds too few or too many")
    return entries


def an_entry(body: bytes) -> dict[str, Any]:
    """What an entry says. Raises Malformed unless it is written in the one way (RFC 8785)."""
    try:
        told = json.loads(body.decode())
        options: Any = {"sort_keys": True, "ensure_ascii": False, "allow_nan": False}
        well = json.dumps(told, separators=(",", ":"), **options).encode() == body
        well &= told["format"].startswith(ENTRY) and isinstance(told["kind"], str)
        well &= bool(re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", told["id"]))
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        well = False
    if not well:
        raise Malformed("is not canonical JSON in the format of this log")
    return dict(told)


class Log:
    """The log at an address, asked over one connection. Redirects are not followed."""

    def __init__(self, url: str, timeout: float, patience: float) -> None:
        at = urlsplit(url.rstrip("/"))
        kinds = {"http": HTTPConnection, "https": HTTPSConnection}
        host, kind = at.hostname or "", kinds[at.scheme if at.hostname else ""]
        self.link, self.base = kind(host, at.port, timeout=timeout), at.path
        self.timeout, self.patience = timeout, patience
        self.answers: deque[tuple[str, bytes]] = deque(maxlen=4)
        self.tile = lru_cache(64)(self._tile)  # a proof has to meet the same tile each time

    def get(self, path: str, most: int) -> bytes | None:
        """What is at `path`, or None for nothing; asked again for a while when that fails."""
        until, wait = time.monotonic() + self.patience, 0.5
        while True:
            try:
                status, body = self._once(path, most)
            except (OSError, HTTPException, zlib.error) as trouble:
                self.link.close()
                status, body = 500, ascii(trouble).encode()
            self.answers.append((f"{path}: {status}", body))
            if status in (Status.OK, Status.NOT_FOUND, Status.GONE):
                return body if status == Status.OK else None
            again = status >= Status.INTERNAL_SERVER_ERROR or status == Status.TOO_MANY_REQUESTS
            if not again or time.monotonic() + wait > until:
                raise Ended(AWAY, f"{path}: status {status} {body[:200]!a}")
            time.sleep(wait)
            wait = min(2 * wait, 10)

    def _once(self, path: str, most: int) -> tuple[int, bytes]:
        if self.link.sock is None:
            self.link.connect()
        cut = [self.link.sock, socket.SHUT_RDWR]  # bounds the answer as a whole
        alarm = Timer(self.timeout, socket.socket.shutdown, cut)
        alarm.start()
        try:
            self.link.request("GET", f"{self.base}/{path}", headers={"Accept-Encoding": "gzip"})
            answer = self.link.getresponse()
            body = answer.read(most + 1)
        finally:
            alarm.cancel()
        whole = not answer.length
        if not answer.isclosed():
            self.link.close()
        if answer.getheader("Content-Encoding") == "gzip":
            unzip = zlib.decompressobj(31)
            body = unzip.decompress(body, most + 1)
            whole = unzip.eof
        if len(body) > most:
            ended = AWAY if most == LARGEST_NOTE else BREACH
            raise Ended(ended, f"{path} is larger than it can be")
        if not whole:
            raise IncompleteRead(body)
        return answer.status, body

    def _piece(
        self, level: int | None, number: int, size: int, most: int
    ) -> tuple[bytes, int, int]:
        width = min(WIDTH, (size >> 8 * (level or 0)) - number * WIDTH)
        for wide in (width, WIDTH):  # what was partial may be full by now, and only that be kept
            data = self.get(tile_path(level, number, wide), most)
            if data is not None:
                return data, wide, width
        raise Ended(BREACH, f"the checkpoint covers {tile_path(level, number, width)}: missing")

    def _tile(self, level: int, number: int, size: int) -> list[bytes]:
        """The hashes of a tile in the tree of `size` entries."""
        data, wide, width = self._piece(level, number, size, WIDTH * HASH)
        if len(data) != wide * HASH:
            raise Ended(BREACH, f"{tile_path(level, number, wide)} has {len(data)} bytes")
        return [data[at : at + HASH] for at in range(0, width * HASH, HASH)]

    def entries(self, number: int, size: int) -> list[bytes]:
        """The entries of a bundle in the tree of `size` entries."""
        data, wide, width = self._piece(None, number, size, LARGEST_BUNDLE)
        return read_bundle(data, wide)[:width]

    def edge(self, at: int, size: int) -> Edge:
        """The right edge of the tree of the first `at` entries, from tiles of that of `size`."""
        edge: Edge = []
        while at >> 8 * len(edge):
            number, width = divmod(at >> 8 * len(edge), WIDTH)
            edge.append(self.tile(len(edge), number, size)[:width] if width else [])
        return edge

    def prove(self, old: Checkpoint, new: Checkpoint) -> None:
        """Check by tiles that the tree of `new` begins with that of `old`. Raises Ended."""
        if edge_root(self.edge(new.size, new.size)) != new.root:
            raise Ended(BREACH, "the tiles do not make the root that was signed")
        if edge_root(self.edge(old.size, new.size)) != old.root:
            raise Ended(BREACH, f"fork: its first {old.size} entries are not those signed before")
        level, number = 0, old.size >> 8
        while number != new.size >> 8 * (level + 1):  # this tile of the old edge has filled up
            above = self.tile(level + 1, number >> 8, new.size)
            if root(self.tile(level, number, new.size)) != above[number % WIDTH]:
                raise Ended(BREACH, f"fork: {tile_path(level, number)} is not what is above it")
            level, number = level + 1, number >> 8


class Monitor:
    """One run: what is asked, what is remembered, and what is found."""

    def __init__(self, asked: argparse.Namespace, log: Log) -> None:
        self.asked, self.log, self.new = asked, log, ""
        asked.state.mkdir(parents=True, exist_ok=True)
        self.file = asked.state / "state.json"
        self.held: dict[str, Any] = {"keys": [], "coming": [], "note": "", "size": 0, "root": ""}
        if self.file.exists():
            told = json.loads(self.file.read_text("utf-8"))
            self.held = {name: told[name] for name in self.held}
        self.old: str = self.held["note"]
        self.before = parse_checkpoint(parse_note(self.old)[0]) if self.old else None
        if not 0 <= self.held["size"] <= (self.before.size if self.before else 0):
            raise Malformed("more was read than the checkpoint covers, or less than nothing")
        self.keys = {key.vkey: key for key in [*asked.key, *map(Verifier, self.held["keys"])]}
        self.ids = sqlite3.connect(asked.state / "ids.sqlite3")
        self.ids.execute("CREATE TABLE IF NOT EXISTS ids (id PRIMARY KEY, place) WITHOUT ROWID")

    def save(self, **held: Any) -> None:
        """Remember; whatever happens, the file is the one before or the new one."""
        self.held |= held
        self.ids.commit()
        fresh = self.file.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(self.held, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.file)

    def run(self) -> str:
        """Check what is new, and say what was checked. Raises Ended, Malformed or BadSignature."""
        old, until = self.before, time.monotonic() + self.asked.patience
        self.keys = self.keys or {key.vkey: key for key in self.named()}
        new = self.head()
        while old and new.size < old.size:
            if time.monotonic() > until:  # a cache would have forgotten the former one by now
                raise Ended(BREACH, f"rollback: {new.size} entries, and there were {old.size}")
            time.sleep(1)
            new = self.head()
        if old:
            self.log.prove(old, new)
        self.save(keys=[*self.keys], note=self.new)
        if self.follow(new) != new.root:
            raise Ended(BREACH, "the entries do not make the root that was signed")
        keys = self.held["coming"] or self.held["keys"]
        self.save(keys=keys, coming=[], size=new.size, root=new.root.hex())
        return f"{new.origin} has {new.size} entries under the root {new.root.hex()}"

    def named(self) -> list[Verifier]:
        """The keys that the log names: trusted on first use, for want of better."""
        lines = (self.log.get("keys", LARGEST_NOTE) or b"").decode("utf-8", "replace").split()
        sys.stderr.write("NO --key WAS GIVEN. From now on, what the log itself names is trusted:\n")
        sys.stderr.writelines(f"    {ascii(line)[1:-1]}\n" for line in lines)
        return keys_in(lines)

    def head(self) -> Checkpoint:
        """The log's newest checkpoint, signed as it must be."""
        raw = self.log.get("checkpoint", LARGEST_NOTE) or b""
        try:
            note, self.new = parse_note(raw), raw.decode()
        except Malformed:
            raise Ended(AWAY, f"what answers is no checkpoint: {raw[:200]!a}") from None
        by = signers_of(note, [*self.keys.values(), *self.asked.witness])
        found = parse_checkpoint(note[0])
        if (found.origin, ED25519) not in {(k.name, k.kind) for k in by if k.vkey in self.keys}:
            raise BadSignature("no known key of this log signed the checkpoint")
        count = len(
            {key.key for key in by if key in self.asked.witness and key.kind == COSIGNATURE}
        )
        if count < (len(self.asked.witness) if self.asked.quorum is None else self.asked.quorum):
            raise Ended(UNWITNESSED, f"{count} of the witnesses signed the checkpoint")
        return found

    def follow(self, new: Checkpoint) -> bytes:
        """Read the entries not read before, compare them and their tiles; the root over all."""
        known = 0 if self.asked.all else self.held["size"]
        start = known // WIDTH * WIDTH
        edge = self.log.edge(start, new.size) or [[]]
        for at in range(start, new.size, WIDTH):
            bodies = self.log.entries(at // WIDTH, new.size)
            edge[0] = [leaf_hash(body) for body in bodies]
            was = edge_root([edge[0][: known - start], *edge[1:]]).hex()
            if at == start and known and was != self.held["root"]:
                raise Ended(BREACH, f"the first {known} entries are not those checked before")
            self.climb(edge, at + len(bodies), new.size)
            self.look(at, bodies, known)
            if at // WIDTH % SAVED_EVERY == SAVED_EVERY - 1 and at + WIDTH > self.held["size"]:
                self.save(size=at + WIDTH, root=edge_root(edge).hex())
                sys.stderr.write(f"{at + WIDTH} of {new.size} entries read\n")
        return edge_root(edge)

    def climb(self, edge: Edge, done: int, size: int) -> None:
        """Compare tiles that end with the first `done` entries; full ones count one level up."""
        for level, hashes in enumerate(edge):  # which may grow meanwhile
            number, full = (done >> 8 * level) - 1 >> 8, len(hashes) == WIDTH
            if not full and done < size:
                break
            held = self.log.tile(level, number, size) if hashes else []
            for place, (one, other) in enumerate(zip(hashes, held, strict=True), number * WIDTH):
                if one != other:
                    said = f"{tile_path(level, number, len(hashes))} and what is below it"
                    raise Ended(BREACH, f"{said} do not fit together at {place}")
            if full:
                edge[level:] = [[], *(edge[level + 1 :] or [[]])]
                edge[level + 1].append(root(hashes))

    def look(self, at: int, bodies: Sequence[bytes], known: int) -> None:
        """Read what entries say, from place `at`; those before `known` were told of before."""
        ids = []
        for place, body in enumerate(bodies, at):
            try:
                told = an_entry(body)
            except Malformed as wrong:
                raise Ended(BREACH, f"entry {place} {wrong}") from None
            ids.append((bytes.fromhex(told["id"].replace("-", "")), place))
            facts = told.get("facts")
            if told["kind"] == "log.keys_changed" and isinstance(facts, dict):
                names = {key.name for key in self.keys.values()}
                keys = keys_in(str(facts.get("vkeys")).split())
                self.held["coming"] = [key.vkey for key in keys if key.name in names]
            if told.get("subject") in self.asked.watch and place >= known:
                self.say({"index": place, "entry": told})
        before = self.ids.total_changes
        self.ids.executemany("INSERT OR IGNORE INTO ids VALUES (?, ?)", ids)
        if self.ids.total_changes - before < len(ids):
            for one, place in ids:
                (held,) = self.ids.execute("SELECT place FROM ids WHERE id = ?", [one]).fetchone()
                if held != place:
                    raise Ended(BREACH, f"entry {place} has the id of entry {held}")

    def say(self, told: dict[str, Any]) -> None:
        """A line of output, in which nothing that the log says can play tricks on a terminal."""
        plain = " ".join(f"{name} {what!a}" for name, what in told.items())
        sys.stdout.write(f"{json.dumps(told) if self.asked.json else plain}\n")

    def keep(self, why: str) -> str:
        """Write down what shows the breach; the folder of it."""
        folder = self.asked.state / time.strftime("breach-%Y%m%dT%H%M%SZ", time.gmtime())
        folder.mkdir(exist_ok=True)
        answers = [(f"answer-{n}", *one) for n, one in enumerate(self.log.answers)]
        lines = [why, "", *(f"{name} is {path}" for name, path, _body in answers), ""]
        files = {"old.note": self.old.encode(), "new.note": self.new.encode()}
        files |= {"why.txt": "\n".join(lines).encode(), **{name: body for name, _, body in answers}}
        for name, body in files.items():
            (folder / name).write_bytes(body)
        return str(folder)


def keys_in(lines: Iterable[str]) -> list[Verifier]:
    """The keys of a log among `lines`; other kinds of keys are passed over."""
    found = []
    for line in lines:
        with suppress(Malformed):
            found.append(Verifier(line))
    return [key for key in found if key.kind == ED25519]


def main(argv: Sequence[str] | None = None) -> int:
    """Follow the log once. How that ended is said above."""
    say = argparse.ArgumentParser("monitor.py", None, __doc__)
    say.formatter_class = argparse.RawDescriptionHelpFormatter
    say.add_argument("url", nargs="?", default="http://localhost:8000/log")
    say.add_argument("--key", action="append", default=[], type=Verifier, metavar="VKEY")
    say.add_argument("--state", default=Path("followed"), type=Path, metavar="FOLDER")
    say.add_argument("--watch", action="append", default=[], metavar="SUBJECT")
    say.add_argument("--witness", action="append", default=[], type=Verifier, metavar="VKEY")
    say.add_argument("--quorum", type=int, metavar="N")
    say.add_argument("--all", action="store_true")
    say.add_argument("--json", action="store_true")
    say.add_argument("--timeout", default=60.0, type=float, metavar="SECONDS")
    say.add_argument("--patience", default=30.0, type=float, metavar="SECONDS")
    try:
        asked = say.parse_args(argv)
        log = Log(asked.url, asked.timeout, asked.patience)
    except SystemExit as end:
        return USAGE if end.code else WELL
    except (ValueError, LookupError):
        sys.stderr.write(f"this is no address of a log: {argv}\n")
        return USAGE
    try:
        return _ended(Monitor(asked, log))
    except (OSError, sqlite3.Error, ValueError, LookupError, TypeError, RecursionError) as trouble:
        sys.stderr.write(f"{asked.state}: {trouble!r}\n")
        return STATE


def _ended(monitor: Monitor) -> int:
    evidence = {}
    try:
        ended, why = WELL, monitor.run()
    except Ended as end:
        ended, why = end.args
    except (Malformed, BadSignature) as wrong:
        ended, why = BREACH, str(wrong)
    finally:
        monitor.ids.close()
    if ended == BREACH:
        evidence = {"evidence": monitor.keep(why)}
    monitor.say({"ended": ENDED[ended], "why": why, **evidence})
    return ended


if __name__ == "__main__":
    sys.exit(main())
