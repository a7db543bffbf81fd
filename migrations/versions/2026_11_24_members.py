"""Members and the history of their standing."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "members",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "standing",
            sa.Enum(
                "active",
                "suspended",
                "expelled",
                "lapsed",
                "left",
                name="standing",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("standing_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("standing_until", sa.Date(), nullable=True),
        sa.Column("standing_because", sa.Text(), nullable=False),
        sa.Column("bar_until", sa.Date(), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("term_ends_on", sa.Date(), nullable=False),
        sa.Column("stage_name", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        sa.Column("legal_name", sa.Text(), nullable=False),
        sa.Column("legal_name_public", sa.Boolean(), nullable=False),
        sa.Column("biography", sa.Text(), nullable=False),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("topics", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("languages", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("portrait", sa.Text(), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(standing = 'suspended') = (standing_until IS NOT NULL)",
            name=op.f("ck_members_only_suspended_until"),
        ),
        sa.CheckConstraint(
            "standing <> 'expelled' OR bar_until IS NOT NULL",
            name=op.f("ck_members_expelled_barred"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_members_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["province"], ["provinces.key"], name=op.f("fk_members_province_provinces")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
        sa.UniqueConstraint("account_id", name=op.f("uq_members_account_id")),
        sa.UniqueConstraint("number", name=op.f("uq_members_number")),
        sa.UniqueConstraint("serial", name=op.f("uq_members_serial")),
    )
    op.create_index(
        "ix_members_standing_joined_at", "members", ["standing", "joined_at"], unique=False
    )
    op.create_table(
        "standing_changes",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "old",
            sa.Enum(
                "active",
                "suspended",
                "expelled",
                "lapsed",
                "left",
                name="old",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "new",
            sa.Enum(
                "active",
                "suspended",
                "expelled",
                "lapsed",
                "left",
                name="new",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "party",
            sa.Enum(
                "reviewer",
                "member",
                "administrator",
                "clock",
                name="party",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_standing_changes_member_id_members")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_changes")),
    )
    op.create_index(
        "ix_standing_changes_member_id_at", "standing_changes", ["member_id", "at"], unique=False
    )
    for moment, level in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER standing_changes_stay_{level.lower()} BEFORE {moment} ON standing_changes"
            f" FOR EACH {level} EXECUTE FUNCTION append_only()"
        )


def downgrade() -> None:
    op.drop_index("ix_standing_changes_member_id_at", table_name="standing_changes")
    op.drop_table("standing_changes")
    op.drop_index("ix_members_standing_joined_at", table_name="members")
    op.drop_table("members")
