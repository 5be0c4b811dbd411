from typing import Any

import pytest
from pydantic import ValidationError

from gqlspaces.blueprint import ProblemCode, check_json, problems


def _nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth - 1):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    "value",
    [{}, {"a": [1, 2.5, None, True, "é😀"]}, _nested(20), {"a": 2**63}, "text", 0, None],
)
def test_json_is_given_back_as_it_is(value: Any) -> None:
    assert value == check_json(value)


@pytest.mark.parametrize(
    ("value", "code", "path"),
    [
        (_nested(21), ProblemCode.INVALID, ()),
        ({"a": {"b": [float("nan")]}}, ProblemCode.INVALID, ("a", "b", "0")),
        ({"a": float("inf")}, ProblemCode.INVALID, ("a",)),
        ({"a": 10**5000}, ProblemCode.INVALID, ("a",)),
        ({"a": "x\x00"}, ProblemCode.INVALID, ("a",)),
        ({"a": "\udfff"}, ProblemCode.INVALID, ("a",)),
        ({"a": {"k\x00": 1}}, ProblemCode.INVALID, ("a",)),
        ({"a": {1: 1}}, ProblemCode.INVALID, ("a",)),
        ({"a": {1, 2}}, ProblemCode.INVALID, ("a",)),
        ({"a": "é" * 40_000}, ProblemCode.TOO_LONG, ()),
    ],
)
def test_what_no_database_could_store_is_refused(
    value: Any, code: ProblemCode, path: tuple[str, ...]
) -> None:
    with pytest.raises(ValidationError) as caught:
        check_json(value)

    assert [(code, path)] == [(p.code, p.path) for p in problems(caught.value)]


def test_a_value_that_holds_itself_ends() -> None:
    value: dict[str, Any] = {}
    value["self"] = value

    with pytest.raises(ValidationError):
        check_json(value)
