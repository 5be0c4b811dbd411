"""Who listens."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "listener",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("environment_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.Column("limited_to", sa.String(), nullable=True),
        sa.Column("version", sa.String(length=255), nullable=True),
        sa.Column("registrations", sa.JSON(), nullable=False),
        sa.Column("filter", sa.JSON(), nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disconnected_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("environment_id", "key_id", "name"),
    )
    with op.batch_alter_table("listener", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_listener_environment_id"), ["environment_id"], unique=False
        )
        batch_op.create_index("ix_listener_seen", ["environment_id", "last_seen_at"], unique=False)
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("silences", sa.Integer(), nullable=False, server_default=sa.text("0"))
        )
        batch_op.add_column(sa.Column("silent_holder", sa.String(length=255), nullable=True))
        batch_op.create_index("ix_job_holder", ["environment_id", "holder"], unique=False)


def downgrade() -> None:
    """Take the schema back to the revision before."""
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_holder")
        batch_op.drop_column("silent_holder")
        batch_op.drop_column("silences")

    with op.batch_alter_table("listener", schema=None) as batch_op:
        batch_op.drop_index("ix_listener_seen")
        batch_op.drop_index(batch_op.f("ix_listener_environment_id"))

    op.drop_table("listener")
