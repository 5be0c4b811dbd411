"""What the playground's editor knows of GraphQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from graphql import build_schema, introspection_from_schema, parse, print_ast, validate

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMA = build_schema(
    """
    enum Status { READY DONE }
    input Filter { status: Status, name: String, inner: Filter }
    interface Node { id: ID! }
    type Space implements Node { id: ID!, name: String!, sheets(first: Int): [Sheet!]! }
    type Sheet implements Node { id: ID!, slug: String! }
    type Query { space(id: ID!): Space, spaces(filter: Filter): [Space!]!, node(id: ID!): Node }
    type Mutation { rename(input: Filter!): Space }
    type Subscription { events(after: String): Space! }
    """
)
DOCUMENTS = [
    "{a}",
    "query A($id:ID!,$n:[Int!]=[1,2]){a:space(id:$id,n:$n){id ...P ...on Space@skip(if:true){x}}}",
    "{a{...P}}fragment P on Space{name}",
    'mutation{m(input:{a:"x, y {",b:[{c:1},{c:2}],d:null,e:E}){id}}',
    'subscription{events(filter:{topics:["job:*"],job:["space:configure"]},after:"v1.abcdef.1"){b}}',
    'query Q @live {a(t:"""block "quoted" """) @skip(if:false) b}',
]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_formatting_changes_the_layout_and_nothing_else(
    evaluate: Callable[..., Any], document: str
) -> None:
    formatted = evaluate("graphql.formatGraphql(given)", document)
    assert print_ast(parse(document)) == print_ast(parse(formatted))
    assert max(map(len, formatted.splitlines())) <= 80
    assert evaluate("graphql.formatGraphql(given)", formatted) == formatted


def test_formatting_keeps_comments(evaluate: Callable[..., Any]) -> None:
    formatted = evaluate("graphql.formatGraphql(given)", "# top\n{ a # why\n b }\n# end")
    assert formatted == "# top\n{\n  a\n  # why\n  b\n}\n\n# end\n"


@pytest.mark.parametrize("document", ["{ a", "{ a } }", "query ( {", '{ a(b: "x'])
def test_an_unbalanced_document_is_left_alone(evaluate: Callable[..., Any], document: str) -> None:
    assert evaluate("graphql.formatGraphql(given)", document) == document


@pytest.mark.parametrize("document", [*DOCUMENTS, "{ a", '"""', '"', "#", "🙂 ..", ""])
def test_colouring_loses_no_character(evaluate: Callable[..., Any], document: str) -> None:
    read = "graphql.colourGraphql(given).map((token) => token.text).join('')"
    assert evaluate(read, document) == document
    assert evaluate(read.replace("Graphql", "Json"), document) == document


def test_the_operations_of_a_document_are_found(evaluate: Callable[..., Any]) -> None:
    document = "fragment F on A { query } query A { a } subscription { b } mutation M {"
    found = evaluate("graphql.operationsIn(given).map(({type, name}) => [type, name])", document)
    assert found == [["query", "A"], ["subscription", None], ["mutation", "M"]]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("", ["query", "mutation", "subscription", "fragment"]),
        ("{ sp", ["space", "spaces"]),
        ("{ space(", ["id"]),
        ("{ space(id: 1) { sheets(first: 2) { s", ["slug"]),
        ("{ space(id: 1) { sheets { id } na", ["name"]),
        ("{ spaces(filter: { inner: { st", ["status"]),
        ("{ spaces(filter: { status: ", ["READY", "DONE"]),
        ("query A($x: St", ["String", "Status"]),
        ("query A($mine: ID!) { space(id: $m", ["mine"]),
        ("mutation { ren", ["rename"]),
        ("{ node(id: 1) { ... on Sh", ["Sheet"]),
        ("{ node(id: 1) { ... on Sheet { sl", ["slug"]),
        ("fragment F on Space { sh", ["sheets"]),
        ("{ space(id: 1) { id @inc", ["include"]),
        ("{ a # sp", []),
        ('{ space(id: "sp', []),
    ],
)
def test_completion_knows_where_it_is(
    evaluate: Callable[..., Any], text: str, first: list[str]
) -> None:
    given = {"schema": introspection_from_schema(SCHEMA), "text": text}
    labels = evaluate(
        "completion.suggest(new schema.Schema(given.schema), given.text, given.text.length)"
        ".options.map(({label}) => label)",
        given,
    )
    assert sorted(first) == sorted(labels[: len(first)]) if first else labels == []


def test_the_schema_is_searched_by_every_word(evaluate: Callable[..., Any]) -> None:
    given = introspection_from_schema(SCHEMA)
    found = evaluate("new schema.Schema(given).find('space sheet').map(({name}) => name)", given)
    assert found == ["Space.sheets"]


@pytest.mark.parametrize(
    ("root", "field"),
    [("queryType", "space"), ("mutationType", "rename"), ("subscriptionType", "events")],
)
def test_a_written_operation_is_valid(evaluate: Callable[..., Any], root: str, field: str) -> None:
    written = evaluate(
        "(() => { const all = new schema.Schema(given.schema); const field ="
        " all.root(given.root).fields.find(({name}) => name === given.field);"
        " return schema.skeleton(all, field, given.root.replace('Type', '')); })()",
        {"schema": introspection_from_schema(SCHEMA), "root": root, "field": field},
    )
    assert validate(SCHEMA, parse(written["query"])) == []
