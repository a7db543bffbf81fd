"""Proofs that are kept: checked again, disputed, counted; ways of proving without a list of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

THREE = "('page_code', 'rel_me', 'staff')"

# What the public sees of a channel (0007), now with whether its proof is stale or disputed.
BEFORE = (
    "id, platform, url, key, handle, followers, followers_as_of, followers_source, proven_at,"
    " proof_method, lost_at, removed_at"
)
AFTER = BEFORE + ", stale_since, disputed_since"
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
CREATE OR REPLACE FUNCTION note_channels() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN {inserted}
    ELSIF TG_OP = 'DELETE' THEN {deleted}
    ELSE {updated}
    END IF;
    RETURN NULL;
END $$
"""


def _watch(columns: str) -> None:
    old, new = (
        f"SELECT account_id, {columns} FROM {of} WHERE proven_at IS NOT NULL"  # noqa: S608 - literals
        for of in ("old_rows", "new_rows")
    )
    either = f"({old} EXCEPT {new}) UNION ALL ({new} EXCEPT {old})"
    op.execute(
        FUNCTION.format(
            inserted=NOTE.format(rows=new),
            deleted=NOTE.format(rows=old),
            updated=NOTE.format(rows=either),
        )
    )


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")  # give up rather than queue behind live traffic
    op.create_table(
        "channel_counts",
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("followers", sa.BigInteger(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "declared",
                "staff",
                "api",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("flagged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("followers >= 0", name=op.f("ck_channel_counts_not_negative")),
        sa.CheckConstraint(
            "settled_at IS NULL OR flagged_at IS NOT NULL",
            name=op.f("ck_channel_counts_flag_first"),
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name=op.f("fk_channel_counts_channel_id_channels")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["accounts.id"], name=op.f("fk_channel_counts_settled_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_counts")),
    )
    op.create_index(
        "ix_channel_counts_channel_id_at", "channel_counts", ["channel_id", "at"], unique=False
    )
    op.create_index(
        "ix_channel_counts_flagged",
        "channel_counts",
        ["flagged_at"],
        unique=False,
        postgresql_where=sa.text("flagged_at IS NOT NULL AND settled_at IS NULL"),
    )
    op.create_table(
        "channel_disputes",
        sa.Column("holder_channel_id", sa.Uuid(), nullable=False),
        sa.Column("claimant_channel_id", sa.Uuid(), nullable=False),
        sa.Column("holder_case_id", sa.Uuid(), nullable=False),
        sa.Column("claimant_case_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answers_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "holder",
                "claimant",
                "neither",
                "withdrawn",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (verdict IS NULL)",
            name=op.f("ck_channel_disputes_decided_whole"),
        ),
        sa.CheckConstraint(
            "holder_channel_id <> claimant_channel_id", name=op.f("ck_channel_disputes_two_sides")
        ),
        sa.ForeignKeyConstraint(
            ["claimant_case_id"],
            ["cases.id"],
            name=op.f("fk_channel_disputes_claimant_case_id_cases"),
        ),
        sa.ForeignKeyConstraint(
            ["claimant_channel_id"],
            ["channels.id"],
            name=op.f("fk_channel_disputes_claimant_channel_id_channels"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["accounts.id"], name=op.f("fk_channel_disputes_decided_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["holder_case_id"], ["cases.id"], name=op.f("fk_channel_disputes_holder_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["holder_channel_id"],
            ["channels.id"],
            name=op.f("fk_channel_disputes_holder_channel_id_channels"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_disputes")),
    )
    op.create_index(
        "ix_channel_disputes_holder_channel_id",
        "channel_disputes",
        ["holder_channel_id"],
        unique=False,
    )
    op.create_index(
        "uq_channel_disputes_one_open",
        "channel_disputes",
        ["claimant_channel_id"],
        unique=True,
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.create_table(
        "channel_grants",
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name=op.f("fk_channel_grants_channel_id_channels")
        ),
        sa.PrimaryKeyConstraint("channel_id", name=op.f("pk_channel_grants")),
    )
    op.create_table(
        "channel_handles",
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("until > since", name=op.f("ck_channel_handles_ends_after_it_begins")),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name=op.f("fk_channel_handles_channel_id_channels")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_handles")),
    )
    op.create_index(
        "ix_channel_handles_channel_id", "channel_handles", ["channel_id"], unique=False
    )
    op.create_table(
        "channel_oauth_trips",
        sa.Column("state_hash", sa.Text(), nullable=False),
        sa.Column("browser_hash", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("keep_counts", sa.Boolean(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_channel_oauth_trips_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name=op.f("fk_channel_oauth_trips_channel_id_channels")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_oauth_trips")),
        sa.UniqueConstraint("state_hash", name=op.f("uq_channel_oauth_trips_state_hash")),
    )
    op.create_index(
        "ix_channel_oauth_trips_expires_at", "channel_oauth_trips", ["expires_at"], unique=False
    )
    op.create_table(
        "proof_notices",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > began_at", name=op.f("ck_proof_notices_in_order")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_proof_notices_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name=op.f("fk_proof_notices_channel_id_channels")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["accounts.id"], name=op.f("fk_proof_notices_settled_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_notices")),
    )
    op.create_index(
        "uq_proof_notices_one_open",
        "proof_notices",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "channel_checks",
        sa.Column("proof_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "seen",
                "not_seen",
                "unsure",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["proof_id"],
            ["channel_proofs.id"],
            name=op.f("fk_channel_checks_proof_id_channel_proofs"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_checks")),
    )
    op.create_index(
        "ix_channel_checks_proof_id_at", "channel_checks", ["proof_id", "at"], unique=False
    )
    for moment, level in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER channel_checks_stay_{level.lower()} BEFORE {moment} ON channel_checks"
            f" FOR EACH {level} EXECUTE FUNCTION append_only()"
        )
    op.create_table(
        "channel_check_tallies",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "seen",
                "not_seen",
                "unsure",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("checks", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "method", "outcome", name=op.f("pk_channel_check_tallies")),
    )
    op.create_table(
        "channel_sightings",
        sa.Column("proof_id", sa.Uuid(), nullable=False),
        sa.Column("by_account_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("picture", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["accounts.id"],
            name=op.f("fk_channel_sightings_by_account_id_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["proof_id"],
            ["channel_proofs.id"],
            name=op.f("fk_channel_sightings_proof_id_channel_proofs"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_sightings")),
        sa.UniqueConstraint("proof_id", name=op.f("uq_channel_sightings_proof_id")),
    )
    op.add_column(
        "channel_proofs", sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "channel_proofs", sa.Column("failures", sa.Integer(), nullable=False, server_default="0")
    )
    op.alter_column("channel_proofs", "failures", server_default=None)
    op.add_column(
        "channel_proofs", sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("channel_proofs", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    for table, name in (
        ("channel_proofs", "method"),
        ("channels", "proof_method"),
        ("channel_proofs", "status"),
        ("channel_proofs", "dated"),
    ):
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.create_check_constraint(
        op.f("ck_channel_proofs_status"),
        "channel_proofs",
        "status IN ('pending', 'proven', 'stale', 'failed', 'lost')",
    )
    op.create_check_constraint(
        op.f("ck_channel_proofs_dated"),
        "channel_proofs",
        "(status IN ('proven', 'stale', 'lost')) = (proven_at IS NOT NULL)",
    )
    op.create_check_constraint(
        op.f("ck_channel_proofs_kept_while_it_counts"),
        "channel_proofs",
        "next_check_at IS NULL OR status IN ('proven', 'stale')",
    )
    op.create_check_constraint(
        op.f("ck_channel_proofs_failures_have_a_day"),
        "channel_proofs",
        "(failures = 0) = (failing_since IS NULL) AND failures >= 0",
    )
    op.alter_column(
        "channel_proofs",
        "method",
        existing_type=sa.VARCHAR(length=40),
        type_=sa.Text(),
        existing_nullable=False,
    )
    op.create_index(
        "ix_channel_proofs_next_check_at",
        "channel_proofs",
        ["next_check_at"],
        unique=False,
        postgresql_where=sa.text("next_check_at IS NOT NULL"),
    )
    op.add_column("channels", sa.Column("stale_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "channels", sa.Column("disputed_since", sa.DateTime(timezone=True), nullable=True)
    )
    op.alter_column(
        "channels",
        "proof_method",
        existing_type=sa.VARCHAR(length=40),
        type_=sa.Text(),
        existing_nullable=True,
    )
    op.create_check_constraint(
        op.f("ck_channels_stale_while_proven"),
        "channels",
        "stale_since IS NULL OR (proven_at IS NOT NULL AND lost_at IS NULL)",
    )
    op.create_index(
        "uq_channels_one_holder_by_id",
        "channels",
        ["platform", "stable_id"],
        unique=True,
        postgresql_where=sa.text(
            "stable_id IS NOT NULL AND proven_at IS NOT NULL AND lost_at IS NULL AND removed_at IS NULL"
        ),
    )
    op.execute(
        "UPDATE channel_proofs SET seen_at = checked_at,"
        " next_check_at = now() + random() * interval '7 days' WHERE status = 'proven'"
    )
    op.execute(
        "INSERT INTO channel_counts (id, created_at, channel_id, at, as_of, followers, source, because)"
        " SELECT gen_random_uuid(), now(), id, changed_at, followers_as_of, followers,"
        " followers_source, '' FROM channels WHERE followers IS NOT NULL"
    )
    _watch(AFTER)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    _watch(BEFORE)
    op.drop_index(
        "uq_channels_one_holder_by_id",
        table_name="channels",
        postgresql_where=sa.text(
            "stable_id IS NOT NULL AND proven_at IS NOT NULL AND lost_at IS NULL AND removed_at IS NULL"
        ),
    )
    op.alter_column(
        "channels",
        "proof_method",
        existing_type=sa.Text(),
        type_=sa.VARCHAR(length=40),
        existing_nullable=True,
    )
    op.drop_column("channels", "disputed_since")
    op.drop_constraint(op.f("ck_channels_stale_while_proven"), "channels", type_="check")
    op.drop_column("channels", "stale_since")
    op.drop_index(
        "ix_channel_proofs_next_check_at",
        table_name="channel_proofs",
        postgresql_where=sa.text("next_check_at IS NOT NULL"),
    )
    op.alter_column(
        "channel_proofs",
        "method",
        existing_type=sa.Text(),
        type_=sa.VARCHAR(length=40),
        existing_nullable=False,
    )
    for name in ("failures_have_a_day", "kept_while_it_counts", "dated", "status"):
        op.drop_constraint(op.f(f"ck_channel_proofs_{name}"), "channel_proofs", type_="check")
    op.execute("UPDATE channel_proofs SET status = 'proven' WHERE status = 'stale'")
    # Rows proven in a way that the schema before did not know: a person looked, says that schema.
    op.execute(f"UPDATE channel_proofs SET method = 'staff' WHERE method NOT IN {THREE}")  # noqa: S608
    op.execute(f"UPDATE channels SET proof_method = 'staff' WHERE proof_method NOT IN {THREE}")  # noqa: S608
    op.create_check_constraint(
        op.f("ck_channel_proofs_status"),
        "channel_proofs",
        "status IN ('pending', 'proven', 'failed', 'lost')",
    )
    op.create_check_constraint(
        op.f("ck_channel_proofs_dated"),
        "channel_proofs",
        "(status IN ('proven', 'lost')) = (proven_at IS NOT NULL)",
    )
    op.create_check_constraint(
        op.f("ck_channel_proofs_method"), "channel_proofs", f"method IN {THREE}"
    )
    op.create_check_constraint(
        op.f("ck_channels_proof_method"), "channels", f"proof_method IN {THREE}"
    )
    op.drop_column("channel_proofs", "seen_at")
    op.drop_column("channel_proofs", "failing_since")
    op.drop_column("channel_proofs", "failures")
    op.drop_column("channel_proofs", "next_check_at")
    op.drop_table("channel_sightings")
    op.drop_table("channel_check_tallies")
    op.drop_index("ix_channel_checks_proof_id_at", table_name="channel_checks")
    op.drop_table("channel_checks")
    op.drop_index(
        "uq_proof_notices_one_open",
        table_name="proof_notices",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("proof_notices")
    op.drop_index("ix_channel_oauth_trips_expires_at", table_name="channel_oauth_trips")
    op.drop_table("channel_oauth_trips")
    op.drop_index("ix_channel_handles_channel_id", table_name="channel_handles")
    op.drop_table("channel_handles")
    op.drop_table("channel_grants")
    op.drop_index(
        "uq_channel_disputes_one_open",
        table_name="channel_disputes",
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.drop_index("ix_channel_disputes_holder_channel_id", table_name="channel_disputes")
    op.drop_table("channel_disputes")
    op.drop_index(
        "ix_channel_counts_flagged",
        table_name="channel_counts",
        postgresql_where=sa.text("flagged_at IS NOT NULL AND settled_at IS NULL"),
    )
    op.drop_index("ix_channel_counts_channel_id_at", table_name="channel_counts")
    op.drop_table("channel_counts")
