"""The processes of the demonstration: started, watched, started again, ended together."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LEASH = Path(__file__).with_name("leash.py")
PATIENCE = 15.0  # seconds that a process is given to end by itself
LONG_ENOUGH = 20.0  # seconds after which a process counts as having worked
LONGEST_PAUSE = 10.0


@dataclass
class Child:
    """One process that should run for as long as the demonstration does.

    Attributes:
        name: what it is called on the screen and in the name of its log.
        arguments: what this Python is given to run it.
        patience: seconds that it is given to end by itself.
        inherits: file descriptors that it is handed.
        once: it does its work, shows its words on the screen, and is not started again.
    """

    name: str
    arguments: Sequence[str]
    patience: float = PATIENCE
    inherits: Sequence[int] = ()
    once: bool = False
    process: subprocess.Popen[bytes] | None = None
    _started: float = 0.0
    _next_start: float = 0.0
    _pause: float = field(default=0.0)

    def start(self, environment: Mapping[str, str], root: Path, logs: Path, parent: int) -> None:
        """Start the process; it ends when `parent` does, and writes to its log."""
        with (logs / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own words, no shell
                [sys.executable, str(LEASH), str(parent), sys.executable, *self.arguments],
                cwd=root,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=None if self.once else log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the supervisor, which ends them in order
                pass_fds=tuple(self.inherits),
            )
        self._started = time.monotonic()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    @property
    def succeeded(self) -> bool:
        """Whether the process ended well."""
        return self.process is not None and self.process.poll() == 0

    def due(self) -> bool:
        """Whether the dead process should be started again now: at once, then ever more slowly."""
        now = time.monotonic()
        if self.process is not None:
            self.process = None
            worked = now - self._started > LONG_ENOUGH
            self._pause = 0.0 if worked else min(max(self._pause * 2, 0.25), LONGEST_PAUSE)
            self._next_start = now + self._pause
        return now >= self._next_start

    def ask_to_end(self) -> None:
        """Tell the process to end."""
        if self.process is not None and self.alive:
            self.process.send_signal(signal.SIGTERM)

    def end(self) -> None:
        """Wait for the process to end, and end it after `patience`."""
        if self.process is None:
            return
        try:
            self.process.wait(self.patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass
class Family:
    """All the processes, in the order in which they are started; they end in the reverse."""

    root: Path
    logs: Path
    environment: Mapping[str, str]
    parent: int
    children: list[Child] = field(default_factory=list)

    def add(self, child: Child) -> None:
        """Start one more process."""
        self.logs.mkdir(parents=True, exist_ok=True)
        (self.logs / f"{child.name}.log").write_bytes(b"")
        child.start(self.environment, self.root, self.logs, self.parent)
        self.children.append(child)

    def tend(self, say: Callable[[str], None]) -> None:
        """Start again whatever died."""
        for child in self.children:
            if not child.once and not child.alive and child.due():
                say(f"{child.name} stopped unexpectedly; starting it again")
                child.start(self.environment, self.root, self.logs, self.parent)

    def dead(self) -> list[Child]:
        """Those that should run and do not; one that is to work once counts when it failed."""
        return [
            child
            for child in self.children
            if not child.alive and not (child.once and child.succeeded)
        ]

    def last_words(self, child: Child, lines: int = 5) -> str:
        """The end of the child's log."""
        text = (self.logs / f"{child.name}.log").read_text(errors="replace")
        return "\n".join(text.strip().splitlines()[-lines:])

    def end(self) -> None:
        """End all: the first, on which the others lean, when they are gone."""
        first, rest = self.children[:1], self.children[1:]
        for group in (rest, first):
            for child in group:
                child.ask_to_end()
            for child in group:
                child.end()
        self.children.clear()
