"""Every question that the schema lets a caller ask: each field with each of its arguments."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
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

from contract.data import NOTE
from contract.inputs import KINDS, NOUNS
from contract.schema import SCHEMA, queries

DEEPEST = 8  # levels below the root field's, so that no document is over the limit of 12
PAGING = {"first", "after", "last", "before"}
# What must be given to a field of a type, by the name of the argument.
NEEDED = {"field": NOTE}
_PLAIN: dict[str, tuple[Any, ...]] = {"Boolean": (True, False), "Int": (0, 1, 100)}


@dataclass(frozen=True)
class Question:
    """A document with its variables, and the field that it asks."""

    field: str
    document: str
    variables: Mapping[str, Any]

    @property
    def sent(self) -> str:
        """Everything that is sent, to tell an answer from an echo."""
        return json.dumps(self.variables)

    def about(self, id: str, other: str) -> "Question":
        """Ask the same with another id in the place of one."""
        return replace(self, variables=json.loads(self.sent.replace(id, other)))


@dataclass(frozen=True)
class Asked:
    """A field that takes arguments: one of the root, or of a type of things with ids."""

    owner: str
    name: str

    @property
    def is_root(self) -> bool:
        return self.owner == "Query"

    @property
    def field(self) -> GraphQLField:
        """What the schema says of it."""
        owner = SCHEMA.type_map[self.owner]
        assert isinstance(owner, GraphQLObjectType)
        field: GraphQLField = owner.fields[self.name]
        return field

    @property
    def is_list(self) -> bool:
        """Whether it gives things page by page."""
        return set(self.field.args) >= PAGING

    def question(
        self, ids: Mapping[str, str], arguments: Mapping[str, Any], *, levels: int = 2
    ) -> Question:
        """Ask it for everything it can give, of the thing that one of these ids names."""
        if self.is_root:
            own = {name: {"spaceId": ids["sp"]} for name in sources(self.field)}
            arguments = own | dict(arguments)
            on = "Space" if get_named_type(self.field.type).name == "Node" else None
            return question(self.name, arguments, on=on, levels=levels)
        given = {name: NEEDED[name] for name in required(self.field)} | dict(arguments)
        call = _call(self.name, self.field, given)
        inner = everything(get_named_type(self.field.type).name, levels=levels)
        declared = ", ".join(["$of: ID!", *_declared(self.field, given)])
        thing = f"node(id: $of) {{ __typename id ... on {self.owner} {{ {call} {inner} }} }}"
        document = f"query ({declared}) {{ {thing} }}"
        return Question(str(self), document, {"of": ids[NOUNS[self.owner]], **given})

    def answer(self, data: Any) -> Any:
        """Give what it answered out of the data of the whole answer."""
        return data[self.name] if self.is_root else data["node"][self.name]

    def __str__(self) -> str:
        return self.name if self.is_root else f"{self.owner}.{self.name}"


def question(
    name: str, arguments: Mapping[str, Any], *, on: str | None = None, levels: int = DEEPEST
) -> Question:
    """Ask a query for everything it can give, or for everything of the type `on`."""
    field = queries()[name]
    kind = get_named_type(field.type)
    inner = everything(on or kind.name, levels=levels)
    inner = f"{{ __typename id ... on {on} {inner} }}" if on else inner
    declared = ", ".join(_declared(field, arguments))
    head = f"query ({declared}) " if declared else ""
    return Question(name, f"{head}{{ {_call(name, field, arguments)} {inner} }}", dict(arguments))


def _declared(field: GraphQLField, arguments: Mapping[str, Any]) -> list[str]:
    return [f"${name}: {field.args[name].type}" for name in arguments]


def _call(name: str, field: GraphQLField, arguments: Mapping[str, Any]) -> str:
    assert set(arguments) <= set(field.args)
    passed = ", ".join(f"{argument}: ${argument}" for argument in arguments)
    return f"{name}({passed})" if passed else name


def required(field: GraphQLField) -> list[str]:
    """Give the arguments that a field cannot be asked without."""
    return [name for name, it in field.args.items() if isinstance(it.type, GraphQLNonNull)]


def sources(field: GraphQLField) -> list[str]:
    """Give the arguments of a field that take a Blueprint from somewhere."""
    named = {name: get_named_type(it.type).name for name, it in field.args.items()}
    return [name for name, kind in named.items() if kind == "BlueprintSource"]


def nouns() -> list[str]:
    """Give every type that has a global id."""
    node = SCHEMA.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    return sorted(kind.name for kind in SCHEMA.get_possible_types(node))


def asked_of_things() -> list[Asked]:
    """Give every field of a type, beside the roots, that takes arguments."""
    roots = {SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type}
    return [
        Asked(kind.name, name)
        for kind in SCHEMA.type_map.values()
        if isinstance(kind, GraphQLObjectType) and kind not in roots
        for name, field in kind.fields.items()
        if field.args and not kind.name.startswith("__")
    ]


def asked_with_arguments() -> list[Asked]:
    """Give every field that takes arguments, wherever it is."""
    root = [Asked("Query", name) for name, field in queries().items() if field.args]
    return root + asked_of_things()


@cache
def everything(name: str, trail: tuple[str, ...] = (), *, levels: int = DEEPEST) -> str:
    """Select every field of a type and of what hangs on it, without coming back to a type."""
    kind = SCHEMA.type_map[name]
    if not isinstance(kind, GraphQLObjectType):
        return ""
    parts = []
    for field_name, field in kind.fields.items():
        inner = get_named_type(field.type)
        given = ", ".join(f'{argument}: "{NEEDED[argument]}"' for argument in required(field))
        called = f"{field_name}({given})" if given else field_name
        if not isinstance(inner, GraphQLObjectType):
            parts.append(called)
        elif len(trail) >= levels:
            continue
        elif inner.name not in {*trail, name}:
            inside = everything(inner.name, (*trail, name), levels=levels)
            parts.append(f"{called} {inside}")
        elif "id" in inner.fields:
            parts.append(f"{called} {{ id }}")
    return f"{{ {' '.join(parts)} }}"


def by_id() -> list[str]:
    """Give the queries that look one thing up."""
    return [name for name, field in queries().items() if set(field.args) == {"id"}]


def lists() -> list[str]:
    """Give the queries that list things page by page."""
    return [name for name, field in queries().items() if set(field.args) >= PAGING]


def variations(
    asked: Asked, own: Mapping[str, str], ids: Mapping[str, str], words: list[str]
) -> Iterator[Question]:
    """Ask with every value of every argument that could pick out somebody else's things.

    `own` are the ids of what is asked, `ids` and `words` those of somebody else.
    """
    for argument, wanted in asked.field.args.items():
        if argument in PAGING:
            continue
        kind = get_named_type(wanted.type)
        for value in _values(kind, argument, ids, words):
            yield asked.question(own, {argument: value})


def _values(
    kind: GraphQLNamedType, name: str, ids: Mapping[str, str], words: list[str]
) -> Iterator[Any]:
    if isinstance(kind, GraphQLInputObjectType):
        yield from _objects(kind, ids, words)
    elif isinstance(kind, GraphQLEnumType):
        yield from kind.values
    elif kind.name == "ID":
        assert name in {*KINDS, "ids"}
        yield from ids.values()
    elif kind.name in _PLAIN:
        yield from _PLAIN[kind.name]
    elif kind.name == "JSON":
        yield from ({"spaceId": ids["sp"]}, {"**.spaceId": "**"}, *words, [{}])
    else:
        yield from (*words, *(f"space:{word}" for word in words), "**", "*:*", "%", "")


def _objects(
    kind: GraphQLInputObjectType, ids: Mapping[str, str], words: list[str]
) -> Iterator[dict[str, Any]]:
    needed = {
        key: next(_values(get_named_type(member.type), key, ids, words))
        for key, member in kind.fields.items()
        if isinstance(member.type, GraphQLNonNull)
    }
    for key, member in kind.fields.items():
        for value in _values(get_named_type(member.type), key, ids, words):
            is_list = "[" in str(member.type)
            yield needed | {key: [value] if is_list else value}
