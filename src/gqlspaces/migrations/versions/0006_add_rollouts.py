"""Apps whose Blueprints have a history and go to many Spaces."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# A Blueprint that an App has already is the first of its history; its id has the App's digits.
_FIRST_REVISIONS = """
INSERT INTO app_revision
  (id, environment_id, created_at, updated_at, app_id, number, blueprint, created_by)
SELECT 'ar_' || substr(id, 5), environment_id, updated_at, updated_at, id, 1, blueprint, ''
FROM app WHERE blueprint IS NOT NULL
"""


def upgrade() -> None:
    """Bring the schema to this revision."""
    with op.batch_alter_table("app", schema=None) as batch_op:
        batch_op.add_column(sa.Column("configure_timeout", sa.Integer(), nullable=True))
    with op.batch_alter_table("space", schema=None) as batch_op:
        batch_op.add_column(sa.Column("app_revision", sa.Integer(), nullable=True))
        batch_op.create_index("ix_space_app", ["app_id", "id"], unique=False)

    op.create_table(
        "app_revision",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("environment_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("app_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("blueprint", sa.JSON(), nullable=False),
        sa.Column("template_id", sa.String(length=64), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["app_id"], ["app.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("app_id", "number"),
    )
    with op.batch_alter_table("app_revision", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_app_revision_environment_id"), ["environment_id"], unique=False
        )
    op.execute(sa.text(_FIRST_REVISIONS))

    op.create_table(
        "rollout",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("environment_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("app_id", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("reverts_id", sa.String(length=64), nullable=True),
        sa.Column("on_drift", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("space_ids", sa.JSON(), nullable=True),
        sa.Column("position", sa.String(length=64), nullable=False),
        sa.Column("last_id", sa.String(length=64), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("migrated", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["app_id"], ["app.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("rollout", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rollout_app_id"), ["app_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_rollout_environment_id"), ["environment_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_rollout_status"), ["status"], unique=False)

    op.create_table(
        "rollout_step",
        sa.Column("rollout_id", sa.String(length=64), nullable=False),
        sa.Column("space_id", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("app_revision", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["rollout_id"], ["rollout.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["space_id"], ["space.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("rollout_id", "space_id"),
    )
    with op.batch_alter_table("rollout_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rollout_step_space_id"), ["space_id"], unique=False)


def downgrade() -> None:
    """Take the schema back to the revision before."""
    with op.batch_alter_table("rollout_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rollout_step_space_id"))

    op.drop_table("rollout_step")
    with op.batch_alter_table("rollout", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rollout_status"))
        batch_op.drop_index(batch_op.f("ix_rollout_environment_id"))
        batch_op.drop_index(batch_op.f("ix_rollout_app_id"))

    op.drop_table("rollout")
    with op.batch_alter_table("app_revision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_app_revision_environment_id"))

    op.drop_table("app_revision")
    with op.batch_alter_table("space", schema=None) as batch_op:
        batch_op.drop_index("ix_space_app")
        batch_op.drop_column("app_revision")

    with op.batch_alter_table("app", schema=None) as batch_op:
        batch_op.drop_column("configure_timeout")
