"""Alembic's commands on the portal's migrations, wherever they are called from.

Alembic takes a good part of a second to import and most processes never migrate: it is imported
where it is used.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from app.core.config import ROOT

if TYPE_CHECKING:
    from alembic.config import Config


def _config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - see above

    found = Config(ROOT / "alembic.ini")
    found.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    return found


def upgrade(revision: str = "head") -> None:
    """Migrate the database of the settings up to `revision`."""
    from alembic import command  # noqa: PLC0415 - see above

    command.upgrade(_config(), revision)


def downgrade(revision: str) -> None:
    """Migrate the database of the settings down to `revision`."""
    from alembic import command  # noqa: PLC0415 - see above

    command.downgrade(_config(), revision)


def write(words: str) -> None:
    """Write a new migration, named by `words`, from what the models say."""
    from alembic import command  # noqa: PLC0415 - see above

    command.revision(_config(), words, autogenerate=True)


@lru_cache
def head() -> str | None:
    """The newest migration that this code knows."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - see above

    return ScriptDirectory.from_config(_config()).get_current_head()
