"""What the arguments of a list of records ask for."""

from typing import Any

import pytest

from gqlspaces.blueprint.field_type import FieldType
from gqlspaces.features.records.conditions.condition import (
    EVERY,
    NONE,
    And,
    Comparison,
    Condition,
    Operator,
    State,
    Status,
)
from gqlspaces.features.records.conditions.search import RecordFilter, asked
from gqlspaces.features.records.layout import Cell, Layout
from gqlspaces.kernel.errors import DomainError

LAYOUT = Layout(
    (Cell(0, "name", "Full Name", FieldType.STRING), Cell(1, "age", "Age", FieldType.NUMBER))
)


@pytest.mark.parametrize(
    ("arguments", "meaning"),
    [
        ({}, EVERY),
        ({"filter": RecordFilter.ALL, "filter_field": "name"}, EVERY),
        ({"filter": RecordFilter.NONE}, NONE),
        ({"filter": RecordFilter.ERROR}, Status(State.ERROR)),
        ({"filter": RecordFilter.VALID, "filter_field": "Full Name"}, Status(State.VALID, "name")),
        ({"search": ""}, EVERY),
        ({"search": "bend"}, Comparison(None, Operator.FIND, "bend")),
        ({"search": '"'}, Comparison(None, Operator.FIND, '"')),
        ({"search": '"a'}, Comparison(None, Operator.FIND, '"a')),
        ({"search": '""'}, Comparison(None, Operator.EQ, "")),
        ({"search": '"bend"'}, Comparison(None, Operator.FIND_EXACTLY, "bend")),
        ({"search": "1", "search_field": "Age"}, Comparison("age", Operator.FIND, "1")),
        ({"q": "is error"}, Status(State.ERROR)),
        (
            {"filter": RecordFilter.VALID, "search": "x", "q": "age gt 1 and age lt 9"},
            And(
                (
                    Status(State.VALID),
                    Comparison(None, Operator.FIND, "x"),
                    Comparison("age", Operator.GT, "1"),
                    Comparison("age", Operator.LT, "9"),
                )
            ),
        ),
    ],
)
def test_all_that_is_asked_for_must_hold(arguments: dict[str, Any], meaning: Condition) -> None:
    assert meaning == asked(LAYOUT, **arguments)


@pytest.mark.parametrize(
    ("arguments", "path", "said"),
    [
        ({"filter_field": "namee"}, "filterField", 'no Field "namee". Did you mean "name"?'),
        ({"search": "x", "search_field": "zz"}, "searchField", 'no Field "zz". Give the key'),
        ({"search": "x", "search_field": "\ud800"}, "searchField", "half of a surrogate pair"),
        ({"search": "a\0b"}, "search", "The character at column 2 is NUL."),
        ({"search": "x" * 10_001}, "search", "Give at most 10000 characters."),
        ({"q": " "}, "q", "Expected a comparison"),
    ],
)
def test_a_refusal_names_the_argument(arguments: dict[str, Any], path: str, said: str) -> None:
    with pytest.raises(DomainError) as caught:
        asked(LAYOUT, **arguments)
    assert ("BAD_USER_INPUT", (path,)) == (caught.value.code, caught.value.path)
    assert said in caught.value.message
