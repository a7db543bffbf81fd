"""Applications and the scores of their assessment."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "applications",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "in_review",
                "info_requested",
                "approved",
                "declined",
                "withdrawn",
                "expired",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("promised_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewer_id", sa.Uuid(), nullable=True),
        sa.Column("asked_sections", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("mended_sections", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("legal_name", sa.Text(), nullable=True),
        sa.Column("name_key", sa.Text(), nullable=True),
        sa.Column("legal_name_public", sa.Boolean(), nullable=False),
        sa.Column("stage_name", sa.Text(), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("province", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("contact_email", sa.Text(), nullable=True),
        sa.Column("topics", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("languages", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("biography", sa.Text(), nullable=False),
        sa.Column("qualifications", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("portrait", sa.Text(), nullable=True),
        sa.Column("has_agency", sa.Boolean(), nullable=True),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("has_exclusive_brands", sa.Boolean(), nullable=True),
        sa.Column("exclusive_brands", sa.Text(), nullable=False),
        sa.Column("has_penalties", sa.Boolean(), nullable=True),
        sa.Column("penalties", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decision_reasons", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("decision_text", sa.Text(), nullable=False),
        sa.Column("total_points", sa.Integer(), nullable=True),
        sa.Column("against_mark_because", sa.Text(), nullable=False),
        sa.Column("reapply_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status IN ('approved', 'declined')) = (decided_at IS NOT NULL AND decided_by IS NOT NULL)",
            name=op.f("ck_applications_decided_with_date"),
        ),
        sa.CheckConstraint(
            "status <> 'declined' OR (cardinality(decision_reasons) > 0 AND reapply_on IS NOT NULL)",
            name=op.f("ck_applications_declined_with_reasons"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'withdrawn', 'expired') OR (legal_name IS NOT NULL AND name_key IS NOT NULL AND stage_name IS NOT NULL AND birth_date IS NOT NULL AND province IS NOT NULL AND phone IS NOT NULL AND contact_email IS NOT NULL AND cardinality(topics) > 0 AND cardinality(languages) > 0 AND biography <> '' AND portrait IS NOT NULL AND has_agency IS NOT NULL AND has_exclusive_brands IS NOT NULL AND has_penalties IS NOT NULL AND submitted_at IS NOT NULL AND promised_by IS NOT NULL)",
            name=op.f("ck_applications_whole_once_submitted"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('in_review', 'info_requested', 'approved', 'declined') OR reviewer_id IS NOT NULL",
            name=op.f("ck_applications_reviewed_by_somebody"),
        ),
        sa.CheckConstraint(
            "reviewer_id <> account_id", name=op.f("ck_applications_not_reviewed_by_oneself")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_applications_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_applications_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["accounts.id"], name=op.f("fk_applications_decided_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["province"], ["provinces.key"], name=op.f("fk_applications_province_provinces")
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["accounts.id"], name=op.f("fk_applications_reviewer_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
    )
    op.create_index(
        op.f("ix_applications_account_id"), "applications", ["account_id"], unique=False
    )
    op.create_index(
        "ix_applications_contact_email", "applications", ["contact_email"], unique=False
    )
    op.create_index(
        "ix_applications_name_key_birth_date",
        "applications",
        ["name_key", "birth_date"],
        unique=False,
    )
    op.create_index("ix_applications_phone", "applications", ["phone"], unique=False)
    op.create_index(
        "ix_applications_status_promised_by",
        "applications",
        ["status", "promised_by"],
        unique=False,
    )
    op.create_index(
        "uq_applications_one_open_per_account",
        "applications",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('draft', 'submitted', 'in_review', 'info_requested')"),
    )
    op.create_table(
        "pillar_scores",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("pillar", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("scored_by", sa.Uuid(), nullable=False),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("points >= 0", name=op.f("ck_pillar_scores_points_not_negative")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_pillar_scores_application_id_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["scored_by"], ["accounts.id"], name=op.f("fk_pillar_scores_scored_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pillar_scores")),
        sa.UniqueConstraint(
            "application_id", "pillar", name=op.f("uq_pillar_scores_application_id_pillar")
        ),
    )


def downgrade() -> None:
    op.drop_table("pillar_scores")
    op.drop_index(
        "uq_applications_one_open_per_account",
        table_name="applications",
        postgresql_where=sa.text("status IN ('draft', 'submitted', 'in_review', 'info_requested')"),
    )
    op.drop_index("ix_applications_status_promised_by", table_name="applications")
    op.drop_index("ix_applications_phone", table_name="applications")
    op.drop_index("ix_applications_name_key_birth_date", table_name="applications")
    op.drop_index("ix_applications_contact_email", table_name="applications")
    op.drop_index(op.f("ix_applications_account_id"), table_name="applications")
    op.drop_table("applications")
