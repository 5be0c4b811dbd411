from collections.abc import Callable
from typing import Any

import pytest

from gqlspaces.blueprint import Configuration, FieldConfig, FieldType, dump

Tell = Callable[[type[Configuration], Any], list[tuple[str, str]]]
OPTIONS = [{"value": "a"}, {"value": 1}, {"value": True}]


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("string", {"size": "tiny"}),
        ("number", {"decimalPlaces": 2}),
        ("boolean", {"allowIndeterminate": True}),
        ("date", None),
        ("enum", {"options": OPTIONS, "allowCustom": True, "sortBy": "ordinal"}),
        ("enum-list", {"options": [{"value": "a", "meta": {"x": None}, "ordinal": 3}]}),
        ("string-list", None),
        ("reference", {"ref": "s", "key": "k", "relationship": "has-one"}),
        ("reference-list", {"ref": "s", "filter": {"refField": "a", "recordField": "b"}}),
    ],
)
def test_each_of_the_nine_types_keeps_its_settings(kind: str, config: Any) -> None:
    field = FieldConfig.model_validate({"key": "f", "type": kind, "config": config})

    assert FieldType(kind) is field.type
    assert config == field.config


def test_there_are_nine_types() -> None:
    assert len(FieldType) == 9


@pytest.mark.parametrize(
    ("kind", "config", "expected"),
    [
        ("string", {"size": "huge"}, ("INVALID", "config.size")),
        ("string", {"options": OPTIONS}, ("INVALID", "config.options")),
        ("date", {"size": "tiny"}, ("INVALID", "config.size")),
        ("number", {"decimalPlaces": -1}, ("INVALID", "config.decimalPlaces")),
        ("enum", {}, ("REQUIRED", "config.options")),
        ("enum", {"options": []}, ("REQUIRED", "config.options")),
        ("enum", {"options": [{"value": i} for i in range(101)]}, ("TOO_LONG", "config.options")),
        ("enum", {"options": OPTIONS * 2}, ("DUPLICATE", "config.options.3.value")),
        ("enum", {"options": [{"value": 1.5}]}, ("INVALID", "config.options.0.value")),
        ("enum", {"options": [{}]}, ("REQUIRED", "config.options.0.value")),
        ("enum", {"options": OPTIONS, "sortBy": "age"}, ("INVALID", "config.sortBy")),
        ("reference", {"key": "k"}, ("REQUIRED", "config.ref")),
        ("reference", {"ref": "s", "filter": {}}, ("REQUIRED", "config.filter.refField")),
        (
            "reference-list",
            {"ref": "s", "relationship": "has-one"},
            ("INVALID", "config.relationship"),
        ),
    ],
)
def test_settings_that_a_type_does_not_know_are_refused(
    told: Tell, kind: str, config: Any, expected: tuple[str, str]
) -> None:
    assert expected in told(FieldConfig, {"key": "f", "type": kind, "config": config})


def test_an_option_may_be_one_and_another_true() -> None:
    field = FieldConfig.model_validate({"key": "f", "type": "enum", "options": OPTIONS})

    assert field.config == {"options": OPTIONS}


def test_deprecated_settings_of_enums_are_accepted() -> None:
    config = {"options": OPTIONS, "multi": True, "isArray": False}
    field = FieldConfig.model_validate({"key": "f", "type": "enum", "config": config})

    assert field.config == {"options": OPTIONS}


def test_required_true_is_short_for_a_constraint() -> None:
    short = FieldConfig.model_validate({"key": "f", "required": True})
    both = FieldConfig.model_validate(
        {"key": "f", "required": True, "constraints": [{"type": "required", "message": "Please"}]}
    )
    none = FieldConfig.model_validate({"key": "f", "required": False})

    assert [c.type for c in short.constraints] == ["required"]
    assert [c.message for c in both.constraints] == ["Please"]
    assert none.constraints == []


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ({"type": "required", "message": "m", "level": "warn"}, []),
        ({"type": "unique", "caseSensitive": False, "ignoreEmpty": True}, []),
        ({"type": "computed"}, []),
        ({"type": "external", "validator": "v", "config": {"any": [1]}}, []),
        ({"type": "stored", "validator": "v", "version": 2}, []),
        ({"type": "external"}, [("REQUIRED", "constraints.0.validator")]),
        ({"type": "computed", "message": "m"}, [("INVALID", "constraints.0.message")]),
        ({"type": "required", "ignoreEmpty": True}, [("INVALID", "constraints.0.ignoreEmpty")]),
        (
            {"type": "external", "validator": "v", "version": 1},
            [("INVALID", "constraints.0.version")],
        ),
        ({"type": "required", "level": "fatal"}, [("INVALID", "constraints.0.level")]),
        ({"type": "minimum"}, [("INVALID", "constraints.0.type")]),
        ({}, [("REQUIRED", "constraints.0.type")]),
    ],
)
def test_a_constraint_has_the_keys_of_its_type(
    told: Tell, constraint: Any, expected: list[tuple[str, str]]
) -> None:
    assert expected == told(FieldConfig, {"key": "f", "constraints": [constraint]})


def test_the_nested_settings_of_a_built_in_rule_are_accepted() -> None:
    rule = {"type": "unique", "config": {"caseSensitive": False, "message": "m"}}
    field = FieldConfig.model_validate({"key": "f", "constraints": [rule]})

    assert dump(field.constraints[0]) == {"type": "unique", "caseSensitive": False, "message": "m"}


def test_validators_must_be_unique_and_at_most_ten(told: Tell) -> None:
    rules = [{"type": "external", "validator": str(i)} for i in range(11)]

    assert told(FieldConfig, {"key": "f", "constraints": rules}) == [("TOO_LONG", "constraints")]
    assert told(FieldConfig, {"key": "f", "constraints": [rules[0], rules[0]]}) == [
        ("DUPLICATE", "constraints.1.type")
    ]


def test_the_canonical_form_tells_the_type_and_leaves_out_defaults() -> None:
    field = FieldConfig(key="f", readonly=False, config={"size": "normal"})

    assert dump(field) == {"key": "f", "type": "string"}
