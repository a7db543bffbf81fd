"""Starts a program that is told to end when its parent does, even by `kill -9`.

`python leash.py PARENT PROGRAM [ARGUMENT…]`. Alone in its file, and free of the portal's imports,
since it becomes the program it starts.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Ask the kernel for a SIGTERM at the parent's death, then become the program."""
    parent, program = int(sys.argv[1]), sys.argv[2:]
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it died before the kernel was asked
        sys.exit(1)
    os.execv(program[0], program)  # noqa: S606 - our own words, no shell


if __name__ == "__main__":
    main()
