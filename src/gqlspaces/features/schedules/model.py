"""The table of what started by the clock."""

from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from gqlspaces.kernel.entity import SpacePart, time_column, word_column


class Cadence(StrEnum):
    """How often something starts by the clock."""

    FIVE_MINUTES = "5-minutes"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"

    __descriptions__ = MappingProxyType(
        {
            "FIVE_MINUTES": "Every five minutes.",
            "HOURLY": "At every full hour, UTC.",
            "DAILY": "At midnight in the time zone of the service.",
            "WEEKLY": "At midnight before Monday in the time zone of the service.",
        }
    )


class Tick(SpacePart, table=True):
    """Up to which period of the clock an Action was started, or listeners heard of the clock.

    There is one for each target and cadence; whoever moves it to a new period starts the target
    in the same transaction, so that it starts once however many nodes look at the clock.
    """

    __tablename__ = "tick"
    __table_args__ = (
        UniqueConstraint("target_id", "cadence"),
        Index("ix_tick_due", "cadence", "period"),
    )
    prefix: ClassVar[str] = "tk"
    raises_version: ClassVar[bool] = False

    space_id: str | None = Field(  # type: ignore[assignment]
        default=None,
        foreign_key="space.id",
        ondelete="CASCADE",
        index=True,
        max_length=64,
        description="The Space of the Action.",
    )
    action_id: str | None = Field(
        default=None,
        foreign_key="action.id",
        ondelete="CASCADE",
        index=True,
        max_length=64,
        description="The Action that starts; null where it is the environment's `cron` event.",
    )
    target_id: str = Field(max_length=64, description="The Action or the Environment.")
    cadence: Cadence = word_column("How often it starts.")
    period: str = Field(
        default="",
        max_length=32,
        description="The last period that was seen, such as `2026-W07`; empty before the first.",
    )
    fired_at: datetime | None = time_column(
        "When it last started; null before its first new period.", default=None
    )
