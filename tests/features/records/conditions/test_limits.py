"""What is as large or as deep as it may be is answered as well."""

import pytest

from features.records.conditions.evaluation import Stored, holds
from features.records.conditions.store import Store
from gqlspaces.blueprint.field_type import FieldType
from gqlspaces.features.records.conditions.search import asked
from gqlspaces.features.records.layout import Cell, Layout

NARROW = Layout((Cell(0, "a", "A", FieldType.STRING), Cell(1, "n", "N", FieldType.NUMBER)))
TYPES = [FieldType.STRING, FieldType.NUMBER, FieldType.STRING_LIST]
# Every second Field was removed, so that the slots of the others are no range.
WIDE = Layout(
    tuple(Cell(2 * n, f"f{n}", f"F{n}", TYPES[n % 3]) for n in range(1000)),
    removed=tuple(Cell(2 * n + 1, f"g{n}", f"G{n}", FieldType.STRING) for n in range(1000)),
)


def leaning_right(depth: int, leaf: str) -> str:
    joined = leaf
    for level in range(depth):
        joined = f"{leaf} {('and', 'or')[level % 2]} ({joined})"
    return joined


def leaning_left(depth: int, leaf: str) -> str:
    joined = leaf
    for level in range(depth):
        joined = f"({joined}) {('and', 'or')[level % 2]} {leaf}"
    return joined


@pytest.mark.parametrize(
    "query",
    [
        leaning_right(50, "n contains 5"),
        leaning_left(50, "n contains 5"),
        leaning_right(50, "n ne 5"),
        f"({leaning_right(49, 'a is error')}) and ({leaning_right(49, 'is warning')})",
        f"({leaning_left(49, 'ne x')}) or ({leaning_right(49, 'gt 1')})",
    ],
)
async def test_conditions_may_be_nested_as_deep_as_the_limit_says(store: Store, query: str) -> None:
    condition = asked(NARROW, q=query)
    stored = [Stored(["a", 5]), Stored(["b", [5]]), Stored([])]
    expected = [n for n, one in enumerate(stored) if holds(condition, one, NARROW)]
    assert expected == await store.chosen(condition, NARROW, stored)


@pytest.mark.parametrize("comparison", ["contains x1", "gt x0", 'eq ""', "ne x1", "ilike X1"])
async def test_all_fields_may_be_asked_as_often_as_the_limit_says(
    store: Store, comparison: str
) -> None:
    condition = asked(WIDE, q=" and ".join([comparison] * 100))
    found = [None] * 1998 + [["x1", 5]]
    hidden = [1, "x1"] * 1000
    stored = [Stored(found), Stored(hidden), Stored(["x1", None]), Stored([1, 2] * 1000)]
    expected = [n for n, one in enumerate(stored) if holds(condition, one, WIDE)]
    assert expected == await store.chosen(condition, WIDE, stored)


@pytest.mark.parametrize("letter", ["[", "😀", "%", "_", "\\", "İ"])
async def test_a_pattern_may_be_as_long_as_a_query(store: Store, letter: str) -> None:
    written = letter.replace("\\", "\\\\")
    times = 9_980 // len(written)
    condition = asked(NARROW, q=f'a ilike "{written * times}"')
    stored = [Stored([letter * times]), Stored(["a"]), Stored([letter * times + "b"])]
    expected = [0, 1, 2] if letter == "%" else [0]
    assert expected == await store.chosen(condition, NARROW, stored)
