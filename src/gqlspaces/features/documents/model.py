"""The table of Documents."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from gqlspaces.kernel.entity import SpacePart, json_column, time_column


class Document(SpacePart, table=True):
    """A static page of a Space (domain reference 2.8)."""

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("space_id", "title"),)
    prefix: ClassVar[str] = "dc"

    position: int = Field(default=0, description="Its place among the Documents of its Space.")
    title: str = Field(max_length=255, description="What people call it, unique in its Space.")
    html: str = Field(default="", description="Its text as HTML that is safe to show.")
    source: str = Field(
        default="", description="Its text as it was written: Markdown, HTML or both."
    )
    treatments: list[str] = json_column(
        "Hints; an `ephemeral` Document takes over the whole screen.", default_factory=list
    )
    created_from: str | None = Field(
        default=None, max_length=64, description="The Document of a template it was made from."
    )
    last_propagated_at: datetime | None = time_column(
        "When its template was last applied to it.", default=None
    )
