"""Every question that the schema lets a caller ask: each query with each of its arguments."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
)

from contract.inputs import KINDS, SCHEMA

DEEPEST = 8  # levels below the root field's, so that no document is over the limit of 12
PAGING = {"first", "after", "last", "before"}


@dataclass(frozen=True)
class Question:
    """A document with its variables, and the root field that it asks."""

    field: str
    document: str
    variables: Mapping[str, Any]

    @property
    def sent(self) -> str:
        """Everything that is sent, to tell an answer from an echo."""
        return json.dumps(self.variables)


def queries() -> dict[str, GraphQLField]:
    assert SCHEMA.query_type is not None
    return dict(SCHEMA.query_type.fields)


def question(
    name: str, arguments: Mapping[str, Any], *, on: str | None = None, levels: int = DEEPEST
) -> Question:
    """Ask a query for everything it can give, or for everything of the type `on`."""
    field = queries()[name]
    kind = get_named_type(field.type)
    inner = everything(on or kind.name, levels=levels)
    inner = f"{{ __typename id ... on {on} {inner} }}" if on else inner
    declared = ", ".join(f"${key}: {field.args[key].type}" for key in arguments)
    passed = ", ".join(f"{key}: ${key}" for key in arguments)
    head = f"query ({declared}) " if declared else ""
    called = f"{name}({passed})" if passed else name
    return Question(name, f"{head}{{ {called} {inner} }}", dict(arguments))


def nouns() -> list[str]:
    """Give every type that has a global id."""
    node = SCHEMA.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    return sorted(kind.name for kind in SCHEMA.get_possible_types(node))


def everything(name: str, trail: tuple[str, ...] = (), *, levels: int = DEEPEST) -> str:
    """Select every field of a type and of what hangs on it, without coming back to a type."""
    kind = SCHEMA.type_map[name]
    if not isinstance(kind, GraphQLObjectType):
        return ""
    parts = []
    for field_name, field in kind.fields.items():
        inner = get_named_type(field.type)
        if not isinstance(inner, GraphQLObjectType):
            parts.append(field_name)
        elif len(trail) == levels:
            continue
        elif inner.name not in {*trail, name}:
            inside = everything(inner.name, (*trail, name), levels=levels)
            parts.append(f"{field_name} {inside}")
        else:
            parts.append(f"{field_name} {{ id }}")
    return f"{{ {' '.join(parts)} }}"


def by_id() -> list[str]:
    """Give the queries that look one thing up."""
    return [name for name, field in queries().items() if set(field.args) == {"id"}]


def lists() -> list[str]:
    """Give the queries that list things page by page."""
    return [name for name, field in queries().items() if set(field.args) >= PAGING]


def variations(name: str, ids: Mapping[str, str], words: list[str]) -> Iterator[Question]:
    """Ask a list with every value of every argument that could pick out somebody else's things."""
    yield question(name, {"first": 100})
    yield question(name, {"last": 100})
    for argument, wanted in queries()[name].args.items():
        if argument in PAGING:
            continue
        kind = get_named_type(wanted.type)
        for value in _values(kind, argument, ids, words):
            yield question(name, {argument: value, "first": 100}, levels=2)


def _values(
    kind: GraphQLNamedType, name: str, ids: Mapping[str, str], words: list[str]
) -> Iterator[Any]:
    if isinstance(kind, GraphQLInputObjectType):
        needed = {
            key: next(_values(get_named_type(member.type), key, ids, words))
            for key, member in kind.fields.items()
            if isinstance(member.type, GraphQLNonNull)
        }
        for key, member in kind.fields.items():
            for value in _values(get_named_type(member.type), key, ids, words):
                is_list = "[" in str(member.type)
                yield needed | {key: [value] if is_list else value}
    elif isinstance(kind, GraphQLEnumType):
        yield from kind.values
    elif kind.name == "ID":
        assert name in KINDS
        yield from ids.values()
    elif kind.name == "Boolean":
        yield from (True, False)
    elif kind.name == "JSON":
        yield from ({"spaceId": ids["sp"]}, {"**.spaceId": "**"}, *words, [{}])
    else:
        yield from (*words, *(f"space:{word}" for word in words), "**", "*:*", "%", "")
