from typing import Any

import pytest

from gqlspaces.blueprint.converting import Conversion, from_json_schema

CUSTOMER: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Customer",
    "description": "Who buys.",
    "type": "object",
    "required": ["name", "address", "note"],
    "properties": {
        "name": {"type": "string", "title": "Full name", "maxLength": 255},
        "note": {"type": ["string", "null"]},
        "address": {"$ref": "#/$defs/address"},
        "orders": {"type": "array", "items": {"$ref": "#/$defs/order"}},
    },
    "$defs": {
        "address": {
            "type": "object",
            "required": ["street"],
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        },
        "order": {
            "title": "Order",
            "allOf": [
                {"properties": {"number": {"type": "string"}}},
                {"required": ["number"], "properties": {"total": {"type": "number"}}},
            ],
        },
    },
}
REQUIRED = [{"type": "required"}]


def sheets_of(conversion: Conversion) -> Any:
    (workbook,) = conversion.blueprint["workbooks"]
    return workbook["sheets"]


def told_of(conversion: Conversion) -> dict[str, str]:
    return {"/".join(one.path): one.message for one in conversion.omissions}


def field_of(schema: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """The Field that a property becomes, without its key, and what was told of it."""
    conversion = from_json_schema({"properties": {"a": schema}, "type": "object"})
    ((field,),) = (sheet["fields"] for sheet in sheets_of(conversion))
    told = told_of(conversion)
    start = "properties/a"
    return (
        {key: value for key, value in field.items() if key != "key"},
        {path.removeprefix(start).removeprefix("/"): message for path, message in told.items()},
    )


def test_an_object_becomes_a_sheet_and_a_list_of_objects_another() -> None:
    conversion = from_json_schema(CUSTOMER, name="file")

    assert [
        {
            "name": "Customer",
            "slug": "customer",
            "description": "Who buys.",
            "fields": [
                {
                    "key": "name",
                    "type": "string",
                    "label": "Full name",
                    "constraints": REQUIRED,
                    "config": {"size": "tiny"},
                },
                {"key": "note", "type": "string"},
                {"key": "address_street", "type": "string", "constraints": REQUIRED},
                {"key": "address_city", "type": "string"},
            ],
        },
        {
            "name": "Order",
            "slug": "orders",
            "fields": [
                {"key": "number", "type": "string", "constraints": REQUIRED},
                {"key": "total", "type": "number"},
            ],
        },
    ] == sheets_of(conversion)
    assert "Customer" == conversion.blueprint["workbooks"][0]["name"]
    assert {
        "properties/note": "Not required: it may be null.",
        "properties/orders": "A Sheet of its own: what it belongs to is not kept.",
    } == told_of(conversion)


@pytest.mark.parametrize(
    ("schema", "field"),
    [
        ({"type": "string"}, {"type": "string"}),
        ({"type": "string", "maxLength": 65535}, {"type": "string"}),
        ({"type": "string", "format": "date"}, {"type": "date"}),
        ({"type": "number"}, {"type": "number"}),
        (
            {"type": "number", "multipleOf": 0.01},
            {"type": "number", "config": {"decimalPlaces": 2}},
        ),
        ({"type": "integer"}, {"type": "number", "config": {"decimalPlaces": 0}}),
        ({"type": "boolean"}, {"type": "boolean"}),
        (
            {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
            {"type": "boolean", "config": {"allowIndeterminate": True}},
        ),
        (
            {"type": "boolean", "nullable": True},
            {"type": "boolean", "config": {"allowIndeterminate": True}},
        ),
        (
            {"enum": ["a", "b", None]},
            {"type": "enum", "config": {"options": [{"value": "a"}, {"value": "b"}]}},
        ),
        ({"const": 1}, {"type": "enum", "config": {"options": [{"value": 1}]}}),
        (
            {"oneOf": [{"const": "a", "title": "A"}, {"const": "b"}]},
            {
                "type": "enum",
                "config": {"options": [{"value": "a", "label": "A"}, {"value": "b"}]},
            },
        ),
        ({"type": "array", "items": {"type": "string"}}, {"type": "string-list"}),
        (
            {"type": "array", "items": {"enum": ["a"]}},
            {"type": "enum-list", "config": {"options": [{"value": "a"}]}},
        ),
        (
            {"type": "string", "readOnly": True, "title": " A\nb ", "description": "x"},
            {"type": "string", "readonly": True, "label": "A b", "description": "x"},
        ),
    ],
    ids=str,
)
def test_a_property_becomes_a_field(schema: Any, field: dict[str, Any]) -> None:
    assert (field, {}) == field_of(schema)


@pytest.mark.parametrize(
    ("schema", "field", "told"),
    [
        ({"type": "string", "pattern": "^a"}, {"type": "string"}, {"pattern": "like pattern"}),
        ({"type": "string", "format": "email"}, {"type": "string"}, {"format": "format email"}),
        ({"type": "string", "default": "x"}, {"type": "string"}, {"default": "like default"}),
        (
            {"type": "string", "maxLength": 20},
            {"type": "string", "config": {"size": "tiny"}},
            {"maxLength": "may have 255 characters, not only 20"},
        ),
        (
            {"type": "number", "multipleOf": 3, "minimum": 0},
            {"type": "number"},
            {"multipleOf": "multiple of 3", "minimum": "minimum"},
        ),
        (True, {"type": "string"}, {"": "Kept as text"}),
        ({"type": ["string", "number"]}, {"type": "string"}, {"": "Kept as text"}),
        (
            {"anyOf": [{"type": "string"}, {"type": "number"}]},
            {"type": "string"},
            {"": "Kept as text", "anyOf": "like anyOf"},
        ),
        ({"enum": [1.5]}, {"type": "number"}, {"": "texts and whole numbers"}),
        (
            {"type": "string", "enum": [str(number) for number in range(101)]},
            {"type": "string"},
            {"": "Its 101 values are not checked"},
        ),
        ({"type": "array"}, {"type": "string-list"}, {"": "list of texts"}),
        (
            {"type": "array", "items": {"type": "number"}, "minItems": 1},
            {"type": "string-list"},
            {"items": "not of numbers", "minItems": "minItems"},
        ),
    ],
    ids=str,
)
def test_what_a_field_cannot_say_is_told(
    schema: Any, field: dict[str, Any], told: dict[str, str]
) -> None:
    found, omissions = field_of(schema)

    assert field == found
    assert told.keys() == omissions.keys()
    assert all(words in omissions[path] for path, words in told.items())


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"type": "object"}, "an object of any shape"),
        ({"$ref": "#/nowhere"}, "is not in this file"),
        ({"$ref": "https://example.com/a.json"}, "is not in this file"),
        ({"$ref": "#/properties/a"}, "leads to itself"),
        (False, "it allows no value"),
    ],
    ids=str,
)
def test_what_becomes_no_field_is_told(schema: Any, told: str) -> None:
    properties = {"a": schema, "b": {"type": "boolean"}}
    conversion = from_json_schema({"type": "object", "properties": properties})

    assert [{"key": "b", "type": "boolean"}] == sheets_of(conversion)[0]["fields"]
    assert told in told_of(conversion)["properties/a"]


