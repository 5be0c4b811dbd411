"""The limits of documents, and that measuring them is cheap."""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from graphql import get_introspection_query, parse

from gqlspaces.kernel.graphql.engine import SchemaEngine
from gqlspaces.kernel.graphql.failures import RequestRefused
from gqlspaces.kernel.graphql.limits import Limits, exceeded_limits


def complaints(document: str) -> list[str]:
    return [error.message for error in exceeded_limits(parse(document), Limits())]


def calls_of(work: Callable[[], object]) -> int:
    """How many functions are called to do something: its cost, the same on every machine."""
    calls = 0

    def count(_frame: object, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


def nested(levels: int) -> str:
    return "{ thing " * (levels - 1) + "{ name }" + " }" * (levels - 1)


def doubling(fragments: int, leaf: str) -> str:
    chain = "".join(
        f"fragment F{number} on Thing {{ ...F{number + 1} ...F{number + 1} }} "
        for number in range(fragments)
    )
    return f"{{ thing {{ ...F0 }} }} {chain} fragment F{fragments} on Thing {{ {leaf} }}"


@pytest.mark.parametrize(
    ("within", "beyond", "what"),
    [
        (nested(12), nested(13), "12 levels of fields"),
        (
            "{" + "".join(f"a{n}: hello " for n in range(30)) + "}",
            "{" + "".join(f"a{n}: hello " for n in range(31)) + "}",
            "30 aliases",
        ),
        ("{" + "hello " * 50 + "}", "{" + "hello " * 51 + "}", "50 root fields"),
        (
            "{ hello " + "@skip(if: false) " * 20 + "}",
            "{ hello " + "@skip(if: false) " * 21 + "}",
            "20 directives",
        ),
        (
            "{ ...F ...F } fragment F on Query {" + "hello " * 25 + "}",
            "{ ...F ...F } fragment F on Query {" + "hello " * 26 + "}",
            "50 root fields",
        ),
        (
            "{ thing { ...F } } fragment F on Thing " + nested(11),
            "{ thing { ...F } } fragment F on Thing " + nested(12),
            "12 levels of fields",
        ),
        (
            "query ($v: Int @a) @b { hello }" + "{ ... @c { hello } }" * 1,
            "query ($v: Int " + "@a " * 20 + ") @b { hello }",
            "20 directives",
        ),
    ],
)
def test_a_limit_is_exact(within: str, beyond: str, what: str) -> None:
    assert complaints(within) == []
    assert complaints(beyond) == [f"The operation has more than {what}."]


@pytest.mark.parametrize("descriptions", [True, False])
def test_the_standard_introspection_query_passes(engine: SchemaEngine, descriptions: bool) -> None:
    query = get_introspection_query(
        descriptions=descriptions,
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    )
    assert engine.prepare(query).operation.name


def test_introspection_has_its_own_depth() -> None:
    types = "{ __schema { types " + "{ ofType " * 18 + "{ name }" + " }" * 18 + " } }"
    assert complaints(types) == ["The operation has more than 20 levels of introspection."]


@pytest.mark.parametrize("leaf", ["a: name", "name", "name @skip(if: false)"])
def test_doubling_fragments_do_not_double_the_work(engine: SchemaEngine, leaf: str) -> None:
    def prepare(document: str) -> None:
        try:
            engine.prepare(document)
        except RequestRefused as refused:
            assert refused.code == "LIMIT_EXCEEDED"  # noqa: PT017 - the plain leaf is allowed

    shallow, deep = (calls_of(partial(prepare, doubling(n, leaf))) for n in (5, 25))
    assert deep < 10 * shallow


def test_aliases_in_fragments_count_as_often_as_they_are_spread() -> None:
    assert complaints(doubling(5, "a: name")) == ["The operation has more than 30 aliases."]
    assert complaints(doubling(4, "a: name")) == []


def test_circular_fragments_are_left_to_validation(engine: SchemaEngine) -> None:
    document = "{ thing { ...A } } fragment A on Thing { ...B } fragment B on Thing { ...A }"
    with pytest.raises(RequestRefused) as refusal:
        engine.prepare(document)
    assert refusal.value.code == "GRAPHQL_VALIDATION_FAILED"


def test_a_long_chain_of_fragments_is_refused_not_a_crash(engine: SchemaEngine) -> None:
    chain = "".join(f"fragment F{n} on Thing {{ ...F{n + 1} }} " for n in range(240))
    with pytest.raises(RequestRefused):
        engine.prepare(f"{{ thing {{ ...F0 }} }} {chain} fragment F240 on Thing {{ name }}")


def test_the_number_of_tokens_is_limited_before_parsing_ends(engine: SchemaEngine) -> None:
    operations = " ".join(f"query Q{number} {{ hello }}" for number in range(400))
    assert engine.prepare(operations, "Q7").operation.name
    with pytest.raises(RequestRefused) as refusal:
        engine.prepare(operations + " query { hello }", "Q7")
    assert refusal.value.code == "LIMIT_EXCEEDED"


def test_the_length_of_a_document_is_limited_comments_included(engine: SchemaEngine) -> None:
    with pytest.raises(RequestRefused) as refusal:
        engine.prepare("{ hello }" + "#\n" * 16 * 1024)
    assert refusal.value.code == "LIMIT_EXCEEDED"


def test_at_most_five_errors_are_reported(engine: SchemaEngine) -> None:
    with pytest.raises(RequestRefused) as refusal:
        engine.prepare("{" + " ".join(f"unknown{n}" for n in range(20)) + "}")
    assert len(refusal.value.errors) == 5


def test_fields_that_overlap_a_thousand_times_are_cheap(engine: SchemaEngine) -> None:
    def prepare(fields: int) -> None:
        with pytest.raises(RequestRefused):
            engine.prepare("{ thing {" + "name: name " * fields + "} }")

    some, many = (calls_of(partial(prepare, fields)) for fields in (60, 600))
    assert many < 20 * some
