"""The list of public addresses, on which other tests rely, is whole."""

import pytest

from tests import public


@pytest.mark.parametrize(("method", "listed"), [("GET", set(public.GET)), ("POST", public.POST)])
def test_every_route_that_is_open_to_all_is_listed(method: str, listed: set[str]) -> None:
    assert public.routes(method) == set(listed)


def test_what_needs_no_database_is_listed_too() -> None:
    listed = {address for written in public.GET.values() for address in written}
    assert listed >= public.NO_DATABASE
