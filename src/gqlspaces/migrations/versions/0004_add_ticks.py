"""What starts by the clock, and which Action made a Job."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Until now nothing started by itself: those that were to begin at their next period.
_TICKS = """
    INSERT INTO tick (id, environment_id, created_at, updated_at, space_id, action_id, target_id,
                      cadence, period)
    SELECT 'tk_' || substr(id, 4), environment_id, updated_at, updated_at, space_id, id, id,
           schedule, ''
    FROM action WHERE schedule IS NOT NULL
"""


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.add_column("job", sa.Column("action_id", sa.String(length=64), nullable=True))
    op.create_table(
        "tick",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("environment_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("space_id", sa.String(length=64), nullable=True),
        sa.Column("action_id", sa.String(length=64), nullable=True),
        sa.Column("target_id", sa.String(length=64), nullable=False),
        sa.Column("cadence", sa.String(length=32), nullable=False),
        sa.Column("period", sa.String(length=32), nullable=False),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["space_id"], ["space.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("target_id", "cadence"),
    )
    with op.batch_alter_table("tick", schema=None) as batch_op:
        batch_op.create_index("ix_tick_due", ["cadence", "period"], unique=False)
        batch_op.create_index(batch_op.f("ix_tick_action_id"), ["action_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_tick_environment_id"), ["environment_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_tick_space_id"), ["space_id"], unique=False)
    op.execute(_TICKS)


def downgrade() -> None:
    """Take the schema back to the revision before."""
    op.drop_table("tick")
    op.drop_column("job", "action_id")
