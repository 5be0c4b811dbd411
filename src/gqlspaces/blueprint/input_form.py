"""The form that an Action shows before its Job starts."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from gqlspaces.blueprint.configuration import Configuration
from gqlspaces.blueprint.json_value import JsonValue
from gqlspaces.blueprint.limits import LIST_ITEMS
from gqlspaces.blueprint.option import Options
from gqlspaces.blueprint.problems import Problem, ProblemCode, refuse, repeated
from gqlspaces.blueprint.text import Key, Name, Prose


class InputFieldType(StrEnum):
    """What kind of answer a question wants."""

    STRING = "string"
    TEXTAREA = "textarea"
    NUMBER = "number"
    BOOLEAN = "boolean"
    ENUM = "enum"


class InputFieldSettings(Configuration):
    """The settings of an enum question."""

    options: Options = Field(description="The choices.")


class InputConstraintType(StrEnum):
    """A rule for an answer."""

    REQUIRED = "required"


class InputConstraint(Configuration):
    """A rule for an answer."""

    type: InputConstraintType = Field(description="Which rule it is.")


class InputField(Configuration):
    """One question of a form (domain reference 2.7)."""

    key: Key = Field(description="The key of the answer in the input of the Job.")
    label: Name = Field(description="The question.")
    type: InputFieldType = Field(
        default=InputFieldType.STRING, description="What kind of answer it wants."
    )
    description: Prose | None = Field(default=None, description="A longer explanation.")
    default_value: JsonValue = Field(default=None, description="The answer offered at first.")
    config: InputFieldSettings | None = Field(default=None, description="The choices of an enum.")
    constraints: Annotated[list[InputConstraint], Field(max_length=LIST_ITEMS)] = Field(
        default=[], description="Rules for the answer."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.type is InputFieldType.ENUM and self.config is None:
            refuse([Problem(ProblemCode.REQUIRED, "Is required for an enum.", ("config",))])
        if self.type is not InputFieldType.ENUM and self.config is not None:
            refuse([Problem(ProblemCode.INVALID, "Applies to an enum only.", ("config",))])
        return self


def _check_fields(fields: list[InputField]) -> list[InputField]:
    refuse(repeated((f.key for f in fields), "Key", "key"))
    return fields


class InputFormType(StrEnum):
    """The kinds of forms."""

    SIMPLE = "simple"


class InputForm(Configuration):
    """Questions asked before the Job of an Action starts."""

    type: InputFormType = Field(
        default=InputFormType.SIMPLE, description="The kind of form; there is one."
    )
    fields: Annotated[
        list[InputField], Field(min_length=1, max_length=LIST_ITEMS), AfterValidator(_check_fields)
    ] = Field(description="The questions in order.")
