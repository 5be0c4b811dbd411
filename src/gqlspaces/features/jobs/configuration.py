"""What may be said about a Job when it is made, worked on and settled (domain reference 2.9)."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, Field, Strict, model_validator

from gqlspaces.blueprint.configuration import Configuration
from gqlspaces.blueprint.json_value import JsonObject, check_json
from gqlspaces.blueprint.patch import Patch
from gqlspaces.blueprint.problems import Problem, ProblemCode, refuse, reject, within
from gqlspaces.blueprint.text import Flag, Ids, Name, Prose, Word
from gqlspaces.features.jobs.model import (
    LEASE_SECONDS,
    MAX_ATTEMPTS,
    JobMode,
    JobTrigger,
    JobType,
)
from gqlspaces.features.jobs.outcome import JobOutcomeConfig

SHORTEST_LEASE: Final = 5
LONGEST_LEASE: Final = 3600
MOST_ATTEMPTS: Final = 100
MOST_PARTS: Final = 1000
MOST_PATTERNS: Final = 100
MOST_CLAIMS: Final = 100

Progress = Annotated[int, Strict(), Field(ge=0, le=100)]
LeaseSeconds = Annotated[int, Strict(), Field(ge=SHORTEST_LEASE, le=LONGEST_LEASE)]
Attempts = Annotated[int, Strict(), Field(ge=1, le=MOST_ATTEMPTS)]
Patterns = Annotated[list[Name], Field(min_length=1, max_length=MOST_PATTERNS)]


def _check_moment(value: datetime) -> datetime:
    if value.tzinfo is None:
        reject(ProblemCode.INVALID, "Must have a time zone, such as a final Z.")
    return value


Moment = Annotated[datetime, AfterValidator(_check_moment)]


def _check_parts(value: Any) -> list[dict[str, Any]]:
    """Give what each part is about, from a list or from how many parts there are."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not is_number and not isinstance(value, list):
        reject(ProblemCode.INVALID, "Must be a whole number or a list of objects.")
    if not 1 <= (value if is_number else len(value)) <= MOST_PARTS:
        reject(ProblemCode.INVALID, f"Must make 1 to {MOST_PARTS} parts.")
    if is_number:
        return [{"part": part} for part in range(value)]
    for index, part in enumerate(value):
        with within(str(index)):
            if not isinstance(part, dict):
                reject(ProblemCode.INVALID, "Must be an object.")
            check_json(part)
    return list(value)


class JobSubjectType(StrEnum):
    """Whether a Job is about one thing or about many."""

    RESOURCE = "resource"
    COLLECTION = "collection"


class JobSubjectConfig(Configuration):
    """What a Job is about: one resource, or those of a collection that a query finds."""

    type: JobSubjectType = Field(description="Whether it is one thing or many.")
    id: Word | None = Field(default=None, description="The resource.")
    resource: Word | None = Field(default=None, description="What kind of things are collected.")
    params: JsonObject | None = Field(
        default=None, description="Where they are, such as `sheetId` and `columnKey`."
    )
    query: JsonObject | None = Field(default=None, description="Which of them are meant.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        is_one = self.type is JobSubjectType.RESOURCE
        needed, others = ("id", ["resource", "params", "query"]) if is_one else ("resource", ["id"])
        told = [
            Problem(ProblemCode.INVALID, f"Does not apply to a {self.type}.", (name,))
            for name in others
            if getattr(self, name) is not None
        ]
        if getattr(self, needed) is None:
            told.append(Problem(ProblemCode.REQUIRED, "Is required.", (needed,)))
        refuse(told)
        return self


class JobConfig(Configuration):
    """A piece of work for a listener."""

    type: JobType = Field(description="What kind of thing it works on.")
    operation: Word = Field(description="What is to be done; may contain colons.")
    destination_id: Word | None = Field(
        default=None, description="The Workbook that its result goes to."
    )
    config: JsonObject | None = Field(default=None, description="Settings of the operation.")
    trigger: JobTrigger = Field(
        default=JobTrigger.IMMEDIATE,
        description="What starts it: `manual` waits for `executeJob`.",
    )
    mode: JobMode = Field(
        default=JobMode.FOREGROUND, description="How it runs for the person who started it."
    )
    input: JsonObject | None = Field(default=None, description="Answers to an Action's form.")
    subject: JobSubjectConfig | None = Field(default=None, description="What it is about.")
    info: Prose | None = Field(default=None, description="What it is doing, for people.")
    managed: Flag = Field(default=False, description="Whether the service looks after it.")
    metadata: JsonObject | None = Field(default=None, description="Any JSON of yours.")
    run_at: Moment | None = Field(default=None, description="When it is to start.")
    predecessor_ids: Ids = Field(
        default=[], description="The Jobs that must be complete before it is ready."
    )
    max_attempts: Attempts = Field(
        default=MAX_ATTEMPTS,
        description=f"How often listeners may take it before it has failed; up to {MOST_ATTEMPTS}.",
    )
    estimated_completion_at: Moment | None = Field(
        default=None, description="When it is expected to end."
    )


class JobReport(Patch):
    """What the holder of a Job tells about it; absent leaves as it is, null clears."""

    progress: Progress | None = Field(
        default=None,
        description="How far it has come, from 0 to 100; it only grows while one listener works.",
    )
    info: Prose | None = Field(default=None, description="What it is doing, for people.")
    estimated_completion_at: Moment | None = Field(
        default=None, description="When it is expected to end."
    )
    lease_seconds: LeaseSeconds | None = Field(
        default=None,
        description=(
            "How long it is held without another heartbeat, in seconds: "
            f"{SHORTEST_LEASE} to {LONGEST_LEASE}, by default {LEASE_SECONDS}."
        ),
    )


class JobAck(JobReport):
    """How a listener takes a Job."""

    holder: Name | None = Field(
        default=None,
        description=(
            "The name of the process that takes it, unlike that of any other: acknowledging again "
            "under this name is a heartbeat. Without a name it is a conflict."
        ),
    )


class JobChanges(JobReport):
    """What the holder of a Job may change."""

    metadata: JsonObject | None = Field(
        default=None, description="Changes to be merged into its metadata (RFC 7386)."
    )


class JobClaim(Configuration):
    """Which ready Jobs a listener takes."""

    jobs: Patterns = Field(description="Patterns of names, such as `space:configure`.")
    namespaces: Patterns | None = Field(
        default=None, description="Patterns of namespaces, such as `space:green`; else all."
    )
    holder: Name = Field(description="The name of the process that takes them.")
    limit: Annotated[int, Strict(), Field(ge=1, le=MOST_CLAIMS)] = Field(
        default=1, description=f"How many to take at the most, up to {MOST_CLAIMS}."
    )
    lease_seconds: LeaseSeconds = Field(
        default=LEASE_SECONDS,
        description="How long they are held without a heartbeat, in seconds.",
    )


class JobSettlement(Configuration):
    """How a Job has ended."""

    outcome: JobOutcomeConfig | None = Field(default=None, description="What the person is shown.")
    info: Prose | None = Field(default=None, description="How it ended, for people.")
    result: JsonObject | None = Field(default=None, description="What came out, for programs.")


class JobSplit(Configuration):
    """How a Job is cut into parts."""

    parts: Annotated[Any, AfterValidator(_check_parts)] = Field(
        description="How many parts, or a list with an object for each part."
    )
    run_in_parallel: Flag = Field(
        default=False, description="Whether the parts run side by side; else in their order."
    )
