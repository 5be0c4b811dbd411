"""The table of Workbooks."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from gqlspaces.blueprint.workbook import StorageStrategy, WorkbookTreatment
from gqlspaces.kernel.entity import SpacePart, json_column, time_column, word_column


class Workbook(SpacePart, table=True):
    """Sheets that belong together (domain reference 2.4)."""

    __tablename__ = "workbook"
    __table_args__ = (UniqueConstraint("space_id", "name"),)
    prefix: ClassVar[str] = "wb"

    position: int = Field(default=0, description="Its place among the Workbooks of its Space.")
    name: str = Field(max_length=255, description="What people call it, unique in its Space.")
    namespace: str | None = Field(
        default=None,
        max_length=63,
        description="Which listeners hear its events, beside those of its Space.",
    )
    labels: list[str] = json_column(
        "Labels; `pinned` puts it first in the sidebar.", default_factory=list
    )
    settings: dict[str, Any] = json_column("How it behaves.", default_factory=dict)
    meta: dict[str, Any] = json_column("Any JSON of yours.", default_factory=dict)
    treatments: list[WorkbookTreatment] = json_column(
        "Hints about where its data comes from.", default_factory=list
    )
    storage_strategy: StorageStrategy = word_column(
        "The engine the original would use; a hint.", default=StorageStrategy.QUICKSTORE
    )
    folder: str | None = Field(
        default=None, max_length=255, description="The folder it is shown in."
    )
    created_from: str | None = Field(
        default=None, max_length=64, description="The Workbook of a template it was made from."
    )
    last_propagated_at: datetime | None = time_column(
        "When its template was last applied to it.", default=None
    )
    expired_at: datetime | None = time_column("When its data was removed.", default=None)
