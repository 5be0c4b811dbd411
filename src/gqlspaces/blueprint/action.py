"""Actions: the buttons on a Space, Workbook, Sheet, Field, Document or File."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, Field, model_validator

from gqlspaces.blueprint.configuration import Configuration
from gqlspaces.blueprint.input_form import InputForm
from gqlspaces.blueprint.limits import ACTIONS_PER_TARGET, LIST_ITEMS
from gqlspaces.blueprint.patch import Patch, patches
from gqlspaces.blueprint.problems import Problem, ProblemCode, refuse, repeated
from gqlspaces.blueprint.text import Flag, Keys, Name, Prose, Word


class ActionMode(StrEnum):
    """How the Job of an Action runs for the person who started it."""

    FOREGROUND = "foreground"
    BACKGROUND = "background"
    TOOLBAR_BLOCKING = "toolbarBlocking"


class ActionSchedule(StrEnum):
    """How often an Action starts by itself."""

    WEEKLY = "weekly"
    DAILY = "daily"
    HOURLY = "hourly"


class ActionConstraintType(StrEnum):
    """A condition that disables an Action while it does not hold."""

    HAS_ALL_VALID = "hasAllValid"
    HAS_SELECTION = "hasSelection"
    HAS_DATA = "hasData"
    HAS_COLUMN_ENABLED = "hasColumnEnabled"


class ActionConstraint(Configuration):
    """A condition on the data for an Action to be available (domain reference 2.7)."""

    type: ActionConstraintType = Field(description="Which condition it is.")
    ignore_selection: Flag | None = Field(
        default=None, description="Whether `hasAllValid` looks at all records, selected or not."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (
            self.ignore_selection is not None
            and self.type is not ActionConstraintType.HAS_ALL_VALID
        ):
            message = f"Does not apply to a constraint of type {self.type}."
            refuse([Problem(ProblemCode.INVALID, message, ("ignoreSelection",))])
        return self


class ActionMessageType(StrEnum):
    """How serious a message on an Action is; an error disables the Action."""

    ERROR = "error"
    INFO = "info"


class ActionMessage(Configuration):
    """A message shown on an Action."""

    type: ActionMessageType = Field(
        default=ActionMessageType.INFO,
        description="How serious it is; an error disables the Action.",
    )
    content: Prose = Field(min_length=1, description="The text.")


class ActionMountType(StrEnum):
    """What an Action is mounted on."""

    SHEET = "sheet"
    WORKBOOK = "workbook"
    FIELD = "field"
    DOCUMENT = "document"
    FILE = "file"


_MOUNT_KEYS = {
    ActionMountType.SHEET: {"slugs"},
    ActionMountType.WORKBOOK: {"slugs"},
    ActionMountType.FIELD: {"keys"},
}


class ActionMount(Configuration):
    """Where an Action appears, when not only where it is declared."""

    type: ActionMountType = Field(description="What it is mounted on.")
    slugs: Keys | None = Field(default=None, description="Slugs of Sheets or Workbooks; else all.")
    keys: Keys | None = Field(default=None, description="Keys of Fields; else all.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        given = {name for name in ("slugs", "keys") if getattr(self, name) is not None}
        message = f"Does not apply to a mount of type {self.type}."
        refuse(
            Problem(ProblemCode.INVALID, message, (name,))
            for name in sorted(given - _MOUNT_KEYS.get(self.type, set()))
        )
        return self


class ActionText(Configuration):
    """A piece of Markdown shown with an Action."""

    content: Prose = Field(description="The Markdown.")


def _check_constraints(constraints: list[ActionConstraint]) -> list[ActionConstraint]:
    refuse(repeated((c.type for c in constraints), "Constraint", "type"))
    return constraints


ActionConstraints = Annotated[
    list[ActionConstraint], Field(max_length=LIST_ITEMS), AfterValidator(_check_constraints)
]

# What older clients send as flags (domain reference 2.7).
_FLAGS = {
    "requireAllValid": ActionConstraintType.HAS_ALL_VALID,
    "requireSelection": ActionConstraintType.HAS_SELECTION,
}


class ActionConfig(Configuration):
    """A button that makes a Job (domain reference 2.7)."""

    ignored_keys: ClassVar[frozenset[str]] = frozenset(
        {"slug", "type", "createdFrom", "lastPropagatedAt", "deletedAt"}
    )

    operation: Word = Field(
        description="The operation of the Job that it makes; may contain colons."
    )
    label: Name = Field(description="The text on the button.")
    mode: ActionMode = Field(
        default=ActionMode.BACKGROUND, description="How the Job runs for the person who started it."
    )
    primary: Flag = Field(default=False, description="Whether the button stands out.")
    confirm: Flag = Field(default=True, description="Whether a dialog asks for confirmation first.")
    description: Prose | None = Field(default=None, description="Text of the confirmation dialog.")
    tooltip: Prose | None = Field(default=None, description="Text shown while hovering.")
    icon: Name | None = Field(default=None, description="The name of an icon, or `none`.")
    messages: Annotated[list[ActionMessage], Field(max_length=LIST_ITEMS)] = Field(
        default=[], description="Messages on the button; an error among them disables it."
    )
    constraints: ActionConstraints = Field(
        default=[], description="Conditions that disable the button while they do not hold."
    )
    schedule: ActionSchedule | None = Field(
        default=None, description="How often it starts by itself."
    )
    input_form: InputForm | None = Field(
        default=None, description="Questions asked before the Job starts; answers are its input."
    )
    mount: ActionMount | None = Field(
        default=None, description="Where it appears, when not only where it is declared."
    )
    guide: ActionText | None = Field(default=None, description="Guidance shown with the button.")
    guardrail: ActionText | None = Field(default=None, description="A warning before it starts.")
    invalid_conditional_messaging: Flag | None = Field(
        default=None, description="Whether the dialog tells about valid and invalid records."
    )
    valid_records_message: Prose | None = Field(
        default=None, description="What the dialog says about valid records."
    )
    invalid_records_message: Prose | None = Field(
        default=None, description="What the dialog says about invalid records."
    )

    @classmethod
    def prepared(cls, document: dict[str, Any]) -> dict[str, Any]:
        """The document with the deprecated flags turned into the constraints they stand for."""
        constraints = document.get("constraints", [])
        if not isinstance(constraints, list):
            return document
        present = {c.get("type") for c in constraints if isinstance(c, dict)}
        flags = [flag for flag in _FLAGS if isinstance(document.get(flag), bool)]
        added = [
            {"type": _FLAGS[flag].value}
            for flag in flags
            if document.pop(flag) and _FLAGS[flag].value not in present
        ]
        return {**document, "constraints": [*constraints, *added]}


def _check_operations(actions: list[ActionConfig]) -> list[ActionConfig]:
    refuse(repeated((a.operation for a in actions), "Operation", "operation"))
    return actions


Actions = Annotated[
    list[ActionConfig], Field(max_length=ACTIONS_PER_TARGET), AfterValidator(_check_operations)
]


@patches(ActionConfig)
class ActionPatch(Patch):
    """Changes to an Action: absent leaves unchanged, null clears."""
