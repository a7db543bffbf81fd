"""What schemathesis is told of our API: how to come by a cursor (`format: cursor`)."""

import json
import os
from urllib.request import urlopen

import schemathesis
from hypothesis import strategies

BASE = os.environ["API_UNDER_TEST"]


def _cursor_of(path: str) -> str:
    with urlopen(f"{BASE}/api/v1/{path}") as answer:  # noqa: S310 - the test's own server
        found: str = json.load(answer)["next"]
        return found


# A cursor belongs to the question that it was given for, so of members only "" goes with any.
schemathesis.openapi.format("cursor", strategies.just(""))
schemathesis.openapi.format("change-cursor", strategies.sampled_from(["", _cursor_of("changes")]))
