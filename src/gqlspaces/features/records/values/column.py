"""A Field as the rules for values read it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from gqlspaces.blueprint.constraint import ConstraintLevel
from gqlspaces.blueprint.field_type import FieldType
from gqlspaces.features.records.layout import Layout
from gqlspaces.features.records.values.messages import Message, MessageSource, message

# What of a type's settings decides about values; the rest is about looks.
_SETTINGS: Final = (
    "size",
    "decimalPlaces",
    "allowIndeterminate",
    "allowCustom",
    "ref",
    "key",
    "filter",
)


class FieldRow(Protocol):
    """The columns of a Field that matter here, as the table stores them."""

    @property
    def key(self) -> str:
        """Its name in code."""

    @property
    def label(self) -> str | None:
        """What people see; the key when null."""

    @property
    def type(self) -> FieldType:
        """The type of its values."""

    @property
    def config(self) -> Mapping[str, Any] | None:
        """The settings of its type."""

    @property
    def constraints(self) -> list[dict[str, Any]]:
        """The rules for its values."""


@dataclass(frozen=True, slots=True)
class Column:
    """One Field of a Sheet: where its values stand and what they must be."""

    slot: int
    key: str
    label: str
    type: FieldType
    config: Mapping[str, Any]
    constraints: Mapping[str, Mapping[str, Any]]

    @property
    def options(self) -> list[Any]:
        """The values of an enum's options."""
        return [option["value"] for option in self.config.get("options", ())]

    @property
    def missing(self) -> Message | None:
        """What an empty cell is told, if that is a fault.

        Where a boolean may be indeterminate, null is an answer and breaks no rule.
        """
        rule = self.constraints.get("required")
        if rule is None or self.config.get("allowIndeterminate"):
            return None
        text = rule.get("message") or f"{self.label} is required"
        return self.fault(MessageSource.REQUIRED_CONSTRAINT, text, rule.get("level"))

    @property
    def basis(self) -> list[Any]:
        """All that the checks of its values depend on, as JSON."""
        settings = {name: self.config[name] for name in _SETTINGS if name in self.config}
        return [self.slot, self.key, self.type, settings, self.options, self.missing]

    def fault(self, source: MessageSource, text: str, level: str | None = None) -> Message:
        """Make a message about its value, an error unless another level is said."""
        return message(source, text, field=self.key, level=level or ConstraintLevel.ERROR)


def columns_of(fields: Iterable[FieldRow | Mapping[str, Any]], layout: Layout) -> list[Column]:
    """Read the Fields of a Sheet, rows or plain objects, with the cells that the layout gives."""
    return [_column(_document(field), layout) for field in fields]


def _document(field: FieldRow | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(field, Mapping):
        return field
    return {
        "key": field.key,
        "label": field.label,
        "type": field.type,
        "config": field.config,
        "constraints": field.constraints,
    }


def _column(field: Mapping[str, Any], layout: Layout) -> Column:
    return Column(
        slot=layout.by_key[field["key"]].slot,
        key=field["key"],
        label=field.get("label") or field["key"],
        type=FieldType(field["type"]),
        config=field.get("config") or {},
        constraints={rule["type"]: rule for rule in field.get("constraints") or ()},
    )
