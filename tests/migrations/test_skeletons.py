"""Rows from before skeletons get theirs when the migration runs."""

from alembic import command
from sqlalchemy import Connection, text

from app.channels.policy.lookalikes import channel_skeleton, skeleton
from tests.migrations.test_migrations import configuration, connection, filled  # noqa: F401


def test_every_row_has_the_skeleton_that_it_would_be_given_today(
    connection: Connection,  # noqa: F811
) -> None:
    config = configuration(connection)
    before = {
        table: connection.execute(text(f"SELECT id, skeleton FROM {table} ORDER BY id")).all()  # noqa: S608
        for table in ("members", "channels")
    }
    command.downgrade(config, "0007")
    command.upgrade(config, "head")
    after = {
        table: connection.execute(text(f"SELECT id, skeleton FROM {table} ORDER BY id")).all()  # noqa: S608
        for table in before
    }
    assert after == before
    members = connection.execute(text("SELECT stage_name, skeleton FROM members")).all()
    channels = connection.execute(
        text("SELECT platform, key, handle, skeleton FROM channels")
    ).all()
    assert members
    assert channels
    assert [kept for _name, kept in members] == [skeleton(name) for name, _kept in members]
    assert [row.skeleton for row in channels] == [channel_skeleton(*row[:3]) for row in channels]
    assert None not in [row.skeleton for row in (*members, *channels)]
