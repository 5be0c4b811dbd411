"""What a comparison chooses, for each kind of cell, on both databases."""

from typing import Any

import pytest
from sqlalchemy import literal_column, select, update

from features.records.conditions.evaluation import Stored, holds
from features.records.conditions.store import Store
from gqlspaces.blueprint.field_type import FieldType
from gqlspaces.features.records.conditions.condition import EVERY, NONE
from gqlspaces.features.records.conditions.search import asked
from gqlspaces.features.records.conditions.sql import compiled
from gqlspaces.features.records.layout import Cell, Layout
from gqlspaces.features.records.model import record

# In the order of the Sheet; the slots are in another one, and one of them is a removed Field's.
TEXT, NUMBER = (
    Cell(3, "text", "A Text", FieldType.STRING),
    Cell(0, "number", "No", FieldType.NUMBER),
)
LAYOUT = Layout((TEXT, NUMBER), removed=(Cell(1, "gone", "Gone", FieldType.STRING),))

KINDS = [None, "", [], "a", "A", "5", 5, 5.5, True, ["a", "5"], [5, True], {"a": "a"}, [["a"]]]


def with_text(value: Any) -> Stored:
    return Stored([1, "gone", None, value])


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ('eq ""', [None, "", []]),
        ("eq a", ["a"]),
        ("eq 5", ["5", 5]),
        ("eq 5.0", [5]),
        ("eq +05", [5]),
        ("eq \u0665", []),
        ("eq .55e1", [5.5]),
        ("eq TRUE", [True]),
        ("eq '[]'", []),
        ('eq \'["a","5"]\'', []),
        ("ne a", [one for one in KINDS if one != "a"]),
        ('ne ""', KINDS[3:]),
        ("lt A", ["", "5"]),
        ("lt a", ["", "A", "5"]),
        ("gte 5", ["a", "A", "5", 5, 5.5]),
        ("gt 5", ["a", "A", 5.5]),
        ("lte 5", ["", "5", 5]),
        ("lte true", ["", "a", "A", "5"]),
        ("like a", ["a"]),
        ("like %", ["", "a", "A", "5"]),
        ("like _", ["a", "A", "5"]),
        ("ilike A", ["a", "A"]),
        ("contains a", ["a", ["a", "5"]]),
        ("contains 5", ["5", ["a", "5"], [5, True]]),
        ("contains true", [[5, True]]),
        ('contains ""', []),
    ],
)
async def test_a_comparison_chooses_cells(store: Store, query: str, chosen: list[Any]) -> None:
    condition = asked(LAYOUT, q=f"text {query}")
    stored = [with_text(kind) for kind in KINDS]
    places = await store.chosen(condition, LAYOUT, stored)
    assert chosen == [KINDS[place] for place in places]
    assert places == [n for n, one in enumerate(stored) if holds(condition, one, LAYOUT)]


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ("number gt 9", [2]),
        ("number lt zz", []),
        ("number gte ''", []),
        ("number eq 9", [0, 1]),
        ("gt 9", [2, 3]),
        ("gte 9", [1, 2, 3]),
    ],
)
async def test_texts_in_a_field_of_numbers_are_in_no_order(
    store: Store, query: str, chosen: list[int]
) -> None:
    stored = [Stored(["9"]), Stored([9]), Stored([10]), with_text("95")]
    assert chosen == await store.chosen(asked(LAYOUT, q=query), LAYOUT, stored)


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ("eq a", [0]),
        ("ne a", [1, 2, 3, 4]),
        ('eq ""', [0, 2, 3, 4]),
        ('ne ""', [1]),
        ("eq gone", []),
        ("like gone", []),
        ("eq hidden", []),
    ],
)
async def test_without_a_field_one_of_those_the_sheet_still_has_must_fit(
    store: Store, query: str, chosen: list[int]
) -> None:
    stored = [
        Stored([None, "gone", None, "a"]),
        Stored([1, "gone", "hidden", "b"]),
        Stored([1, "gone"]),
        Stored([]),
        Stored([1, "gone", "a", None, "a"]),
    ]
    assert chosen == await store.chosen(asked(LAYOUT, q=query), LAYOUT, stored)


