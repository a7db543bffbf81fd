"""Alembic's environment: one connection, one advisory lock, so that two migrations never race."""

from alembic import context
from sqlalchemy import Connection, Engine, create_engine, text

from app.core.config import settings
from app.core.locks import lock_number
from app.tables import metadata

NOT_OURS = ("procrastinate_", "alembic_version")


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """The job queue keeps its own tables."""
    return not (kind == "table" and (name or "").startswith(NOT_OURS))


def migrate(connection: Connection) -> None:
    """Run what was asked for on `connection`."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=include_name,
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:number)"), {"number": lock_number("migrations")}
        )
        context.run_migrations()


def migrate_on(engine: Engine) -> None:
    """Run what was asked for on a connection of `engine`."""
    with engine.connect() as connection:
        migrate(connection)
        connection.commit()


given = context.config.attributes.get("connection")
if isinstance(given, Connection):
    migrate(given)
elif isinstance(given, Engine):
    migrate_on(given)
else:
    own = create_engine(settings().database_url)
    migrate_on(own)
    own.dispose()
