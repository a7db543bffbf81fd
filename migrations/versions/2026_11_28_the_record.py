"""The record that needs no trust: the log, credentials, sealed documents."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

STAYS = """
CREATE FUNCTION log_entries_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND (OLD.id, OLD.created_at, OLD.kind, OLD.at, OLD.body, OLD.leaf_hash)
            = (NEW.id, NEW.created_at, NEW.kind, NEW.at, NEW.body, NEW.leaf_hash)
        AND OLD.subject IS NOT DISTINCT FROM NEW.subject
        AND (OLD.index IS NULL OR OLD.index = NEW.index)
        AND (NEW.openings IS NULL OR OLD.openings IS NOT DISTINCT FROM NEW.openings)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
        MESSAGE = 'an entry of the log gets its place and loses its openings; nothing else of it changes';
END $$
"""
GROWS = """
CREATE FUNCTION log_tiles_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.level, OLD.number) = (NEW.level, NEW.number)
        AND substring(NEW.hashes FOR octet_length(OLD.hashes)) = OLD.hashes
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
        MESSAGE = 'a tile of the log only grows';
END $$
"""
APPEND_ONLY = ("log_checkpoints", "log_cosignatures", "credential_issuer_documents")
FUNCTIONS = {"log_entries": "log_entries_stay", "log_tiles": "log_tiles_grow"}

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")  # give up rather than queue behind live traffic
    op.create_table(
        "credential_issuer_documents",
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "sha256 = encode(sha256(document), 'hex')",
            name=op.f("ck_credential_issuer_documents_hash_of_the_document"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_issuer_documents")),
    )
    op.create_table(
        "credential_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("multikey", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_keys")),
        sa.UniqueConstraint("multikey", name=op.f("uq_credential_keys_multikey")),
    )
    op.create_table(
        "log_checkpoints",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "size >= 0 AND octet_length(root) = 32", name=op.f("ck_log_checkpoints_size_and_root")
        ),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_checkpoints")),
    )
    op.create_table(
        "log_entries",
        sa.Column(
            "kind",
            sa.Enum(
                "code.published",
                "code.signed",
                "code.sealed",
                "membership.begun",
                "membership.renewed",
                "membership.lapsed",
                "membership.suspended",
                "membership.reinstated",
                "membership.expelled",
                "membership.left",
                "channel.proven",
                "channel.lost",
                "credential.issued",
                "credential.revoked",
                "did.changed",
                "log.keys_changed",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "openings", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column("index", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "leaf_hash = sha256('\\x00'::bytea || body)",
            name=op.f("ck_log_entries_hash_of_the_body"),
        ),
        sa.CheckConstraint("index >= 0", name=op.f("ck_log_entries_index_not_negative")),
        sa.CheckConstraint(
            "octet_length(body) BETWEEN 1 AND 65535", name=op.f("ck_log_entries_fits_a_bundle")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_entries")),
        sa.UniqueConstraint("index", name=op.f("uq_log_entries_index")),
    )
    op.create_index("ix_log_entries_subject_id", "log_entries", ["subject", "id"], unique=False)
    op.create_index(
        "ix_log_entries_waiting",
        "log_entries",
        ["id"],
        unique=False,
        postgresql_where=sa.text("index IS NULL"),
    )
    op.create_table(
        "log_subjects",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_log_subjects")),
        sa.UniqueConstraint("subject", name=op.f("uq_log_subjects_subject")),
    )
    op.create_table(
        "log_tiles",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "level BETWEEN 0 AND 63 AND number >= 0", name=op.f("ck_log_tiles_a_place_in_the_tree")
        ),
        sa.CheckConstraint(
            "octet_length(hashes) BETWEEN 32 AND 8192 AND mod(octet_length(hashes), 32) = 0",
            name=op.f("ck_log_tiles_whole_hashes"),
        ),
        sa.PrimaryKeyConstraint("level", "number", name=op.f("pk_log_tiles")),
    )
    op.create_table(
        "log_cosignatures",
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["size"],
            ["log_checkpoints.size"],
            name=op.f("fk_log_cosignatures_size_log_checkpoints"),
        ),
        sa.PrimaryKeyConstraint("size", "witness", name=op.f("pk_log_cosignatures")),
    )
    op.create_table(
        "credentials",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("document_sha256", sa.Text(), nullable=False),
        sa.Column("list_number", sa.Integer(), nullable=False),
        sa.Column("list_index", sa.Integer(), nullable=False),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "revoked_because",
            sa.Enum(
                "lapsed",
                "expelled",
                "left",
                "replaced",
                name="revoked_because",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "document_sha256 = encode(sha256(document), 'hex')",
            name=op.f("ck_credentials_hash_of_the_document"),
        ),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_because IS NULL)",
            name=op.f("ck_credentials_revoked_whole"),
        ),
        sa.CheckConstraint(
            "list_number >= 1 AND list_index BETWEEN 0 AND 131071",
            name=op.f("ck_credentials_a_place"),
        ),
        sa.CheckConstraint(
            "valid_until > issued_at", name=op.f("ck_credentials_valid_for_a_while")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_credentials_member_id_members")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credentials")),
        sa.UniqueConstraint(
            "list_number", "list_index", name=op.f("uq_credentials_list_number_list_index")
        ),
    )
    op.create_index(op.f("ix_credentials_member_id"), "credentials", ["member_id"], unique=False)
    op.create_index(
        "ix_credentials_revoked",
        "credentials",
        ["list_number", "list_index"],
        unique=False,
        postgresql_where=sa.text("revoked_at IS NOT NULL"),
    )
    op.create_index(
        "ix_credentials_suspended",
        "credentials",
        ["list_number", "list_index"],
        unique=False,
        postgresql_where=sa.text("suspended_at IS NOT NULL"),
    )
    op.create_index(
        "uq_credentials_one_of_a_member",
        "credentials",
        ["member_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "conduct_documents",
        sa.Column("signature_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "b-t", "b-lta", name="level", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holds_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_by", sa.Text(), nullable=False),
        sa.Column("stamped_by", sa.Text(), nullable=False),
        sa.Column("self_made", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["signature_id"],
            ["conduct_signatures.id"],
            name=op.f("fk_conduct_documents_signature_id_conduct_signatures"),
        ),
        sa.PrimaryKeyConstraint("signature_id", name=op.f("pk_conduct_documents")),
        sa.UniqueConstraint("sha256", name=op.f("uq_conduct_documents_sha256")),
    )
    op.create_index(
        "ix_conduct_signatures_evidence_sha256",
        "conduct_signatures",
        ["evidence_sha256"],
        unique=False,
    )
    op.execute(STAYS)
    op.execute(GROWS)
    for table in (*FUNCTIONS, *APPEND_ONLY):
        for moment, level in (("UPDATE", "ROW"), ("DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
            function = FUNCTIONS.get(table, "append_only") if moment == "UPDATE" else "append_only"
            op.execute(
                f"CREATE TRIGGER {table}_stay_{moment.lower()} BEFORE {moment} ON {table}"
                f" FOR EACH {level} EXECUTE FUNCTION {function}()"
            )


def downgrade() -> None:
    op.drop_index("ix_conduct_signatures_evidence_sha256", table_name="conduct_signatures")
    op.drop_table("conduct_documents")
    op.drop_index(
        "uq_credentials_one_of_a_member",
        table_name="credentials",
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.drop_index(
        "ix_credentials_suspended",
        table_name="credentials",
        postgresql_where=sa.text("suspended_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_credentials_revoked",
        table_name="credentials",
        postgresql_where=sa.text("revoked_at IS NOT NULL"),
    )
    op.drop_index(op.f("ix_credentials_member_id"), table_name="credentials")
    op.drop_table("credentials")
    op.drop_table("log_cosignatures")
    op.drop_table("log_tiles")
    op.drop_table("log_subjects")
    op.drop_index(
        "ix_log_entries_waiting",
        table_name="log_entries",
        postgresql_where=sa.text("index IS NULL"),
    )
    op.drop_index("ix_log_entries_subject_id", table_name="log_entries")
    op.drop_table("log_entries")
    op.drop_table("log_checkpoints")
    op.drop_table("credential_keys")
    op.drop_table("credential_issuer_documents")
    op.execute("DROP FUNCTION log_entries_stay()")
    op.execute("DROP FUNCTION log_tiles_grow()")
