"""What strict clients and auditors ask of the schema itself (conformance reference 2.5)."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    Undefined,
    build_schema,
    is_introspection_type,
    is_specified_directive,
    is_specified_scalar_type,
)

from gqlspaces.schema import build_schema as build_gqlspaces

COMMITTED = Path(__file__).parents[2] / "schema.graphql"
SDL = build_gqlspaces().as_str()
SCHEMA = build_schema(SDL)

# Words of the original, of Strawberry's defaults and of CRUD that the naming rules do without.
LEGACY = re.compile(r"Type$|^(get|list|set)[A-Z](?!heetAccess)|^GlobalID$|property|cancelled")


def own_types() -> Iterator[GraphQLNamedType]:
    for name, kind in SCHEMA.type_map.items():
        if not is_introspection_type(kind) and not is_specified_scalar_type(kind):
            assert name == kind.name
            yield kind


def described() -> Iterator[tuple[str, str | None]]:
    """Everything that can carry a description, with the description."""
    for directive in SCHEMA.directives:
        if not is_specified_directive(directive):
            yield f"@{directive.name}", directive.description
    for kind in own_types():
        yield kind.name, kind.description
        yield from ((f"{kind.name}.{name}", part.description) for name, part in members(kind))
        for name, field in output_fields(kind):
            for argument, wanted in field.args.items():
                yield f"{kind.name}.{name}({argument}:)", wanted.description


def members(
    kind: GraphQLNamedType,
) -> Iterator[tuple[str, GraphQLField | GraphQLInputField]]:
    if isinstance(kind, GraphQLEnumType):
        yield from kind.values.items()
    elif isinstance(kind, GraphQLInputObjectType):
        yield from kind.fields.items()
    yield from output_fields(kind)


def output_fields(kind: GraphQLNamedType) -> Iterator[tuple[str, GraphQLField]]:
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        yield from kind.fields.items()


def taken() -> Iterator[tuple[str, GraphQLArgument | GraphQLInputField]]:
    """Every argument and every member of an input."""
    for kind in own_types():
        if isinstance(kind, GraphQLInputObjectType):
            yield from ((f"{kind.name}.{name}", part) for name, part in kind.fields.items())
        for name, field in output_fields(kind):
            yield from ((f"{kind.name}.{name}({arg}:)", it) for arg, it in field.args.items())


def mutations() -> dict[str, GraphQLField]:
    assert SCHEMA.mutation_type is not None
    return dict(SCHEMA.mutation_type.fields)


def test_the_committed_schema_is_that_of_the_code() -> None:
    assert COMMITTED.read_text().rstrip() == SDL.rstrip(), (
        "Run `make schema` and read what the difference means to clients."
    )


def test_everything_in_the_schema_says_in_one_sentence_what_it_is() -> None:
    silent = [name for name, text in described() if not (text or "").strip()]

    assert silent == []
    assert len(list(described())) > 500


def test_a_description_is_a_sentence() -> None:
    unfinished = [name for name, text in described() if not (text or "").rstrip().endswith(".")]

    assert unfinished == []


def test_a_missing_thing_is_null_and_no_error() -> None:
    query = SCHEMA.query_type
    assert query is not None

    assert str(query.fields["node"].type) == "Node"
    assert str(query.fields["nodes"].type) == "[Node]!"
    by_id = [name for name, field in query.fields.items() if list(field.args) == ["id"]]
    structure = {"app", "document", "job", "node", "sheet", "space", "workbook"}
    assert structure | {"commit", "record", "rollout", "snapshot"} == set(by_id)
    assert all(not str(query.fields[name].type).endswith("!") for name in by_id)


def test_every_custom_scalar_names_its_specification() -> None:
    scalars = {
        kind.name: kind.specified_by_url
        for kind in own_types()
        if isinstance(kind, GraphQLScalarType)
    }

    assert {"DateTime", "JSON"} == set(scalars)
    assert all((url or "").startswith("http") for url in scalars.values()), scalars


def test_nothing_defaults_to_null() -> None:
    defaulting = [name for name, wanted in taken() if wanted.default_value is None]

    assert defaulting == []
    assert "= null" not in SDL
    assert any(wanted.default_value is Undefined for _name, wanted in taken())


@pytest.mark.parametrize("name", mutations())
def test_a_mutation_has_one_input_and_one_payload_of_its_own(name: str) -> None:
    field = mutations()[name]
    title = name[0].upper() + name[1:]

    assert {"input": f"{title}Input!"} == {key: str(arg.type) for key, arg in field.args.items()}
    assert f"{title}Payload!" == str(field.type)
    payload = SCHEMA.get_type(f"{title}Payload")
    assert isinstance(payload, GraphQLObjectType)
    assert str(payload.fields["userErrors"].type) == "[UserError!]!"
    entities = [part for key, part in payload.fields.items() if key != "userErrors"]
    assert entities, "a payload gives what changed"
    assert all(not str(part.type).endswith("!") or "[" in str(part.type) for part in entities)


def test_every_payload_and_every_input_of_a_mutation_belongs_to_one() -> None:
    titles = {name[0].upper() + name[1:] for name in mutations()}

    payloads = {kind.name for kind in own_types() if kind.name.endswith("Payload")}
    assert {f"{title}Payload" for title in titles} == payloads


def test_names_follow_the_conventions() -> None:
    for kind in own_types():
        assert re.fullmatch(r"[A-Z][A-Za-z]*", kind.name), kind.name
        shape = r"[A-Z][A-Z0-9_]*" if isinstance(kind, GraphQLEnumType) else r"[a-z][A-Za-z]*"
        wrong = [name for name, _part in members(kind) if not re.fullmatch(shape, name)]
        assert wrong == [], kind.name


def test_no_name_is_a_leftover() -> None:
    kept = {
        # What the domain itself calls a closed set of kinds (domain reference 2.1, 2.6, 2.9).
        *("AppType", "FieldType", "JobType", "JobSubjectType", "ActionMessageType"),
        *("ActionConstraintType", "ActionMountType", "FieldConstraintType"),
        *("SheetConstraintType", "InputFieldType", "InputFormType", "InputConstraintType"),
        # What keeps an Action from being run, most of it constraints of such a type.
        "ObstacleType",
    }
    names = {kind.name for kind in own_types()}
    names |= {name for kind in own_types() for name, _part in members(kind)}

    assert kept <= names
    assert set() == {name for name in names - kept if LEGACY.search(name)}


def test_a_list_has_no_holes_except_that_of_nodes() -> None:
    holey = [
        f"{kind.name}.{name}"
        for kind in own_types()
        for name, field in output_fields(kind)
        if re.search(r"\[\w+\]", str(field.type))
    ]

    assert holey == ["Query.nodes"]


def test_a_connection_has_the_four_arguments_of_relay() -> None:
    for kind in own_types():
        for name, field in output_fields(kind):
            if str(field.type).endswith("Connection!"):
                given = {arg: str(it.type) for arg, it in field.args.items()}
                wanted = {"first": "Int", "after": "String", "last": "Int", "before": "String"}
                assert wanted.items() <= given.items(), name
