"""Sheets: tables of a Workbook."""

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from gqlspaces.blueprint.action import Actions
from gqlspaces.blueprint.configuration import Configuration
from gqlspaces.blueprint.constraint import SheetConstraints, unknown_fields
from gqlspaces.blueprint.field import FieldConfig
from gqlspaces.blueprint.json_value import JsonObject
from gqlspaces.blueprint.limits import FIELDS_PER_SHEET, LIST_ITEMS
from gqlspaces.blueprint.patch import Patch, patches
from gqlspaces.blueprint.problems import refuse, repeated, within
from gqlspaces.blueprint.slug import slugify
from gqlspaces.blueprint.text import Flag, Key, Name, Prose, Share, check_distinct


class SheetAccess(StrEnum):
    """What people may do with the records of a Sheet."""

    ALL = "*"
    ADD = "add"
    EDIT = "edit"
    DELETE = "delete"
    IMPORT = "import"


class SheetTreatment(StrEnum):
    """A hint about what a Sheet is; ENUM_REFERENCE hides it as reference data."""

    CLIPPED_FROM_SHEET = "CLIPPED_FROM_SHEET"
    ENUM_REFERENCE = "ENUM_REFERENCE"


def _check_fields(fields: list[FieldConfig]) -> list[FieldConfig]:
    refuse(repeated((f.key for f in fields), "Field key", "key"))
    return fields


def _default_slug(data: dict[str, Any]) -> str:
    return slugify(data["name"])


class SheetConfig(Configuration):
    """One table of records (domain reference 2.5)."""

    name: Name = Field(description="What people call the Sheet.")
    slug: Key = Field(
        default_factory=_default_slug,
        description="Its name in code, unique in its Workbook; derived from the name when absent.",
    )
    fields: Annotated[
        list[FieldConfig],
        Field(min_length=1, max_length=FIELDS_PER_SHEET),
        AfterValidator(_check_fields),
    ] = Field(description="Its columns in order.")
    description: Prose | None = Field(default=None, description="An explanation.")
    readonly: Flag = Field(default=False, description="Whether people cannot change its records.")
    allow_additional_fields: Flag = Field(
        default=False, description="Whether Fields may be added during an import."
    )
    mapping_confidence_threshold: Share = Field(
        default=0.5, description="From 0 to 1: how sure a proposed mapping of columns must be."
    )
    access: Annotated[
        list[SheetAccess], Field(max_length=LIST_ITEMS), AfterValidator(check_distinct)
    ] = Field(
        default=[SheetAccess.ALL], description="What people may do; an empty list is read-only."
    )
    actions: Actions = Field(default=[], description="Buttons on the Sheet.")
    constraints: SheetConstraints = Field(default=[], description="Rules for its records.")
    treatments: Annotated[
        list[SheetTreatment], Field(max_length=LIST_ITEMS), AfterValidator(check_distinct)
    ] = Field(default=[], description="Hints about what it is.")
    collection: Name | None = Field(default=None, description="The group it is shown in.")
    metadata: JsonObject | None = Field(default=None, description="Free JSON for listeners.")

    @model_validator(mode="after")
    def _check_constraints(self) -> Self:
        if not self.allow_additional_fields:
            with within("constraints"):
                refuse(unknown_fields(self.constraints, {f.key for f in self.fields}))
        return self


@patches(SheetConfig)
class SheetPatch(Patch):
    """Changes to a Sheet: absent leaves unchanged, null clears; `fields` is the whole list."""
