"""The documents of the SDK fit the schema of the server."""

import pytest
from graphql import GraphQLInputObjectType, GraphQLSchema, parse, validate
from graphql import build_schema as read_schema

from gqlspaces.listener import documents
from gqlspaces.listener.documents import Mutation
from gqlspaces.schema import build_schema

SENT = {
    name: value.document if isinstance(value, Mutation) else value
    for name, value in vars(documents).items()
    if isinstance(value, Mutation) or (isinstance(value, str) and "($" in value)
}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return read_schema(build_schema().as_str())


@pytest.mark.parametrize("name", SENT)
def test_a_document_of_the_sdk_fits_the_schema(schema: GraphQLSchema, name: str) -> None:
    assert [str(error) for error in validate(schema, parse(SENT[name]))] == []


@pytest.mark.parametrize("name", [name for name in SENT if "mutation" in SENT[name]])
def test_a_mutation_is_keyed_where_its_input_takes_a_key(schema: GraphQLSchema, name: str) -> None:
    mutation = vars(documents)[name]
    taken = schema.type_map[f"{mutation.field[0].upper()}{mutation.field[1:]}Input"]

    assert isinstance(taken, GraphQLInputObjectType)
    assert mutation.keyed is ("idempotencyKey" in taken.fields)
