"""The tables of Sheets and Fields."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field as Column

from gqlspaces.blueprint.field_type import FieldType
from gqlspaces.blueprint.sheet import SheetAccess, SheetTreatment
from gqlspaces.kernel.entity import SpacePart, json_column, time_column, word_column


class Sheet(SpacePart, table=True):
    """One table of records (domain reference 2.5)."""

    __tablename__ = "sheet"
    __table_args__ = (UniqueConstraint("workbook_id", "slug"),)
    prefix: ClassVar[str] = "sh"
    part_of: ClassVar[str | None] = "workbook_id"

    workbook_id: str = Column(
        foreign_key="workbook.id",
        ondelete="CASCADE",
        max_length=64,
        description="The Workbook it is in.",
    )
    position: int = Column(default=0, description="Its place among the Sheets of its Workbook.")
    name: str = Column(max_length=255, description="What people call it.")
    slug: str = Column(max_length=255, description="Its name in code, unique in its Workbook.")
    description: str | None = Column(default=None, description="An explanation.")
    readonly: bool = Column(default=False, description="Whether people cannot change its records.")
    allow_additional_fields: bool = Column(
        default=False, description="Whether Fields may be added during an import."
    )
    mapping_confidence_threshold: float = Column(
        default=0.5, description="From 0 to 1: how sure a proposed mapping of columns must be."
    )
    access: list[SheetAccess] = json_column("What people may do; an empty list is read-only.")
    constraints: list[dict[str, Any]] = json_column("Rules for its records.", default_factory=list)
    treatments: list[SheetTreatment] = json_column("Hints about what it is.", default_factory=list)
    collection: str | None = Column(
        default=None, max_length=255, description="The group it is shown in."
    )
    meta: dict[str, Any] = json_column("Any JSON of yours.", default_factory=dict)
    locked_by: str | None = Column(
        default=None, max_length=64, description="The key or Job that locked it."
    )
    locked_at: datetime | None = time_column("When it was locked.", default=None)
    created_from: str | None = Column(
        default=None, max_length=64, description="The Sheet it was copied from."
    )
    last_propagated_at: datetime | None = time_column(
        "When its template was last applied to it.", default=None
    )


class Field(SpacePart, table=True):
    """One column of data (domain reference 2.6)."""

    __tablename__ = "field"
    __table_args__ = (UniqueConstraint("sheet_id", "key"),)
    prefix: ClassVar[str] = "fd"
    part_of: ClassVar[str | None] = "sheet_id"

    workbook_id: str = Column(
        foreign_key="workbook.id",
        ondelete="CASCADE",
        index=True,
        max_length=64,
        description="The Workbook it is in.",
    )
    sheet_id: str = Column(
        foreign_key="sheet.id",
        ondelete="CASCADE",
        max_length=64,
        description="The Sheet it is in.",
    )
    position: int = Column(default=0, description="Its place among the Fields of its Sheet.")
    key: str = Column(max_length=255, description="Its name in code, unique in its Sheet.")
    type: FieldType = word_column("The type of its values.", default=FieldType.STRING)
    label: str | None = Column(
        default=None, max_length=255, description="What people see; the key when null."
    )
    description: str | None = Column(default=None, description="An explanation in Markdown.")
    constraints: list[dict[str, Any]] = json_column("Rules for its values.", default_factory=list)
    readonly: bool = Column(default=False, description="Whether people cannot change its values.")
    appearance: dict[str, Any] | None = json_column("What its column looks like.", default=None)
    config: dict[str, Any] = json_column(
        "Settings of its type, such as the options of an enum.", default_factory=dict
    )
    alternative_names: list[str] = json_column(
        "Other headings that are mapped to it on import.", default_factory=list
    )
    treatments: list[str] = json_column("Hints about how to treat it.", default_factory=list)
    meta: dict[str, Any] = json_column("Any JSON of yours.", default_factory=dict)
