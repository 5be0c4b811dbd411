"""Options of enum fields and of enum questions in a form."""

import json
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from gqlspaces.blueprint.configuration import Configuration
from gqlspaces.blueprint.json_value import JsonObject, check_json
from gqlspaces.blueprint.limits import ENUM_OPTIONS, NAME_LENGTH
from gqlspaces.blueprint.problems import ProblemCode, refuse, reject, repeated
from gqlspaces.blueprint.text import Count, Name, Names, Prose


def _check_value(value: Any) -> Any:
    if not isinstance(value, str | int):
        reject(ProblemCode.INVALID, "Must be a string, a whole number, true or false.")
    if isinstance(value, str) and len(value) > NAME_LENGTH:
        reject(ProblemCode.TOO_LONG, f"Must have at most {NAME_LENGTH} characters.")
    return check_json(value)


class EnumOption(Configuration):
    """One choice of an enum (domain reference 2.6)."""

    value: Annotated[Any, AfterValidator(_check_value)] = Field(
        description="The value that a record stores: a string, a whole number or a boolean."
    )
    label: Name | None = Field(default=None, description="What people see; the value when absent.")
    description: Prose | None = Field(default=None, description="A longer explanation.")
    color: Name | None = Field(default=None, description="The colour that marks the option.")
    icon: Name | None = Field(default=None, description="The name of an icon.")
    meta: JsonObject | None = Field(default=None, description="Free JSON for listeners.")
    alternative_names: Names = Field(
        default=[], description="Other spellings that are mapped to this option on import."
    )
    ordinal: Count | None = Field(
        default=None, description="The place in the order when options are sorted by ordinal."
    )


class EnumSort(StrEnum):
    """What the options of an enum are sorted by."""

    LABEL = "label"
    VALUE = "value"
    ORDINAL = "ordinal"


def _check_options(options: list[EnumOption]) -> list[EnumOption]:
    refuse(repeated((json.dumps(o.value) for o in options), "Option", "value"))
    return options


Options = Annotated[
    list[EnumOption],
    Field(min_length=1, max_length=ENUM_OPTIONS),
    AfterValidator(_check_options),
]
