"""Required values."""

import pytest

from features.records.values.sheet import enum, field, rules

REQUIRED = [{"type": "required"}]


def test_a_required_value_that_is_empty_is_told_by_the_label() -> None:
    sheet = rules(
        field("email", label="E-mail", constraints=REQUIRED), field("name", constraints=REQUIRED)
    )

    assert [
        {
            "field": "email",
            "type": "error",
            "source": "required-constraint",
            "message": "E-mail is required",
        },
        {
            "field": "name",
            "type": "error",
            "source": "required-constraint",
            "message": "name is required",
        },
    ] == sheet.messages([])


@pytest.mark.parametrize("level", ["error", "warn", "info"])
def test_a_required_value_is_told_in_the_words_of_its_constraint(level: str) -> None:
    rule = {"type": "required", "message": "We need it", "level": level}
    (message,) = rules(field("k", constraints=[rule])).messages([None])

    assert ("We need it", level) == (message["message"], message["type"])


@pytest.mark.parametrize(
    ("type", "value", "config"),
    [
        ("string", " ", {}),
        ("number", 0, {}),
        ("boolean", False, {}),
        ("date", "2024-01-01", {}),
        ("enum", "a", enum("a")),
        ("enum-list", ["a"], enum("a")),
        ("string-list", ["a"], {}),
        ("reference", "a", {"ref": "s"}),
        ("reference-list", ["a"], {"ref": "s"}),
    ],
)
def test_a_value_of_any_type_is_required_or_not(
    type: str, value: object, config: dict[str, object]
) -> None:
    free = rules(field("k", type, config=config))
    required = rules(field("k", type, config=config, constraints=REQUIRED))

    assert free.messages([]) == []
    assert [m["source"] for m in required.messages([])] == ["required-constraint"]
    assert free.messages([value]) == required.messages([value]) == []


def test_null_is_an_answer_where_a_boolean_may_be_indeterminate() -> None:
    config = {"allowIndeterminate": True}

    assert rules(field("k", "boolean", config=config, constraints=REQUIRED)).messages([]) == []


def test_faults_stand_in_the_order_of_the_fields() -> None:
    sheet = rules(
        field("b", "number"), field("a", constraints=REQUIRED), field("c", "date"), slots=[2, 0, 1]
    )

    assert ["b", "a", "c"] == [m["field"] for m in sheet.messages([None, "x", "y"])]


def test_a_value_that_stands_where_another_type_stood_is_flagged() -> None:
    kinds = [field("k"), field("k", "string-list"), field("k", "enum-list", config=enum("a"))]

    for kind, value in zip(kinds, [5, "a", "a"], strict=True):
        assert [m["source"] for m in rules(kind).messages([value])] == ["is-artifact"]
