"""Which members changed, told by the database itself; the text that searches read goes."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# What the public sees of each; a change of anything else is no change of the member.
OF_MEMBERS = (
    "serial, number, standing, standing_since, standing_until, standing_because, bar_until,"
    " joined_at, term_ends_on, stage_name, sort_key, legal_name_public,"
    " CASE WHEN legal_name_public THEN legal_name END, biography, province, topics, languages,"
    " portrait"
)
OF_CHANNELS = (
    "id, platform, url, key, handle, followers, followers_as_of, followers_source, proven_at,"
    " proof_method, lost_at, removed_at"
)

# An account that is no member yet has its row too, without a serial. So a proof and an admission
# that happen at once wait for one another here, and neither is overlooked.
NOTE = """
    INSERT INTO member_changes AS known (account_id, serial, xid, at)
    SELECT touched.account_id, members.serial, pg_current_xact_id()::text::bigint, now()
    FROM (SELECT DISTINCT account_id FROM ({rows}) AS changed) AS touched
    LEFT JOIN members ON members.account_id = touched.account_id
    ORDER BY touched.account_id
    ON CONFLICT (account_id) DO UPDATE SET
        serial = coalesce(excluded.serial, known.serial), xid = excluded.xid, at = excluded.at;
"""
FUNCTION = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN {inserted}
    ELSIF TG_OP = 'DELETE' THEN {deleted}
    ELSE {updated}
    END IF;
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER {table}_noted_{low} AFTER {moment} ON {table} REFERENCING {rows}
FOR EACH STATEMENT EXECUTE FUNCTION {name}()
"""
MOMENTS = {
    "INSERT": "NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
}
WATCHED = {
    "members": (OF_MEMBERS, "true", tuple(MOMENTS)),
    "channels": (OF_CHANNELS, "proven_at IS NOT NULL", tuple(MOMENTS)),
    "conduct_signatures": ("id", "true", ("INSERT",)),  # append-only
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "member_changes",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=True),
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_member_changes")),
        sa.UniqueConstraint("serial", name=op.f("uq_member_changes_serial")),
    )
    op.create_index("ix_member_changes_xid_serial", "member_changes", ["xid", "serial"])
    op.create_index(
        "ix_standing_changes_moves",
        "standing_changes",
        ["id"],
        postgresql_where=sa.text("old IS NOT NULL"),
    )
    _name_the_words()
    for table, (columns, where, moments) in WATCHED.items():
        _watch(table, columns, where, moments)
    op.execute(
        "INSERT INTO member_changes (account_id, serial, xid, at)"
        " SELECT account_id, serial, pg_current_xact_id()::text::bigint, now() FROM members"
    )


def _watch(table: str, columns: str, where: str, moments: tuple[str, ...]) -> None:
    def rows(of: str) -> str:
        return f"SELECT account_id, {columns} FROM {of} WHERE {where}"  # noqa: S608 - literals

    old, new = rows("old_rows"), rows("new_rows")
    either = f"({old} EXCEPT {new}) UNION ALL ({new} EXCEPT {old})"
    name = f"note_{table}"
    op.execute(
        FUNCTION.format(
            name=name,
            inserted=NOTE.format(rows=new),
            deleted=NOTE.format(rows=old),
            updated=NOTE.format(rows=either),
        )
    )
    for moment in moments:
        op.execute(
            TRIGGER.format(
                table=table, low=moment.lower(), moment=moment, rows=MOMENTS[moment], name=name
            )
        )


def _name_the_words() -> None:
    op.add_column("members", sa.Column("name_words", sa.Text(), nullable=True))
    op.execute("UPDATE members SET name_words = rtrim(split_part(search_text, '|', 1))")
    op.alter_column("members", "name_words", nullable=False)
    op.drop_column("members", "search_text")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    for table, (_columns, _where, moments) in WATCHED.items():
        for moment in moments:
            op.execute(f"DROP TRIGGER {table}_noted_{moment.lower()} ON {table}")
        op.execute(f"DROP FUNCTION note_{table}()")
    _write_the_text()
    op.drop_column("members", "name_words")
    op.drop_index("ix_standing_changes_moves", table_name="standing_changes")
    op.drop_index("ix_member_changes_xid_serial", table_name="member_changes")
    op.drop_table("member_changes")


def _write_the_text() -> None:
    """`search_text` as it was, topics in Vietnamese only: their names are no part of the database."""
    op.add_column("members", sa.Column("search_text", sa.Text(), nullable=True))
    connection = op.get_bind()
    last = 0
    while rows := connection.execute(sa.text(PAGE), {"last": last}).all():
        texts = [
            {"serial": serial, "text": f"{name} | {_joined(name.replace(' ', ''), *rest)}"}
            for serial, name, *rest in rows
        ]
        connection.execute(
            sa.text("UPDATE members SET search_text = :text WHERE serial = :serial"), texts
        )
        last = rows[-1][0]
    op.alter_column("members", "search_text", nullable=False)


PAGE = """
SELECT serial, name_words, number, CASE WHEN legal_name_public THEN legal_name ELSE '' END,
    (SELECT string_agg(name_vi, ' ') FROM topics WHERE key = ANY (members.topics)), biography
FROM members WHERE serial > :last ORDER BY serial LIMIT 5000
"""


def _joined(*texts: str | None) -> str:
    return " ".join(filter(None, (_words(text or "") for text in texts)))


def _words(text: str) -> str:
    parts = unicodedata.normalize("NFD", text.casefold())
    bare = "".join(c for c in parts if not unicodedata.combining(c)).replace("đ", "d")
    return " ".join(re.findall(r"[^\W_]+", bare))
