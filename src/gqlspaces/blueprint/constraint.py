"""Rules for the values of one Field and for the records of a Sheet."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, Field, model_validator

from gqlspaces.blueprint.configuration import Configuration, dump
from gqlspaces.blueprint.json_value import JsonObject
from gqlspaces.blueprint.limits import (
    CONSTRAINTS_PER_FIELD,
    CONSTRAINTS_PER_SHEET,
    FIELDS_PER_SHEET,
)
from gqlspaces.blueprint.problems import Problem, ProblemCode, refuse, repeated, within
from gqlspaces.blueprint.text import Count, Flag, Key, Name, Prose, check_distinct


class ConstraintLevel(StrEnum):
    """How serious a broken rule is."""

    ERROR = "error"
    WARN = "warn"
    INFO = "info"


class FieldConstraintType(StrEnum):
    """The kinds of rules for one Field."""

    REQUIRED = "required"
    UNIQUE = "unique"
    COMPUTED = "computed"
    EXTERNAL = "external"
    STORED = "stored"


_MESSAGE: Final = frozenset({"message", "level"})
_VALIDATOR: Final = frozenset({"validator", "description", "label", "config"})
_FIELD_KEYS: Final[Mapping[FieldConstraintType, Collection[str]]] = {
    FieldConstraintType.REQUIRED: _MESSAGE,
    FieldConstraintType.UNIQUE: _MESSAGE | {"case_sensitive", "ignore_empty"},
    FieldConstraintType.COMPUTED: frozenset(),
    FieldConstraintType.EXTERNAL: _VALIDATOR,
    FieldConstraintType.STORED: _VALIDATOR | {"version"},
}
_BUILT_IN: Final = frozenset({"required", "unique"})


def _misplaced(rule: Configuration, kind: str, allowed: Collection[str]) -> list[Problem]:
    fields = type(rule).model_fields
    wrong = (
        name
        for name, info in fields.items()
        if name != "type" and name not in allowed and getattr(rule, name) != info.get_default()
    )
    message = f"Does not apply to a constraint of type {kind}."
    return [Problem(ProblemCode.INVALID, message, (fields[name].alias or name,)) for name in wrong]


def _absent(rule: Configuration, *names: str) -> list[Problem]:
    return [
        Problem(ProblemCode.REQUIRED, "Is required.", (name,))
        for name in names
        if not getattr(rule, name)
    ]


class FieldConstraint(Configuration):
    """A rule for the values of a Field; which keys apply depends on its type (2.6)."""

    type: FieldConstraintType = Field(description="Which rule it is.")
    message: Prose | None = Field(default=None, description="What a broken rule says.")
    level: ConstraintLevel | None = Field(default=None, description="How serious breaking it is.")
    case_sensitive: Flag | None = Field(
        default=None, description="Whether `unique` tells upper from lower case."
    )
    ignore_empty: Flag | None = Field(
        default=None, description="Whether `unique` passes over empty values."
    )
    validator: Key | None = Field(
        default=None, description="The name of the listener's or stored validator."
    )
    version: Count | None = Field(
        default=None, description="The version of a stored validator; 1 when absent."
    )
    label: Name | None = Field(default=None, description="What people call the rule.")
    description: Prose | None = Field(default=None, description="What the rule is for.")
    config: JsonObject | None = Field(default=None, description="Free JSON for the validator.")

    @classmethod
    def prepared(cls, document: dict[str, Any]) -> dict[str, Any]:
        """The document with the nested `config` of built-in rules written beside their type."""
        config = document.get("config")
        if document.get("type") not in _BUILT_IN or not isinstance(config, dict):
            return document
        return {**config, **{key: value for key, value in document.items() if key != "config"}}

    @model_validator(mode="after")
    def _check(self) -> Self:
        found = _misplaced(self, self.type, _FIELD_KEYS[self.type])
        if "validator" in _FIELD_KEYS[self.type]:
            found += _absent(self, "validator")
        refuse(found)
        return self


class SheetConstraintType(StrEnum):
    """The kinds of rules for the records of a Sheet."""

    UNIQUE = "unique"
    EXTERNAL = "external"


class UniqueStrategy(StrEnum):
    """How the values of several Fields become one that can be compared."""

    CONCAT = "concat"
    HASH = "hash"


class UniqueMessage(Configuration):
    """What a broken composite rule says."""

    message: Prose | None = Field(default=None, description="The text.")
    level: ConstraintLevel | None = Field(default=None, description="How serious breaking it is.")


_COMPOSITE: Final = frozenset({"name", "fields", "required_fields", "strategy", "config"})
_SHEET_KEYS: Final[Mapping[SheetConstraintType, Collection[str]]] = {
    SheetConstraintType.UNIQUE: _COMPOSITE,
    SheetConstraintType.EXTERNAL: frozenset({"validator", "fields", "config"}),
}

FieldKeys = Annotated[list[Key], Field(max_length=FIELDS_PER_SHEET), AfterValidator(check_distinct)]


class SheetConstraint(Configuration):
    """A rule for the records of a Sheet: composite uniqueness or an external one (2.5)."""

    type: SheetConstraintType = Field(description="Which rule it is.")
    name: Name | None = Field(default=None, description="The name of a composite rule.")
    fields: FieldKeys = Field(default=[], description="Keys of the Fields that the rule reads.")
    required_fields: FieldKeys = Field(
        default=[], description="Those of its Fields without which the rule is skipped."
    )
    strategy: UniqueStrategy | None = Field(
        default=None, description="How the values become one that can be compared."
    )
    validator: Key | None = Field(default=None, description="The name of the listener's validator.")
    config: JsonObject | None = Field(
        default=None, description="Message and level of a composite rule, or free JSON."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        found = _misplaced(self, self.type, _SHEET_KEYS[self.type])
        if self.type is SheetConstraintType.EXTERNAL:
            found += _absent(self, "validator")
        else:
            found += _absent(self, "name", "fields", "strategy")
            found += [
                Problem(ProblemCode.INVALID, "Must be one of the fields.", ("requiredFields", i))
                for i in _strangers(self.required_fields, self.fields)
            ]
        refuse(found)
        if self.type is SheetConstraintType.UNIQUE:
            with within("config"):
                self.config = dump(UniqueMessage.model_validate(self.config or {})) or None
        return self


def _strangers(values: list[str], known: Collection[str]) -> list[str]:
    return [str(index) for index, value in enumerate(values) if value not in known]


def unknown_fields(constraints: list[SheetConstraint], keys: Collection[str]) -> list[Problem]:
    """A problem for every Field that a rule reads and that is none of the keys."""
    return [
        Problem(ProblemCode.INVALID, "Must be the key of a Field in this Sheet.", path)
        for index, constraint in enumerate(constraints)
        for place in _strangers(constraint.fields, keys)
        for path in [(str(index), "fields", place)]
    ]


def _check_field_constraints(constraints: list[FieldConstraint]) -> list[FieldConstraint]:
    names = [f"{c.type} {c.validator}" if c.validator else c.type for c in constraints]
    refuse(repeated(names, "Constraint", "type"))
    return constraints


def _check_sheet_constraints(constraints: list[SheetConstraint]) -> list[SheetConstraint]:
    refuse(repeated((f"{c.type} {c.name or c.validator}" for c in constraints), "Constraint"))
    return constraints


FieldConstraints = Annotated[
    list[FieldConstraint],
    Field(max_length=CONSTRAINTS_PER_FIELD),
    AfterValidator(_check_field_constraints),
]
SheetConstraints = Annotated[
    list[SheetConstraint],
    Field(max_length=CONSTRAINTS_PER_SHEET),
    AfterValidator(_check_sheet_constraints),
]
