"""The schema as the generated tests walk it."""

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, build_schema, get_named_type

from gqlspaces.schema import build_schema as build_gqlspaces

SCHEMA: GraphQLSchema = build_schema(build_gqlspaces().as_str())


def queries() -> dict[str, GraphQLField]:
    """Give the fields of the root of queries."""
    assert SCHEMA.query_type is not None
    return dict(SCHEMA.query_type.fields)


def mutations() -> dict[str, GraphQLField]:
    """Give the fields of the root of mutations."""
    assert SCHEMA.mutation_type is not None
    return dict(SCHEMA.mutation_type.fields)


def payload_of(mutation: str) -> dict[str, GraphQLField]:
    """Give the members of what a mutation answers."""
    payload = get_named_type(mutations()[mutation].type)
    assert isinstance(payload, GraphQLObjectType)
    return dict(payload.fields)
