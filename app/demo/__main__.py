"""`python -m app.demo` is `portal demo` without waiting for the other commands to be read in."""

import sys

from pydantic import ValidationError

from app.core.config import told
from app.demo.run import run

try:
    sys.exit(run())
except ValidationError as wrong:
    sys.exit(told(wrong))
