"""The table of Jobs."""

from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from gqlspaces.kernel.entity import SpacePart, json_column, time_column, word_column


class JobType(StrEnum):
    """What kind of thing a Job works on; the first half of its name."""

    FILE = "file"
    WORKBOOK = "workbook"
    SHEET = "sheet"
    SPACE = "space"
    DOCUMENT = "document"
    APP = "app"
    AGENT = "agent"
    AUTOBUILD = "autobuild"
    ONBOARDING = "onboarding"


class JobStatus(StrEnum):
    """Where a Job is in its life."""

    CREATED = "created"
    PLANNING = "planning"
    SCHEDULED = "scheduled"
    READY = "ready"
    EXECUTING = "executing"
    COMPLETE = "complete"
    FAILED = "failed"
    CANCELED = "canceled"
    WAITING = "waiting"

    __descriptions__ = MappingProxyType(
        {
            "CREATED": "It was just made; seen only in the event `job:created`.",
            "PLANNING": "It waits for somebody to execute it.",
            "SCHEDULED": "It waits for its time, or for the time of its next attempt.",
            "READY": "A listener may take it.",
            "EXECUTING": "A listener holds it by a lease.",
            "COMPLETE": "It ended well.",
            "FAILED": "It ended badly; it may be tried again.",
            "CANCELED": "It was called off.",
            "WAITING": "It waits for Jobs that come before it.",
        }
    )


class JobTrigger(StrEnum):
    """What starts a Job."""

    MANUAL = "manual"
    IMMEDIATE = "immediate"


class JobMode(StrEnum):
    """How a Job runs for the person who started it."""

    FOREGROUND = "foreground"
    BACKGROUND = "background"
    TOOLBAR_BLOCKING = "toolbarBlocking"
    HIDDEN = "hidden"


class PartExecution(StrEnum):
    """Whether the parts of a Job run one after the other or side by side."""

    SEQUENTIAL = "sequential"
    PARALLEL = "parallel"


FINAL = frozenset({JobStatus.COMPLETE, JobStatus.FAILED, JobStatus.CANCELED})
"""The statuses in which nothing more happens by itself."""

MAX_ATTEMPTS = 3
"""How often a Job is given to a listener unless it says otherwise."""

LEASE_SECONDS = 300
"""How long a lease lasts when the listener does not say; plain listeners send no heartbeat."""


