"""`python -m app.demo` is `portal demo` without waiting for the other commands to be read in."""

import sys

from app.demo.run import run

sys.exit(run())
