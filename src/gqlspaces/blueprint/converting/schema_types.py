"""Which type of Field takes the values that a JSON Schema describes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from gqlspaces.blueprint.converting.schema_reading import Node, Omit
from gqlspaces.blueprint.converting.strings import string_type
from gqlspaces.blueprint.limits import ENUM_OPTIONS

FieldType: TypeAlias = dict[str, Any]

# What says nothing about values, or is taken over whatever the type.
_ABOUT: Final = ("$schema", "$id", "$anchor", "$comment", "$defs", "definitions")
_COMMON: Final = ("type", "title", "description", "readOnly", "nullable", "enum", "const")
_READ: Final = frozenset({*_ABOUT, *_COMMON, "properties", "required", "items"})
# What has a counterpart for this type only.
_KEPT: Final[Mapping[str | None, frozenset[str]]] = {
    "string": frozenset({"maxLength"}),
    "number": frozenset({"multipleOf"}),
    "object": frozenset({"additionalProperties"}),
}


def field_type(
    node: Node, omit: Omit, items: Node | None = None, unsaid: Sequence[str] = ()
) -> FieldType:
    """The `type` and `config` of a Field; `items` is what a list is a list of."""
    tell_rest(node, omit, *unsaid)
    if node.choices is not None and (options := _options(node, omit)):
        return {"type": "enum", "config": {"options": options}}
    if node.kind == "array":
        return _list_type(node, omit, items)
    if node.kind in _TYPES:
        return _TYPES[node.kind](node, omit)
    omit(node.path, "Kept as text: no type of a Field takes all its values.")
    return {"type": "string"}


def tell_rest(node: Node, omit: Omit, *unsaid: str) -> None:
    """Tell of every word of the schema that has no counterpart; `unsaid` has none here."""
    kept = (_READ | _KEPT.get(node.kind, frozenset())) - {*unsaid}
    for word, value in node.words.items():
        if word not in kept and value is not False and (word, value) != ("format", "date"):
            told = f"{word} {value}" if word == "format" else word
            omit((*node.path, word), f"Left out: a Blueprint has nothing like {told}.")


def _options(node: Node, omit: Omit) -> list[dict[str, Any]]:
    choices = node.choices or []
    if len(choices) > ENUM_OPTIONS:
        omit(node.path, f"Its {len(choices)} values are not checked: {ENUM_OPTIONS} are the most.")
        return []
    if not all(isinstance(value, str | int) for value, _ in choices):
        omit(node.path, "Its values are not checked: options are texts and whole numbers.")
        return []
    return [
        {"value": value, "label": " ".join(title.split()) if isinstance(title, str) else None}
        for value, title in choices
    ]


def _string(node: Node, omit: Omit) -> FieldType:
    if node.words.get("format") == "date":
        return {"type": "date"}
    most = node.words.get("maxLength")
    found, told = string_type(most if isinstance(most, int) else None)
    if told:
        omit((*node.path, "maxLength"), told)
    return found


def _number(node: Node, omit: Omit) -> FieldType:
    step = node.words.get("multipleOf")
    if step is None:
        return {"type": "number"}
    places = next((places for places in range(16) if step == 10**-places), None)
    if places is None:
        omit((*node.path, "multipleOf"), f"That it is a multiple of {step} is not checked.")
        return {"type": "number"}
    return {"type": "number", "config": {"decimalPlaces": places}}


def _integer(node: Node, omit: Omit) -> FieldType:
    del node, omit
    return {"type": "number", "config": {"decimalPlaces": 0}}


def _boolean(node: Node, omit: Omit) -> FieldType:
    del omit
    return {"type": "boolean", "config": {"allowIndeterminate": node.is_nullable}}


def _list_type(node: Node, omit: Omit, items: Node | None) -> FieldType:
    if items is None:
        omit(node.path, "Kept as a list of texts: what is in it is not said in one way.")
        return {"type": "string-list"}
    inner = field_type(items, omit, unsaid=("title", "description"))
    if inner["type"] == "enum":
        return {**inner, "type": "enum-list"}
    if items.kind != "string" or inner["type"] != "string":
        omit(items.path, f"Kept as a list of texts, not of {items.kind or 'values'}s.")
    return {"type": "string-list"}


_TYPES: Final[Mapping[str | None, Callable[[Node, Omit], FieldType]]] = {
    "string": _string,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
}
