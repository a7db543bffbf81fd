"""The skeletons of names and handles, by which look-alikes are found."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.channels.policy.lookalikes import channel_skeleton, skeleton

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PROVEN = "proven_at IS NOT NULL AND lost_at IS NULL AND removed_at IS NULL"
BATCH = 5_000


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.add_column("members", sa.Column("skeleton", sa.Text(collation="C"), nullable=True))
    op.add_column("channels", sa.Column("skeleton", sa.Text(collation="C"), nullable=True))
    # By the rules of today: whoever changes them writes every skeleton anew (decision 21).
    fill("members", ("stage_name",), skeleton)
    fill("channels", ("platform", "key", "handle"), channel_skeleton)
    op.create_index("ix_members_skeleton", "members", ["skeleton"])
    op.create_index(
        "ix_channels_skeleton_proven", "channels", ["skeleton"], postgresql_where=sa.text(PROVEN)
    )
    op.create_index(
        "ix_channels_ever_proven",
        "channels",
        ["platform", "key"],
        postgresql_where=sa.text("proven_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.drop_index("ix_channels_ever_proven", table_name="channels")
    op.drop_index("ix_channels_skeleton_proven", table_name="channels")
    op.drop_index("ix_members_skeleton", table_name="members")
    op.drop_column("channels", "skeleton")
    op.drop_column("members", "skeleton")


def fill(table: str, columns: Sequence[str], made: Callable[..., str | None]) -> None:
    """Write the skeleton of every row, a batch at a time and in the order of their ids."""
    connection, last = op.get_bind(), None
    some = sa.text(
        f"SELECT id, {', '.join(columns)} FROM {table}"  # noqa: S608 - names of our own
        " WHERE CAST(:last AS uuid) IS NULL OR id > :last ORDER BY id LIMIT :size"
    )
    write = sa.text(
        f"UPDATE {table} SET skeleton = given.skeleton"  # noqa: S608 - names of our own
        " FROM unnest(CAST(:ids AS uuid[]), CAST(:skeletons AS text[])) AS given (id, skeleton)"
        f" WHERE {table}.id = given.id AND given.skeleton IS NOT NULL"
    )
    while rows := connection.execute(some, {"last": last, "size": BATCH}).all():
        values: dict[str, Any] = {
            "ids": [row[0] for row in rows],
            "skeletons": [made(*row[1:]) for row in rows],
        }
        connection.execute(write, values)
        last = rows[-1][0]
