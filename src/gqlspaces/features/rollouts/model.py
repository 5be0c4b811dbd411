"""The tables of rollouts."""

from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar

from sqlmodel import Field, SQLModel

from gqlspaces.kernel.entity import Entity, json_column, time_column, word_column


class OnDrift(StrEnum):
    """What happens to a Space whose structure is not what its App gave it."""

    MERGE = "merge"
    OVERWRITE = "overwrite"
    SKIP = "skip"

    __descriptions__ = MappingProxyType(
        {
            "MERGE": "It gets what the revision changes, and keeps what is its own. Where its App "
            "never configured it, it stays as it is.",
            "OVERWRITE": "It gets the revision as it is, and loses what is its own.",
            "SKIP": "It stays as it is.",
        }
    )


class RolloutStatus(StrEnum):
    """Where a rollout is."""

    RUNNING = "running"
    STOPPED = "stopped"
    COMPLETE = "complete"


class StepOutcome(StrEnum):
    """What a rollout did to one Space."""

    MIGRATED = "migrated"
    SKIPPED = "skipped"
    FAILED = "failed"


class Rollout(Entity, table=True):
    """A revision of an App's Blueprint on its way to the App's Spaces, one after the other.

    Spaces are taken in the order of their ids, from behind ``position`` to ``last_id``; those made
    later start from what the App has then. ``space_ids`` limits it to some. It goes to all
    namespaces, so keys limited to some neither make one nor see it.
    """

    __tablename__ = "rollout"
    prefix: ClassVar[str] = "ro"

    app_id: str = Field(
        foreign_key="app.id", ondelete="CASCADE", index=True, max_length=64, description="The App."
    )
    revision: int | None = Field(
        default=None,
        description="The revision that Spaces are given; null where another rollout is reverted.",
    )
    reverts_id: str | None = Field(
        default=None, max_length=64, description="The rollout that it takes back."
    )
    on_drift: OnDrift = word_column("What happens to Spaces that were changed meanwhile.")
    status: RolloutStatus = word_column("Where it is.", default=RolloutStatus.RUNNING, index=True)
    space_ids: list[str] | None = json_column(
        "The Spaces it is limited to, in order; null where it is for all.", default=None
    )
    position: str = Field(default="", max_length=64)
    last_id: str = Field(default="", max_length=64)
    total: int = Field(default=0, description="How many Spaces there were when it began.")
    migrated: int = Field(default=0, description="How many have been given the revision.")
    skipped: int = Field(default=0, description="How many were passed over.")
    failed: int = Field(default=0, description="How many could not be given it.")
    job_id: str = Field(
        default="",
        max_length=64,
        description="Its Job, of which each Space is a part; after a stop it gets another.",
    )
    created_by: str = Field(default="", max_length=64, description="The key that made it.")
    finished_at: datetime | None = time_column("When it had gone over all Spaces.", default=None)

    @property
    def done(self) -> int:
        """How many Spaces it has gone over."""
        return self.migrated + self.skipped + self.failed


class RolloutStep(SQLModel, table=True):
    """What a rollout did to one Space, and what the Space was before; it does it once."""

    __tablename__ = "rollout_step"

    rollout_id: str = Field(
        foreign_key="rollout.id", ondelete="CASCADE", primary_key=True, max_length=64
    )
    space_id: str = Field(
        foreign_key="space.id", ondelete="CASCADE", primary_key=True, index=True, max_length=64
    )
    outcome: StepOutcome = word_column("What became of it.")
    message: str | None = Field(default=None)
    version: int
    app_revision: int | None = Field(default=None)
