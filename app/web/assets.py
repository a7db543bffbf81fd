"""Files under `static/`, at addresses that change with their content."""

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.web.headers import FOREVER


class Assets(StaticFiles):
    """Serves `/static/<version>/<path>`; the version is for caches and not looked at."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file behind the version, to be kept for ever."""
        _, _, rest = path.partition("/")
        response = await super().get_response(rest, scope)
        if response.status_code == 200:  # noqa: PLR2004 - found
            response.headers["Cache-Control"] = FOREVER
        return response