@pytest.mark.parametrize(
    ("pattern", "chosen"),
    [
        ("%", ["", "a%b", "a\nb", "a_b", "a\\b", "a*b", "a[x]b", "a😀b", "axb"]),
        ("a_b", ["a%b", "a\nb", "a_b", "a\\b", "a*b", "a😀b", "axb"]),
        ("a%b", ["a%b", "a\nb", "a_b", "a\\b", "a*b", "a[x]b", "a😀b", "axb"]),
        ("a\\b", ["a\\b"]),
        ("a*b", ["a*b"]),
        ("a[x]b", ["a[x]b"]),
        ("a?b", []),
        ("%[%", ["a[x]b"]),
        ("%\\%", ["a\\b"]),
        ("a", []),
        ("", [""]),
    ],
)
async def test_only_percent_and_underscore_are_special_in_a_pattern(
    store: Store, pattern: str, chosen: list[str]
) -> None:
    texts = ["", "a%b", "a\nb", "a_b", "a\\b", "a*b", "a[x]b", "a😀b", "axb"]
    stored = [with_text(text) for text in texts]
    for operator in ("like", "ilike"):
        quoted = pattern.replace("\\", "\\\\")
        condition = asked(LAYOUT, q=f'text {operator} "{quoted}"')
        places = await store.chosen(condition, LAYOUT, stored)
        assert chosen == [texts[place] for place in places], operator


@pytest.mark.parametrize(
    ("search", "chosen"),
    [
        ("STRASSE", ["strasse"]),
        ("straẞe", ["Straße", ["x", "STRAßE 5"]]),
        ("istanbul", ["İSTANBUL", "Istanbul"]),
        ("ΟΔΟΣ", ["οδος", "ΟΔΟΣΑ"]),
        ("5", ["5", 5, ["x", "STRAßE 5"], [5.0]]),
        ('"5"', ["5", 5, [5.0]]),
        ('"x"', [["x", "STRAßE 5"]]),
        ('"X"', []),
        ("true", []),
        ('"true"', [True]),
        ('""', [None]),
    ],
)
async def test_a_search_looks_into_texts_and_lists(
    store: Store, search: str, chosen: list[Any]
) -> None:
    values = ["strasse", "Straße", "İSTANBUL", "Istanbul", "οδος", "ΟΔΟΣΑ", "5", 5, 0.5, True, None]
    values += [["x", "STRAßE 5"], [5.0]]
    condition = asked(LAYOUT, search=search, search_field="A Text")
    places = await store.chosen(condition, LAYOUT, [with_text(value) for value in values])
    assert chosen == sorted((values[place] for place in places), key=values.index)


async def test_numbers_are_compared_as_doubles(store: Store) -> None:
    numbers = [2**53, 2**53 + 1, 1e22, 1.7976931348623157e308, 5e-324, -0.0, 0.1]
    stored = [with_text(number) for number in numbers]
    for query, chosen in {
        "eq 9007199254740993": [0, 1],
        "eq 1e22": [2],
        "eq 10000000000000000000000": [2],
        "eq 17976931348623157" + "0" * 292: [3],
        "eq 5e-324": [4],
        "eq 0": [5],
        "eq 0.1000000000000000055": [6],
        "gte 1e999": [],
        "lt 1e-300": [4, 5],
    }.items():
        assert chosen == await store.chosen(asked(LAYOUT, q=f"text {query}"), LAYOUT, stored), query


async def test_the_state_is_that_of_the_record_or_of_a_cell(store: Store) -> None:
    stored = [
        Stored([]),
        Stored([], [{"type": "info", "message": "m", "field": "text"}]),
        Stored([], [{"type": "warn", "message": "m", "field": "text"}]),
        Stored([], [{"type": "error", "message": "m", "field": "text"}]),
        Stored([], [{"type": "error", "message": "m"}, {"type": "warn", "message": "m"}]),
    ]
    for query, chosen in {
        "is error": [3, 4],
        "is valid": [0, 1, 2],
        "is warning": [2, 4],
        "text is error": [3],
        "text is valid": [0, 1, 2, 4],
        "text is warning": [2],
        "number is error": [],
    }.items():
        assert chosen == await store.chosen(asked(LAYOUT, q=query), LAYOUT, stored), query


async def test_every_record_or_none_is_chosen(store: Store) -> None:
    stored = [Stored([]), with_text("a")]
    assert [0, 1] == await store.chosen(EVERY, LAYOUT, stored)
    assert [] == await store.chosen(NONE, LAYOUT, stored)


async def test_no_stored_number_makes_a_question_fail(store: Store) -> None:
    expression = "'[1e999, null, null, 1e-999]'"
    if store.dialect == "postgresql":
        expression += "::jsonb"
    async with store.holding([Stored([])]) as connection:
        await connection.execute(update(record).values({"values": literal_column(expression)}))
        for query in ("number gt 1", "text eq 1", "eq 1", "gt 1", "contains 1"):
            test = compiled(asked(LAYOUT, q=query), LAYOUT, store.dialect)
            (truth,) = await connection.scalars(select(test).select_from(record))
            assert truth is not None
