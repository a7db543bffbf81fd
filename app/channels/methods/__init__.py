"""The ways of proving a channel, most telling first. Each is a folder here, found by itself."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from babel.support import LazyProxy

from app.channels.methods.base import SHARED_FAILURES, Ask, Finding, Method, Reach, Step

__all__ = [
    "FAILURES",
    "METHODS",
    "Ask",
    "Finding",
    "Method",
    "Reach",
    "Step",
    "discover",
    "failures_of",
    "for_platform",
]


def discover() -> dict[str, Method]:
    """The methods whose folders are here, by key, the most telling first."""
    folders = (name for _, name, is_folder in iter_modules(__path__) if is_folder)
    methods = [import_module(f"{__name__}.{name}").METHOD for name in folders]
    return {method.key: method for method in sorted(methods, key=lambda one: one.rank)}


METHODS: Mapping[str, Method] = MappingProxyType(discover())
"""By key, which is what proofs keep. A folder that is gone leaves proofs without their words."""


def failures_of(methods: Mapping[str, Method]) -> dict[str, LazyProxy]:
    """What may be said of a proof that is not there, the words of each method included."""
    own = {key: text for method in methods.values() for key, text in method.failures.items()}
    return {**SHARED_FAILURES, **own}


FAILURES: Mapping[str, LazyProxy] = MappingProxyType(failures_of(METHODS))
"""Why a proof is not there, by the key that is kept with it."""


def for_platform(platform: str) -> tuple[Method, ...]:
    """The methods offered for channels of `platform`."""
    return tuple(method for method in METHODS.values() if method.works_for(platform))
