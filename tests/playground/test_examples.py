"""Every operation the playground ships works against the schema the server ships."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from graphql import (
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    graphql_sync,
    is_object_type,
    parse,
    validate,
)
from graphql.execution import get_variable_values

import gqlspaces.playground

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(gqlspaces.playground.__file__).parent
SDL = Path(__file__).parents[2] / "schema.graphql"
DOCUMENT = re.compile(r'`((?:query|mutation|subscription) [^`]*)`|"((?:query|subscription) [^"]*)"')


def documents() -> list[str]:
    found = []
    for path in sorted(FOLDER.glob("*.js")):
        text = path.read_text(encoding="utf-8")
        found += ["".join(match) for match in DOCUMENT.findall(text)]
    # One that is put together from parts is run by every browser that opens the page.
    return [document for document in found if "${" not in document]


@pytest.fixture(scope="module")
def shipped() -> GraphQLSchema:
    if not SDL.exists():
        pytest.skip("NOT TESTED: the playground's operations, because schema.graphql is missing")
    return build_schema(SDL.read_text(encoding="utf-8"))


@pytest.mark.parametrize("document", documents(), ids=lambda text: " ".join(text.split()[:2]))
def test_an_operation_is_valid(shipped: GraphQLSchema, document: str) -> None:
    assert validate(shipped, parse(document)) == []


def test_the_variables_of_every_example_fit(
    shipped: GraphQLSchema, evaluate: Callable[..., Any]
) -> None:
    examples = evaluate("examples.EXAMPLES.flatMap(({examples}) => examples)")
    problems = {}
    for example in examples:
        [operation] = [
            node
            for node in parse(example["query"]).definitions
            if isinstance(node, OperationDefinitionNode)
        ]
        given = example.get("variables", {})
        coerced = get_variable_values(shipped, operation.variable_definitions or (), given)
        if isinstance(coerced, list):
            problems[example["title"]] = [error.message for error in coerced]
    assert json.dumps(problems) == "{}"


def test_the_schema_is_read_to_the_bottom_of_every_type(
    shipped: GraphQLSchema, evaluate: Callable[..., Any]
) -> None:
    answer = graphql_sync(shipped, evaluate("schema.INTROSPECTION"))
    read = evaluate(
        "[...new schema.Schema(given).types.values()].flatMap(({name, fields}) => "
        "(fields ?? []).map((field) => [`${name}.${field.name}`, field.typeText]))",
        answer.data,
    )
    expected = {
        f"{name}.{field}": str(of.type)
        for name, type_ in shipped.type_map.items()
        if is_object_type(type_) and not name.startswith("__")
        for field, of in type_.fields.items()
    }
    assert expected.items() <= dict(read).items()