class Job(SpacePart, table=True):
    """A piece of work for a listener, held by at most one at a time (domain reference 2.9).

    Who holds a Job presents its ``lease``, a secret that no reader is shown. ``last_lease`` is the
    one that settled it, so that repeating a settlement whose answer was lost gives that answer.
    A lease without ``lease_until`` does not run out: its holder waits for the parts of the Job.
    A Job without a Space is seen by keys of the whole environment only.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_created", "environment_id", "created_at", "id"),
        Index("ix_job_status", "environment_id", "status", "id"),
        Index("ix_job_lease_until", "status", "lease_until"),
        Index("ix_job_available_at", "status", "available_at"),
        Index("ix_job_holder", "environment_id", "holder"),
    )
    prefix: ClassVar[str] = "jb"
    raises_version: ClassVar[bool] = False

    space_id: str | None = Field(  # type: ignore[assignment]
        default=None,
        foreign_key="space.id",
        ondelete="CASCADE",
        index=True,
        max_length=64,
        description="The Space it belongs to.",
    )
    app_id: str | None = Field(default=None, max_length=64, description="The App it works on.")
    workbook_id: str | None = Field(
        default=None, index=True, max_length=64, description="The Workbook it works on or in."
    )
    sheet_id: str | None = Field(default=None, max_length=64, description="The Sheet it works on.")
    document_id: str | None = Field(
        default=None, max_length=64, description="The Document it works on."
    )
    action_id: str | None = Field(
        default=None, max_length=64, description="The Action that made it."
    )
    type: JobType = word_column("What kind of thing it works on.")
    operation: str = Field(max_length=255, description="What is to be done.")
    source_id: str = Field(index=True, max_length=64, description="What it works on.")
    destination_id: str | None = Field(
        default=None, max_length=64, description="The Workbook that its result goes to."
    )
    config: dict[str, Any] | None = json_column("Settings of the operation.", default=None)
    trigger: JobTrigger = word_column("What starts it.", default=JobTrigger.IMMEDIATE)
    status: JobStatus = word_column("Where it is in its life.", default=JobStatus.CREATED)
    progress: int = Field(default=0, description="How far it has come, from 0 to 100.")
    mode: JobMode = word_column(
        "How it runs for the person who started it.", default=JobMode.FOREGROUND
    )
    input: dict[str, Any] | None = json_column(
        "What the person answered in the form of the Action.", default=None
    )
    subject: dict[str, Any] | None = json_column(
        "Which records or which resource it is about.", default=None
    )
    outcome: dict[str, Any] | None = json_column(
        "What the person is shown when it has ended.", default=None
    )
    result: dict[str, Any] | None = json_column("What came out of it, for programs.", default=None)
    info: str | None = Field(default=None, description="What it is doing, for people.")
    managed: bool = Field(default=False, description="Whether the service itself looks after it.")
    part: int | None = Field(default=None, description="Its place among the parts, from 0.")
    part_data: dict[str, Any] | None = json_column("Which part of the work it does.", default=None)
    part_execution: PartExecution | None = word_column(
        "Whether its parts run one after the other; null when it was not split.", default=None
    )
    parts_result: dict[str, int] | None = json_column(
        "How its parts ended, once all have: `total, completed, failed, canceled`.", default=None
    )
    parent_id: str | None = Field(
        default=None,
        foreign_key="job.id",
        ondelete="CASCADE",
        index=True,
        max_length=64,
        description="The Job it is a part of.",
    )
    predecessor_ids: list[str] = json_column(
        "The Jobs that must be complete before it is ready.", default_factory=list
    )
    meta: dict[str, Any] = json_column("Any JSON of yours.", default_factory=dict)
    created_by: str = Field(default="", max_length=64, description="The key or Job that made it.")
    attempt: int = Field(
        default=0, description="How often a listener has taken it since it was made or retried."
    )
    max_attempts: int = Field(
        default=MAX_ATTEMPTS, description="How often listeners may take it before it has failed."
    )
    lease: str | None = Field(default=None, max_length=64)
    last_lease: str | None = Field(default=None, max_length=64)
    holder: str | None = Field(
        default=None, max_length=255, description="Who works on it, or has brought it to its end."
    )
    lease_seconds: int = Field(
        default=LEASE_SECONDS, description="How long each heartbeat holds it, in seconds."
    )
    lease_until: datetime | None = time_column(
        "When the holder loses it without a heartbeat; null while nobody holds it or its holder "
        "waits for its parts.",
        default=None,
    )
    silences: int = Field(
        default=0,
        description="How often its holder fell silent and lost it, since it was made or retried.",
    )
    silent_holder: str | None = Field(
        default=None, max_length=255, description="Who held it when that last happened."
    )
    run_at: datetime | None = time_column("When it was wished to start.", default=None)
    available_at: datetime | None = time_column(
        "When it becomes ready, while it is scheduled.", default=None
    )
    started_at: datetime | None = time_column("When it was first taken.", default=None)
    finished_at: datetime | None = time_column("When it ended.", default=None)
    estimated_completion_at: datetime | None = time_column(
        "When its holder expects it to end.", default=None
    )
    outcome_acknowledged_at: datetime | None = time_column(
        "When a person acknowledged its outcome.", default=None
    )

    @property
    def name(self) -> str:
        """Its type and operation, such as ``space:configure``."""
        return f"{self.type}:{self.operation}"

    @property
    def is_final(self) -> bool:
        """Tell whether nothing more happens to it by itself."""
        return self.status in FINAL
