"""Channels and the attempts to prove them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "channels",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=True),
        sa.Column("stable_id", sa.Text(), nullable=True),
        sa.Column("followers", sa.BigInteger(), nullable=True),
        sa.Column("followers_as_of", sa.Date(), nullable=True),
        sa.Column(
            "followers_source",
            sa.Enum(
                "declared",
                "staff",
                "api",
                name="followers_source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "proof_method",
            sa.Enum(
                "page_code",
                "rel_me",
                "staff",
                name="proof_method",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("lost_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(followers IS NULL) = (followers_source IS NULL) AND (followers IS NULL) = (followers_as_of IS NULL)",
            name=op.f("ck_channels_followers_have_source_and_date"),
        ),
        sa.CheckConstraint(
            "(proven_at IS NULL) = (proof_method IS NULL) AND (lost_at IS NULL OR proven_at IS NOT NULL)",
            name=op.f("ck_channels_proof_is_whole"),
        ),
        sa.CheckConstraint("followers >= 0", name=op.f("ck_channels_followers_not_negative")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_channels_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["platform"], ["platforms.key"], name=op.f("fk_channels_platform_platforms")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
    )
    op.create_index(
        "ix_channels_platform_key",
        "channels",
        ["platform", "key"],
        unique=False,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_index(
        "uq_channels_once_an_account",
        "channels",
        ["account_id", "platform", "key"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_index(
        "uq_channels_one_holder",
        "channels",
        ["platform", "key"],
        unique=True,
        postgresql_where=sa.text(
            "proven_at IS NOT NULL AND lost_at IS NULL AND removed_at IS NULL"
        ),
    )
    op.create_table(
        "identity_links",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_identity_links_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_identity_links")),
        sa.UniqueConstraint("token", name=op.f("uq_identity_links_token")),
    )
    op.create_table(
        "channel_proofs",
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "page_code",
                "rel_me",
                "staff",
                name="method",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "proven",
                "failed",
                "lost",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checking_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_account_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status IN ('proven', 'lost')) = (proven_at IS NOT NULL)",
            name=op.f("ck_channel_proofs_dated"),
        ),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["accounts.id"],
            name=op.f("fk_channel_proofs_by_account_id_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name=op.f("fk_channel_proofs_channel_id_channels")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_proofs")),
    )
    op.create_index("ix_channel_proofs_channel_id", "channel_proofs", ["channel_id"], unique=False)
    op.create_index(
        "ix_channel_proofs_expires_at",
        "channel_proofs",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("status = 'pending' AND expires_at IS NOT NULL"),
    )
    op.create_index(
        "uq_channel_proofs_one_pending",
        "channel_proofs",
        ["channel_id", "method"],
        unique=True,
        postgresql_where=sa.text("status = 'pending'"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_channel_proofs_one_pending",
        table_name="channel_proofs",
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.drop_index(
        "ix_channel_proofs_expires_at",
        table_name="channel_proofs",
        postgresql_where=sa.text("status = 'pending' AND expires_at IS NOT NULL"),
    )
    op.drop_index("ix_channel_proofs_channel_id", table_name="channel_proofs")
    op.drop_table("channel_proofs")
    op.drop_table("identity_links")
    op.drop_index(
        "uq_channels_one_holder",
        table_name="channels",
        postgresql_where=sa.text(
            "proven_at IS NOT NULL AND lost_at IS NULL AND removed_at IS NULL"
        ),
    )
    op.drop_index(
        "uq_channels_once_an_account",
        table_name="channels",
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.drop_index(
        "ix_channels_platform_key",
        table_name="channels",
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.drop_table("channels")
