"""The table of Actions."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from gqlspaces.blueprint.action import ActionMode, ActionSchedule
from gqlspaces.kernel.entity import SpacePart, json_column, time_column, word_column


def _ancestor(table: str, description: str) -> Any:
    return Field(
        default=None,
        foreign_key=f"{table}.id",
        ondelete="CASCADE",
        index=True,
        max_length=64,
        description=description,
    )


class Action(SpacePart, table=True):
    """A button that makes a Job (domain reference 2.7).

    ``target_id`` names what it is on; the ids of the ancestors let it go with any of them.
    """

    __tablename__ = "action"
    __table_args__ = (UniqueConstraint("target_id", "operation"),)
    prefix: ClassVar[str] = "ac"

    target_id: str = Field(
        max_length=64, description="The Space, Workbook, Sheet, Field or Document it is on."
    )
    workbook_id: str | None = _ancestor("workbook", "The Workbook it is in.")
    sheet_id: str | None = _ancestor("sheet", "The Sheet it is in.")
    field_id: str | None = _ancestor("field", "The Field it is on.")
    document_id: str | None = _ancestor("document", "The Document it is on.")
    position: int = Field(default=0, description="Its place among the Actions of its target.")
    operation: str = Field(
        max_length=255, description="The operation of the Job that it makes; may contain colons."
    )
    label: str = Field(max_length=255, description="The text on the button.")
    mode: ActionMode = word_column(
        "How the Job runs for the person who started it.", default=ActionMode.BACKGROUND
    )
    primary: bool = Field(default=False, description="Whether the button stands out.")
    confirm: bool = Field(default=True, description="Whether a dialog asks for confirmation first.")
    description: str | None = Field(default=None, description="Text of the confirmation dialog.")
    tooltip: str | None = Field(default=None, description="Text shown while hovering.")
    icon: str | None = Field(
        default=None, max_length=255, description="The name of an icon, or `none`."
    )
    messages: list[dict[str, Any]] = json_column(
        "Messages on the button; an error among them disables it.", default_factory=list
    )
    constraints: list[dict[str, Any]] = json_column(
        "Conditions that disable the button while they do not hold.", default_factory=list
    )
    schedule: ActionSchedule | None = word_column("How often it starts by itself.", default=None)
    input_form: dict[str, Any] | None = json_column(
        "Questions asked before the Job starts; answers are its input.", default=None
    )
    mount: dict[str, Any] | None = json_column(
        "Where it appears, when not only where it is declared.", default=None
    )
    guide: dict[str, Any] | None = json_column("Guidance shown with the button.", default=None)
    guardrail: dict[str, Any] | None = json_column("A warning before it starts.", default=None)
    invalid_conditional_messaging: bool | None = Field(
        default=None, description="Whether the dialog tells about valid and invalid records."
    )
    valid_records_message: str | None = Field(
        default=None, description="What the dialog says about valid records."
    )
    invalid_records_message: str | None = Field(
        default=None, description="What the dialog says about invalid records."
    )
    created_from: str | None = Field(
        default=None, max_length=64, description="The Action of a template it was made from."
    )
    last_propagated_at: datetime | None = time_column(
        "When its template was last applied to it.", default=None
    )
