"""The head of the log as text (c2sp.org/tlog-checkpoint)."""

from app.trustlog.monitor import Checkpoint
from app.trustlog.monitor import parse_checkpoint as parse

__all__ = ["Checkpoint", "parse"]
