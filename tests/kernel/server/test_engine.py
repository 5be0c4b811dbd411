"""Executing over Strawberry: the cache, what errors tell, and streams."""

import logging
from typing import Any

import pytest
import strawberry
from strawberry.extensions import SchemaExtension

from gqlspaces.kernel.graphql.engine import SchemaEngine
from gqlspaces.kernel.graphql.failures import RequestRefused
from gqlspaces.kernel.graphql.limits import Limits


async def run(engine: SchemaEngine, context: Any, query: str, **variables: Any) -> Any:
    return (await engine.execute(engine.prepare(query), variables, context)).formatted


async def test_a_bug_is_masked_and_logged_once_with_its_traceback(
    engine: SchemaEngine, context: Any, caplog: pytest.LogCaptureFixture
) -> None:
    result = await run(engine, context, "{ broken hello }")
    (error,) = result["errors"]
    assert result["data"] == {"broken": None, "hello": "Hello, world!"}
    assert error["message"] == "Internal error."
    assert error["path"] == ["broken"]
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "hunter2" not in str(result)
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert error["extensions"]["reference"] in record.getMessage()
    assert record.exc_info
    assert isinstance(record.exc_info[1], RuntimeError)


async def test_a_value_of_the_wrong_type_is_masked(
    engine: SchemaEngine, context: Any, caplog: pytest.LogCaptureFixture
) -> None:
    result = await run(engine, context, "{ wrongType }")
    assert "hunter2" not in str(result)
    assert result["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert len(caplog.records) == 1


async def test_a_domain_error_is_shown(
    engine: SchemaEngine, context: Any, caplog: pytest.LogCaptureFixture
) -> None:
    (error,) = (await run(engine, context, "{ absent }"))["errors"]
    assert error["message"] == "There is no such thing."
    assert error["extensions"] == {"code": "NOT_FOUND", "kind": "thing", "path": ["id"]}
    assert error["path"] == ["absent"]
    assert not caplog.records


@pytest.mark.parametrize("number", ["x", None, 2**40])
async def test_variables_that_do_not_fit_are_bad_input(
    engine: SchemaEngine, context: Any, number: Any
) -> None:
    with pytest.raises(RequestRefused) as refusal:
        await run(engine, context, "query ($n: Int!) { double(number: $n) }", n=number)
    assert refusal.value.code == "BAD_USER_INPUT"


async def test_an_argument_that_fails_late_is_bad_input(engine: SchemaEngine, context: Any) -> None:
    query = "query ($n: Int = 1) { double(number: $n) }"
    (error,) = (await run(engine, context, query, n=None))["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_suggestions_for_values_are_hidden_with_the_others(
    engine: SchemaEngine, context: Any
) -> None:
    from dataclasses import replace

    query = "query ($c: Colour!) { paint(colour: $c) }"
    messages = []
    for suggestions in (True, False):
        with pytest.raises(RequestRefused) as refusal:
            await run(engine, replace(context, suggestions=suggestions), query, c="GREE")
        messages.append(str(refusal.value))
    assert "GREEN" in messages[0]
    assert "GREEN" not in messages[1]


def test_a_valid_document_is_parsed_once(engine: SchemaEngine) -> None:
    assert engine.prepare("{ hello }").document is engine.prepare("{ hello }").document


def test_the_cache_forgets_what_was_not_used_longest(schema: strawberry.Schema) -> None:
    small = SchemaEngine(schema, Limits(cached_documents=2))
    first, second = small.prepare("{ hello }"), small.prepare("{ a: hello }")
    small.prepare("{ hello }")
    small.prepare("{ b: hello }")
    assert small.prepare("{ hello }").document is first.document
    assert small.prepare("{ a: hello }").document is not second.document


def test_extensions_are_refused_because_they_would_not_run() -> None:
    @strawberry.type
    class Query:
        hello: str = "world"

    schema = strawberry.Schema(Query, extensions=[SchemaExtension])
    with pytest.raises(ValueError, match="runs no Strawberry extensions"):
        SchemaEngine(schema)


async def test_each_event_of_a_subscription_has_a_fresh_context(
    engine: SchemaEngine, context: Any
) -> None:
    query = "subscription { items(count: 2) { number generation } }"
    results = [result async for result in engine.subscribe(engine.prepare(query), {}, context)]
    assert [result.data for result in results] == [
        {"items": {"number": 0, "generation": 1}},
        {"items": {"number": 1, "generation": 1}},
    ]


@pytest.mark.parametrize(
    ("field", "code"),
    [("expiring", "CURSOR_EXPIRED"), ("crashing", "INTERNAL_SERVER_ERROR")],
)
async def test_a_failing_source_ends_the_subscription_with_a_coded_error(
    engine: SchemaEngine, context: Any, field: str, code: str
) -> None:
    results = engine.subscribe(engine.prepare(f"subscription {{ {field} }}"), {}, context)
    assert (await anext(results)).data == {field: 1}
    with pytest.raises(RequestRefused) as refusal:
        await anext(results)
    assert refusal.value.code == code
    assert "hunter2" not in str(refusal.value)
