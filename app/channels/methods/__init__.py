"""The ways of proving a channel, most telling first."""

from collections.abc import Mapping
from types import MappingProxyType

from app.channels.methods import page_code, rel_me, staff
from app.channels.methods.base import FAILURES, Ask, Finding, Method, Step
from app.channels.models import MethodKey

__all__ = ["FAILURES", "METHODS", "Ask", "Finding", "Method", "Step", "for_platform"]

METHODS: Mapping[MethodKey, Method] = MappingProxyType(
    {method.key: method for method in (page_code.METHOD, rel_me.METHOD, staff.METHOD)}
)


def for_platform(platform: str) -> tuple[Method, ...]:
    """The methods offered for channels of `platform`."""
    return tuple(method for method in METHODS.values() if method.works_for(platform))
