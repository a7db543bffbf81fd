"""Versions of the code, tests and signatures."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

STAYS_ONCE_SIGNED = """
CREATE FUNCTION conduct_stays_once_signed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    signed uuid;
BEGIN
    IF TG_TABLE_NAME = 'conduct_versions' THEN
        signed := OLD.id;
    ELSE
        signed := OLD.version_id;
    END IF;
    IF EXISTS (SELECT FROM conduct_signatures WHERE version_id = signed) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
            MESSAGE = 'a version of the code that somebody signed never changes';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$
"""

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "conduct_versions",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conduct_versions")),
        sa.UniqueConstraint("effective_from", name=op.f("uq_conduct_versions_effective_from")),
        sa.UniqueConstraint("number", name=op.f("uq_conduct_versions_number")),
    )
    op.create_table(
        "conduct_attempts",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("drawn", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "given", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column("correct", sa.Integer(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(finished_at IS NULL) = (given IS NULL) AND (finished_at IS NULL) = (passed IS NULL) AND (finished_at IS NULL) = (correct IS NULL)",
            name=op.f("ck_conduct_attempts_finished_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_conduct_attempts_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["conduct_versions.id"],
            name=op.f("fk_conduct_attempts_version_id_conduct_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conduct_attempts")),
        sa.UniqueConstraint(
            "account_id",
            "version_id",
            "number",
            name=op.f("uq_conduct_attempts_account_id_version_id_number"),
        ),
    )
    op.create_index(
        "uq_conduct_attempts_one_open",
        "conduct_attempts",
        ["account_id", "version_id"],
        unique=True,
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "conduct_readings",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("duties", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_conduct_readings_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["conduct_versions.id"],
            name=op.f("fk_conduct_readings_version_id_conduct_versions"),
        ),
        sa.PrimaryKeyConstraint("account_id", "version_id", name=op.f("pk_conduct_readings")),
    )
    op.create_table(
        "conduct_texts",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex')",
            name=op.f("ck_conduct_texts_hash_of_the_text"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["conduct_versions.id"],
            name=op.f("fk_conduct_texts_version_id_conduct_versions"),
        ),
        sa.PrimaryKeyConstraint("version_id", "locale", name=op.f("pk_conduct_texts")),
        sa.UniqueConstraint(
            "version_id", "locale", "sha256", name=op.f("uq_conduct_texts_version_id_locale_sha256")
        ),
    )
    op.create_table(
        "conduct_signatures",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("signed_name", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        sa.Column("evidence_sha256", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "evidence_sha256 = encode(sha256(evidence), 'hex')",
            name=op.f("ck_conduct_signatures_hash_of_the_evidence"),
        ),
        sa.CheckConstraint(
            "signed_in_at <= signed_at", name=op.f("ck_conduct_signatures_signed_in_before")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_conduct_signatures_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["conduct_attempts.id"],
            name=op.f("fk_conduct_signatures_attempt_id_conduct_attempts"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id", "locale", "sha256"],
            ["conduct_texts.version_id", "conduct_texts.locale", "conduct_texts.sha256"],
            name="fk_conduct_signatures_text_conduct_texts",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["conduct_versions.id"],
            name=op.f("fk_conduct_signatures_version_id_conduct_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conduct_signatures")),
        sa.UniqueConstraint(
            "account_id", "version_id", name=op.f("uq_conduct_signatures_account_id_version_id")
        ),
    )
    op.create_index(
        "ix_conduct_signatures_version_id", "conduct_signatures", ["version_id"], unique=False
    )
    for moment, level in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER conduct_signatures_stay_{level.lower()} BEFORE {moment} ON conduct_signatures"
            f" FOR EACH {level} EXECUTE FUNCTION append_only()"
        )
    op.execute(STAYS_ONCE_SIGNED)
    for table in ("conduct_versions", "conduct_texts"):
        op.execute(
            f"CREATE TRIGGER {table}_stay BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION conduct_stays_once_signed()"
        )


def downgrade() -> None:
    op.drop_index("ix_conduct_signatures_version_id", table_name="conduct_signatures")
    op.drop_table("conduct_signatures")
    op.drop_table("conduct_texts")
    op.drop_table("conduct_readings")
    op.drop_index(
        "uq_conduct_attempts_one_open",
        table_name="conduct_attempts",
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.drop_table("conduct_attempts")
    op.drop_table("conduct_versions")
    op.execute("DROP FUNCTION conduct_stays_once_signed()")
