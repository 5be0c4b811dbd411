"""The nine types of Fields and what each can be configured with."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, Final

from pydantic import Field

from gqlspaces.blueprint.configuration import Configuration, dump
from gqlspaces.blueprint.option import EnumSort, Options
from gqlspaces.blueprint.text import Count, Flag, Key

_DEPRECATED: Final = frozenset({"isArray", "multi"})


class FieldType(StrEnum):
    """The type of the values of a Field (domain reference 2.6)."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    ENUM = "enum"
    ENUM_LIST = "enum-list"
    STRING_LIST = "string-list"
    REFERENCE = "reference"
    REFERENCE_LIST = "reference-list"


class StringSize(StrEnum):
    """How long a string may be: 255 characters, 64 kB, 16 MB, 4 GB."""

    TINY = "tiny"
    NORMAL = "normal"
    MEDIUM = "medium"
    LONG = "long"


class PlainTypeConfig(Configuration):
    """Types without settings: `date` and `string-list`."""


class StringTypeConfig(Configuration):
    """Settings of `string`."""

    size: StringSize = Field(default=StringSize.NORMAL, description="How long a value may be.")


class NumberTypeConfig(Configuration):
    """Settings of `number`."""

    ignored_keys: ClassVar[frozenset[str]] = _DEPRECATED

    decimal_places: Count | None = Field(default=None, description="How many decimals to keep.")


class BooleanTypeConfig(Configuration):
    """Settings of `boolean`."""

    allow_indeterminate: Flag = Field(default=False, description="Whether null is a valid value.")


class EnumTypeConfig(Configuration):
    """Settings of `enum` and `enum-list`."""

    ignored_keys: ClassVar[frozenset[str]] = _DEPRECATED

    options: Options = Field(description="The choices.")
    allow_custom: Flag = Field(default=False, description="Whether other values may be stored.")
    sort_by: EnumSort | None = Field(default=None, description="What the choices are sorted by.")


class ReferenceFilter(Configuration):
    """A rule that narrows the choices of a reference by another Field of the same record."""

    ref_field: Key = Field(description="The key of a Field in the referenced Sheet.")
    record_field: Key = Field(description="The key of the Field in this Sheet that it must equal.")


class ReferenceListTypeConfig(Configuration):
    """Settings of `reference-list`."""

    ref: Key = Field(description="The slug of a Sheet in the same Workbook.")
    key: Key = Field(default="id", description="The key of the referenced Field; `id`: the record.")
    filter: ReferenceFilter | None = Field(default=None, description="What narrows the choices.")


class Relationship(StrEnum):
    """How many records a reference may lead to."""

    HAS_ONE = "has-one"
    HAS_MANY = "has-many"


class ReferenceTypeConfig(ReferenceListTypeConfig):
    """Settings of `reference`."""

    relationship: Relationship | None = Field(
        default=None, description="How many records it may lead to."
    )


_CONFIGS: Final[Mapping[FieldType, type[Configuration]]] = {
    FieldType.STRING: StringTypeConfig,
    FieldType.NUMBER: NumberTypeConfig,
    FieldType.BOOLEAN: BooleanTypeConfig,
    FieldType.DATE: PlainTypeConfig,
    FieldType.ENUM: EnumTypeConfig,
    FieldType.ENUM_LIST: EnumTypeConfig,
    FieldType.STRING_LIST: PlainTypeConfig,
    FieldType.REFERENCE: ReferenceTypeConfig,
    FieldType.REFERENCE_LIST: ReferenceListTypeConfig,
}


def type_config(field_type: FieldType, config: Mapping[str, Any] | None) -> Configuration:
    """The settings as the model that the type asks for; raises what is wrong with them."""
    return _CONFIGS[field_type].model_validate(config or {})


def canonical_config(
    field_type: FieldType, config: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """The settings in canonical form; None when they say nothing beyond the defaults."""
    return dump(type_config(field_type, config)) or None
