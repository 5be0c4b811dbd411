"""Fields: the columns of a Sheet."""

from enum import StrEnum
from typing import Any, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from gqlspaces.blueprint.action import Actions
from gqlspaces.blueprint.configuration import Configuration
from gqlspaces.blueprint.constraint import FieldConstraints
from gqlspaces.blueprint.field_type import FieldType, canonical_config
from gqlspaces.blueprint.json_value import JsonObject
from gqlspaces.blueprint.patch import Patch, patches
from gqlspaces.blueprint.problems import within
from gqlspaces.blueprint.text import Flag, Key, Name, Names, Prose


class FieldSize(StrEnum):
    """How wide the column of a Field is."""

    XS = "xs"
    S = "s"
    M = "m"
    L = "l"
    XL = "xl"


class FieldAppearance(Configuration):
    """What the column of a Field looks like."""

    size: FieldSize | None = Field(default=None, description="How wide it is.")


class FieldConfig(Configuration):
    """One column of data (domain reference 2.6)."""

    key: Key = Field(description="The name of the Field in code, unique in its Sheet.")
    type: FieldType = Field(default=FieldType.STRING, description="The type of its values.")
    label: Name | None = Field(default=None, description="What people see; the key when absent.")
    description: Prose | None = Field(default=None, description="An explanation in Markdown.")
    constraints: FieldConstraints = Field(default=[], description="Rules for its values.")
    readonly: Flag = Field(default=False, description="Whether people cannot change its values.")
    appearance: FieldAppearance | None = Field(
        default=None, description="What its column looks like."
    )
    config: JsonObject | None = Field(
        default=None, description="Settings of its type, such as the options of an enum."
    )
    alternative_names: Names = Field(
        default=[], description="Other headings that are mapped to this Field on import."
    )
    actions: Actions = Field(default=[], description="Buttons on its column.")
    metadata: JsonObject | None = Field(default=None, description="Free JSON for listeners.")
    treatments: Names = Field(default=[], description="Hints about how to treat it.")

    @classmethod
    def prepared(cls, document: dict[str, Any]) -> dict[str, Any]:
        """The document with the shorthands `required` and `options` written out."""
        constraints, config = document.get("constraints", []), document.get("config", {})
        if isinstance(document.get("required"), bool) and isinstance(constraints, list):
            rules = [{"type": "required"}] if document.pop("required") else []
            present = any(isinstance(c, dict) and c.get("type") == "required" for c in constraints)
            document["constraints"] = constraints if present else [*constraints, *rules]
        if "options" in document and isinstance(config, dict):
            document["config"] = {"options": document.pop("options"), **config}
        return document

    @model_validator(mode="after")
    def _check_config(self) -> Self:
        with within("config"):
            self.config = canonical_config(self.type, self.config)
        return self

    @model_serializer(mode="wrap")
    def _with_type(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {"key": self.key, "type": self.type, **handler(self)}


@patches(FieldConfig)
class FieldPatch(Patch):
    """Changes to a Field: absent leaves unchanged, null clears."""