def test_an_object_inside_itself_ends() -> None:
    node = {"type": "object", "properties": {"id": {"type": "string"}, "up": {"$ref": "#/$defs/n"}}}
    conversion = from_json_schema({"$ref": "#/$defs/n", "$defs": {"n": node}})

    assert ["id"] == [field["key"] for field in sheets_of(conversion)[0]["fields"]]
    assert {"properties/up": "Left out: #/$defs/n leads to itself."} == told_of(conversion)


def test_a_list_at_the_root_is_about_its_items() -> None:
    item = {
        "type": "object",
        "properties": {"a": {"type": "boolean"}},
        "additionalProperties": True,
    }
    conversion = from_json_schema({"type": "array", "items": item}, name="Big List")

    assert ["big-list"] == [sheet["slug"] for sheet in sheets_of(conversion)]
    assert sheets_of(conversion)[0]["allowAdditionalFields"]


def test_definitions_alone_are_sheets() -> None:
    objects = {key: {"properties": {"id": {"type": "integer"}}} for key in ("Contact", "order")}
    conversion = from_json_schema({"definitions": {**objects, "empty": {"type": "object"}}})

    assert ["Contact", "order"] == [sheet["slug"] for sheet in sheets_of(conversion)]
    assert ["definitions/empty"] == list(told_of(conversion))


def test_what_is_said_of_more_than_one_field_is_told() -> None:
    lines = {"type": "array", "minItems": 1, "title": "Lines", "items": {"$ref": "#/$defs/a~1b%25"}}
    address = {
        "type": "object",
        "title": "Address",
        "required": ["street"],
        "properties": {"street": {"type": "string"}},
    }
    tags = {"type": "array", "items": {"type": "string", "description": "A word."}}
    line = {"type": "object", "properties": {"a": {"type": "string"}}}
    conversion = from_json_schema(
        {
            "type": "object",
            "minProperties": 1,
            "properties": {"lines": lines, "address": address, "tags": tags},
            "$defs": {"a/b%": line, "unused": line},
        }
    )

    assert ["data", "lines"] == [sheet["slug"] for sheet in sheets_of(conversion)]
    assert {
        "minProperties",
        "properties/lines",
        "properties/lines/minItems",
        "properties/lines/title",
        "properties/address/title",
        "properties/address/required",
        "properties/tags/items/description",
        "$defs/unused",
    } == set(told_of(conversion))


def test_two_properties_that_get_one_key_are_told() -> None:
    inner = {"type": "object", "properties": {"b": {"type": "boolean"}}}
    schema = {"type": "object", "properties": {"a_b": {"type": "string"}, "a": inner}}
    conversion = from_json_schema(schema, name="s")

    assert [{"key": "a_b", "type": "string"}] == sheets_of(conversion)[0]["fields"]
    told = {"workbooks/s/sheets/s/fields/a_b": "Left out: 'a_b' is used more than once."}
    assert [*told] == [*told_of(conversion)]
