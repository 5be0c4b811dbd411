"""Records as wholes: cells, changes, unknown keys, and the digest of a Sheet's rules."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.records.values.sheet import enum, field, rules
from gqlspaces.blueprint import FieldType
from gqlspaces.features.records.layout import Cell, Layout
from gqlspaces.features.records.values import SheetRules, text_of
from gqlspaces.kernel.errors import DomainError

SHEET = rules(field("name"), field("age", "number"), field("tags", "string-list"))


def test_values_stand_at_the_slots_of_their_fields() -> None:
    sheet = rules(field("b"), field("a"), slots=[3, 1])

    assert [None, "x", None, "y"] == sheet.normalised({"a": "x", "b": "y"})
    assert [None, "x"] == sheet.normalised({"a": "x", "b": ""})
    assert [] == sheet.normalised({})


def test_what_was_not_sent_stays_and_null_clears() -> None:
    previous = ["Ann", 30, ["x"]]

    assert (["Ann", 31, ["x"]], [1]) == SHEET.merged({"age": "31"}, previous)
    assert (["Ann"], [2, 1]) == SHEET.merged({"tags": None, "age": ""}, previous)
    assert ([None, None, ["x"]], [0, 1]) == SHEET.merged({"name": None, "age": None}, previous)
    assert ["Ann", 30, ["x"]] == previous


def test_what_is_the_same_is_no_change() -> None:
    previous = ["Ann", 30, ["x", "1"]]
    same = {"name": "Ann", "age": 30.0, "tags": ["x", 1]}

    assert (previous, []) == SHEET.merged(same, previous)
    assert ([], []) == SHEET.merged({"name": None}, [])


@pytest.mark.parametrize(("old", "new"), [(1, True), (True, 1), ("1", 1), (0, False)])
def test_values_of_different_types_differ(old: Any, new: Any) -> None:
    options = enum("1", 1, 0, True, False)
    sheet = rules(field("k", "enum", config=options), field("l", "enum-list", config=options))

    assert [0, 1] == sheet.merged({"k": new, "l": [new]}, [old, [old]])[1]


@pytest.mark.parametrize("number", [1e20, 1.152921504606847e18, -1e300])
def test_a_large_number_is_the_same_when_the_database_gives_its_digits(number: float) -> None:
    whole = int(text_of(number))

    assert [] == SHEET.merged({"age": number}, [None, whole])[1]
    assert [] == SHEET.messages([None, whole])


def test_what_removed_fields_left_stays() -> None:
    layout = Layout(
        (Cell(0, "a", "A", FieldType.STRING),), (Cell(2, "old", "Old", FieldType.STRING),)
    )
    sheet = SheetRules([field("a")], layout)

    assert (["y", None, "kept"], [0]) == sheet.merged({"a": "y"}, ["x", None, "kept"])
    assert ([None, None, "kept"], [0]) == sheet.merged({"a": None}, ["x", None, "kept"])
    assert (["x", None, "kept"], []) == sheet.renewed(["x", None, "kept"])
    with pytest.raises(DomainError):
        sheet.normalised({"old": "x"})


def test_stored_cells_are_renewed_under_other_types() -> None:
    cells = SHEET.normalised({"name": "007", "age": 5, "tags": ["x"]})
    sheet = rules(field("name", "number"), field("age"), field("tags", "enum", config=enum("x")))

    renewed, changed = sheet.renewed(cells)
    assert ([7, "5", "x"], [0, 1, 2]) == (renewed, changed)
    assert (renewed, []) == sheet.renewed(renewed)


def refusal(sheet: SheetRules, values: Any) -> tuple[str, tuple[str, ...], str]:
    with pytest.raises(DomainError) as caught:
        sheet.normalised(values)
    with pytest.raises(DomainError) as again:
        sheet.merged(values, [])
    assert again.value.path == caught.value.path
    return caught.value.code, caught.value.path, caught.value.message


def test_an_unknown_key_is_refused_with_a_hint() -> None:
    assert ("INVALID", ("values", "nme"), "There is no Field 'nme'. Did you mean 'name'?") == (
        refusal(SHEET, {"name": "x", "nme": None})
    )
    assert "There is no Field 'zzz'." == refusal(SHEET, {"zzz": 1})[2]
    assert ("values", "?") == refusal(SHEET, {"\ud800": 1})[1]
    assert 100 == len(refusal(SHEET, {"x" * 1000: 1})[1][1])


def test_hints_are_given_for_so_many_unknown_keys_only() -> None:
    sheet = rules(field("name"))
    messages = [refusal(sheet, {f"name{n}": 1})[2] for n in range(102)]

    assert messages[99].endswith("Did you mean 'name'?")
    assert messages[100] == "There is no Field 'name100'."
    assert refusal(sheet, {"name5": 1})[2] == messages[5]


@pytest.mark.parametrize("values", [None, [], "x", 5])
def test_values_that_are_no_object_are_refused(values: Any) -> None:
    assert ("INVALID", ("values",)) == refusal(SHEET, values)[:2]


def test_whoever_asks_is_told_of_values_for_fields_that_are_not_there() -> None:
    strangers: list[Any] = []

    cells = SHEET.normalised({"x": 1, "name": "Ann"}, lambda *stranger: strangers.append(stranger))
    SHEET.merged({"y": []}, cells, lambda *stranger: strangers.append(stranger))
    assert ["Ann"] == cells
    assert [("x", 1), ("y", [])] == strangers


def test_rows_of_fields_are_read_as_objects_are() -> None:
    document: dict[str, Any] = {
        "key": "a",
        "label": None,
        "type": "number",
        "config": {},
        "constraints": [],
    }
    layout = rules(field("a", "number")).layout

    row = SheetRules([SimpleNamespace(**document)], layout)
    assert SheetRules([document], layout).digest == row.digest
    assert [5] == row.normalised({"a": "5"})


BASE = field("a", "enum", label="A", config=enum("x", "y"))
RULE = {"type": "unique", "name": "n", "fields": ["a", "b"], "strategy": "hash"}


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "enum-list"},
        {"type": "string", "config": {}},
        {"config": enum("x")},
        {"config": enum("x", "y", allowCustom=True)},
        {"type": "number", "config": {"decimalPlaces": 2}},
        {"type": "reference", "config": {"ref": "s", "key": "k"}},
        {"constraints": [{"type": "required"}]},
        {"constraints": [{"type": "required", "level": "warn"}]},
        {"constraints": [{"type": "required", "message": "m"}]},
        {"constraints": [{"type": "unique"}]},
        {"constraints": [{"type": "unique", "level": "info"}]},
        {"constraints": [{"type": "unique", "caseSensitive": False}]},
    ],
)
def test_the_digest_changes_with_what_values_must_be(changes: dict[str, Any]) -> None:
    assert rules(BASE, field("b")).digest != rules(BASE | changes, field("b")).digest


def test_the_digest_changes_with_the_sheet_around_a_field() -> None:
    sheets = [
        rules(BASE, field("b")),
        rules(field("b"), BASE),
        rules(field("b"), BASE, slots=[1, 0]),
        rules(BASE, field("b"), slots=[0, 2]),
        rules(BASE, field("b"), demands=[("a", None)]),
        rules(BASE, field("b"), demands=[("a", "b")]),
        rules(BASE, field("b"), constraints=[RULE]),
        rules(BASE, field("b"), constraints=[RULE | {"strategy": "concat"}]),
        rules(BASE, field("b"), constraints=[RULE | {"config": {"level": "warn"}}]),
        rules(BASE, field("b"), constraints=[RULE | {"requiredFields": ["a"]}]),
    ]

    assert len(sheets) == len({sheet.digest for sheet in sheets})


def test_the_digest_does_not_change_with_looks() -> None:
    options = [{"value": "x", "label": "X", "color": "red"}, {"value": "y"}]
    other = BASE | {
        "label": "B",
        "description": "d",
        "readonly": True,
        "config": {"options": options, "sortBy": "label"},
        "constraints": [{"type": "computed"}, {"type": "external", "validator": "v"}],
    }

    assert rules(BASE, field("b")).digest == rules(other, field("b")).digest
    assert rules(BASE, field("b")).digest == rules(BASE, field("b")).digest


def test_a_label_counts_where_a_message_says_it() -> None:
    required = {"constraints": [{"type": "required"}]}

    assert rules(BASE | required).digest != rules(BASE | required | {"label": "B"}).digest


values = st.dictionaries(
    st.sampled_from(["name", "age", "tags"]),
    st.none()
    | st.text(st.characters(codec="ascii", exclude_characters="\x00"))
    | st.integers(-9, 9),
)


@given(values, values)
def test_merging_is_as_if_all_had_been_sent_at_once(
    first: dict[str, Any], then: dict[str, Any]
) -> None:
    merged, changed = SHEET.merged(then, SHEET.normalised(first))

    assert SHEET.normalised(first | then) == merged
    before = [*SHEET.normalised(first), None, None, None]
    after = [*merged, None, None, None]
    assert {slot for slot in range(3) if before[slot] != after[slot]} == set(changed)
