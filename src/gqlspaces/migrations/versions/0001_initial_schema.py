"""Initial schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("environment_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("hint", sa.String(length=24), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("namespaces", sa.JSON(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("hash"),
    )
    op.create_index("ix_api_key_environment_id", "api_key", ["environment_id"])

    op.create_table(
        "app",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("environment_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("namespace", sa.String(length=63), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("entity", sa.String(length=255), nullable=False),
        sa.Column("entity_plural", sa.String(length=255), nullable=False),
        sa.Column("icon", sa.String(length=255), nullable=True),
        sa.Column("meta", sa.JSON(), nullable=False),
        sa.Column("environment_filters", sa.JSON(), nullable=True),
        sa.Column("blueprint", sa.JSON(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("environment_id", "name"),
    )
    op.create_index("ix_app_environment_id", "app", ["environment_id"])

    op.create_table(
        "environment",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("environment_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("slug", sa.String(length=255), nullable=False),
        sa.Column("is_prod", sa.Boolean(), nullable=False),
        sa.Column("guest_authentication", sa.JSON(), nullable=False),
        sa.Column("features", sa.JSON(), nullable=False),
        sa.Column("meta", sa.JSON(), nullable=False),
        sa.Column("translations_path", sa.String(length=2048), nullable=True),
        sa.Column("namespaces", sa.JSON(), nullable=False),
        sa.Column("language_override", sa.String(length=35), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
    )
    op.create_index("ix_environment_environment_id", "environment", ["environment_id"])

    op.create_table(
        "event",
        sa.Column("environment_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("domain", sa.String(length=32), nullable=False),
        sa.Column("namespace", sa.String(length=63), nullable=True),
        sa.Column("space_id", sa.String(length=64), nullable=True),
        sa.Column("namespaces", sa.JSON(), nullable=False),
        sa.Column("context", sa.JSON(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("origin", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("environment_id", "seq"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_event_namespace", "event", ["environment_id", "namespace", "seq"])
    op.create_index("ix_event_space", "event", ["environment_id", "space_id", "seq"])

    op.create_table(
        "event_stream",
        sa.Column("environment_id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.String(length=64), nullable=False),
        sa.Column("head", sa.BigInteger(), nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("environment_id"),
    )
    op.create_table(
        "idempotency",
        sa.Column("environment_id", sa.String(length=64), nullable=False),
        sa.Column("caller", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("environment_id", "caller", "key"),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"])

    op.create_table(
        "space",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("environment_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("namespace", sa.String(length=63), nullable=True),
        sa.Column("effective_namespace", sa.String(length=63), nullable=True),
        sa.Column("app_id", sa.String(length=64), nullable=True),
        sa.Column("display_order", sa.Integer(), nullable=True),
        sa.Column("guest_authentication", sa.JSON(), nullable=True),
        sa.Column("space_config_id", sa.String(length=64), nullable=True),
        sa.Column("primary_workbook_id", sa.String(length=64), nullable=True),
        sa.Column("meta", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("access", sa.JSON(), nullable=True),
        sa.Column("auto_configure", sa.Boolean(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("translations_path", sa.String(length=2048), nullable=True),
        sa.Column("language_override", sa.String(length=35), nullable=True),
        sa.Column("is_app_template", sa.Boolean(), nullable=False),
        sa.Column("is_collaborative", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_from", sa.String(length=64), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("upgraded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_activity_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_propagated_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["app_id"],
            ["app.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_space_created", "space", ["environment_id", "created_at", "id"])
    op.create_index("ix_space_environment_id", "space", ["environment_id"])
    op.create_index("ix_space_namespace", "space", ["environment_id", "effective_namespace"])

    op.create_table(
        "document",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("environment_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("space_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("treatments", sa.JSON(), nullable=False),
        sa.Column("created_from", sa.String(length=64), nullable=True),
        sa.Column("last_propagated_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["space_id"], ["space.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("space_id", "title"),
    )
    op.create_index("ix_document_environment_id", "document", ["environment_id"])
    op.create_index("ix_document_space_id", "document", ["space_id"])

    op.create_table(
        "job",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("environment_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("space_id", sa.String(length=64), nullable=True),
        sa.Column("app_id", sa.String(length=64), nullable=True),
        sa.Column("workbook_id", sa.String(length=64), nullable=True),
        sa.Column("sheet_id", sa.String(length=64), nullable=True),
        sa.Column("document_id", sa.String(length=64), nullable=True),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("operation", sa.String(length=255), nullable=False),
        sa.Column("source_id", sa.String(length=64), nullable=False),
        sa.Column("destination_id", sa.String(length=64), nullable=True),
        sa.Column("config", sa.JSON(), nullable=True),
        sa.Column("trigger", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("input", sa.JSON(), nullable=True),
        sa.Column("subject", sa.JSON(), nullable=True),
        sa.Column("outcome", sa.JSON(), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("info", sa.String(), nullable=True),
        sa.Column("managed", sa.Boolean(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=True),
        sa.Column("part_data", sa.JSON(), nullable=True),
        sa.Column("part_execution", sa.String(length=32), nullable=True),
        sa.Column("parts_result", sa.JSON(), nullable=True),
        sa.Column("parent_id", sa.String(length=64), nullable=True),
        sa.Column("predecessor_ids", sa.JSON(), nullable=False),
        sa.Column("meta", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(length=64), nullable=True),
        sa.Column("last_lease", sa.String(length=64), nullable=True),
        sa.Column("holder", sa.String(length=255), nullable=True),
        sa.Column("lease_seconds", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("estimated_completion_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome_acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["job.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["space_id"], ["space.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_job_available_at", "job", ["status", "available_at"])
    op.create_index("ix_job_created", "job", ["environment_id", "created_at", "id"])
    op.create_index("ix_job_environment_id", "job", ["environment_id"])
    op.create_index("ix_job_lease_until", "job", ["status", "lease_until"])
    op.create_index("ix_job_parent_id", "job", ["parent_id"])
    op.create_index("ix_job_source_id", "job", ["source_id"])
    op.create_index("ix_job_space_id", "job", ["space_id"])
    op.create_index("ix_job_status", "job", ["environment_id", "status", "id"])
    op.create_index("ix_job_workbook_id", "job", ["workbook_id"])

    op.create_table(
        "workbook",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("environment_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("space_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("namespace", sa.String(length=63), nullable=True),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("meta", sa.JSON(), nullable=False),
        sa.Column("treatments", sa.JSON(), nullable=False),
        sa.Column("storage_strategy", sa.String(length=32), nullable=False),
        sa.Column("folder", sa.String(length=255), nullable=True),
        sa.Column("created_from", sa.String(length=64), nullable=True),
        sa.Column("last_propagated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["space_id"], ["space.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("space_id", "name"),
    )
    op.create_index("ix_workbook_environment_id", "workbook", ["environment_id"])
    op.create_index("ix_workbook_space_id", "workbook", ["space_id"])

    op.create_table(
        "sheet",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("environment_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("space_id", sa.String(length=64), nullable=False),
        sa.Column("workbook_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("slug", sa.String(length=255), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("readonly", sa.Boolean(), nullable=False),
        sa.Column("allow_additional_fields", sa.Boolean(), nullable=False),
        sa.Column("mapping_confidence_threshold", sa.Float(), nullable=False),
        sa.Column("access", sa.JSON(), nullable=False),
        sa.Column("constraints", sa.JSON(), nullable=False),
        sa.Column("treatments", sa.JSON(), nullable=False),
        sa.Column("collection", sa.String(length=255), nullable=True),
        sa.Column("meta", sa.JSON(), nullable=False),
        sa.Column("locked_by", sa.String(length=64), nullable=True),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_from", sa.String(length=64), nullable=True),
        sa.Column("last_propagated_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["space_id"], ["space.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workbook_id"], ["workbook.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workbook_id", "slug"),
    )
    op.create_index("ix_sheet_environment_id", "sheet", ["environment_id"])
    op.create_index("ix_sheet_space_id", "sheet", ["space_id"])

    op.create_table(
        "field",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("environment_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("space_id", sa.String(length=64), nullable=False),
        sa.Column("workbook_id", sa.String(length=64), nullable=False),
        sa.Column("sheet_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=255), nullable=True),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("constraints", sa.JSON(), nullable=False),
        sa.Column("readonly", sa.Boolean(), nullable=False),
        sa.Column("appearance", sa.JSON(), nullable=True),
        sa.Column("config", sa.JSON(), nullable=False),
        sa.Column("alternative_names", sa.JSON(), nullable=False),
        sa.Column("treatments", sa.JSON(), nullable=False),
        sa.Column("meta", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheet.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["space_id"], ["space.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workbook_id"], ["workbook.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sheet_id", "key"),
    )
    op.create_index("ix_field_environment_id", "field", ["environment_id"])
    op.create_index("ix_field_space_id", "field", ["space_id"])
    op.create_index("ix_field_workbook_id", "field", ["workbook_id"])

    op.create_table(
        "action",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("environment_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("space_id", sa.String(length=64), nullable=False),
        sa.Column("target_id", sa.String(length=64), nullable=False),
        sa.Column("workbook_id", sa.String(length=64), nullable=True),
        sa.Column("sheet_id", sa.String(length=64), nullable=True),
        sa.Column("field_id", sa.String(length=64), nullable=True),
        sa.Column("document_id", sa.String(length=64), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("operation", sa.String(length=255), nullable=False),
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("primary", sa.Boolean(), nullable=False),
        sa.Column("confirm", sa.Boolean(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("tooltip", sa.String(), nullable=True),
        sa.Column("icon", sa.String(length=255), nullable=True),
        sa.Column("messages", sa.JSON(), nullable=False),
        sa.Column("constraints", sa.JSON(), nullable=False),
        sa.Column("schedule", sa.String(length=32), nullable=True),
        sa.Column("input_form", sa.JSON(), nullable=True),
        sa.Column("mount", sa.JSON(), nullable=True),
        sa.Column("guide", sa.JSON(), nullable=True),
        sa.Column("guardrail", sa.JSON(), nullable=True),
        sa.Column("invalid_conditional_messaging", sa.Boolean(), nullable=True),
        sa.Column("valid_records_message", sa.String(), nullable=True),
        sa.Column("invalid_records_message", sa.String(), nullable=True),
        sa.Column("created_from", sa.String(length=64), nullable=True),
        sa.Column("last_propagated_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["field_id"], ["field.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheet.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["space_id"], ["space.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workbook_id"], ["workbook.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("target_id", "operation"),
    )
    op.create_index("ix_action_document_id", "action", ["document_id"])
    op.create_index("ix_action_environment_id", "action", ["environment_id"])
    op.create_index("ix_action_field_id", "action", ["field_id"])
    op.create_index("ix_action_sheet_id", "action", ["sheet_id"])
    op.create_index("ix_action_space_id", "action", ["space_id"])
    op.create_index("ix_action_workbook_id", "action", ["workbook_id"])


def downgrade() -> None:
    """Take the schema back to the revision before."""
    for name in (
        "action",
        "field",
        "sheet",
        "workbook",
        "job",
        "document",
        "space",
        "idempotency",
        "event_stream",
        "event",
        "environment",
        "app",
        "api_key",
    ):
        op.drop_table(name)
