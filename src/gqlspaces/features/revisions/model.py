"""The table of revisions."""

from typing import Any, ClassVar, Final

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from gqlspaces.kernel.entity import SpacePart, json_column

SNAPSHOT_EVERY: Final = 50
"""After how many versions a revision holds the Space as a whole."""


class Revision(SpacePart, table=True):
    """What one transaction changed in a Space; its number is the Space's version after it.

    ``changes`` turn a copy of the Space at the version before into one at this version. Every now
    and then ``snapshot`` is such a copy as a whole, so that no history is read from its beginning.
    """

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("space_id", "number"),)
    prefix: ClassVar[str] = "rv"
    raises_version: ClassVar[bool] = False

    number: int = Field(description="The version of the Space that it made.")
    structural: bool = Field(
        description="Whether it changed the Blueprint, and not only what a Space alone has."
    )
    changes: list[dict[str, Any]] = json_column("What it changed, row by row (RFC 6902).")
    snapshot: dict[str, Any] | None = json_column(
        "The Space as a whole after it, in some revisions.", default=None
    )
    created_by: str = Field(max_length=64, description="The key that made the change.")
    job_id: str | None = Field(
        default=None, max_length=64, description="The Job under whose lease it was made."
    )
