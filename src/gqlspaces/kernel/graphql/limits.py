"""What one caller may ask for at once, and the measuring of documents against it."""

from collections.abc import Iterable
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

_INTROSPECTION = frozenset({"__schema", "__type"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Every limit of the GraphQL transports; sizes in bytes, times in seconds."""

    body_bytes: int = 1024 * 1024
    body_seconds: float = 10.0
    document_characters: int = 32 * 1024
    document_tokens: int = 2_000
    depth: int = 12
    introspection_depth: int = 20  # the standard introspection query has 13 to 16 levels
    aliases: int = 30
    root_fields: int = 50
    directives: int = 20
    reported_errors: int = 5
    merge_budget: int = 20_000  # units of graphql-core's overlapping-fields rule, about 65 ms
    cached_documents: int = 1_000
    cached_characters: int = 512 * 1024  # a parsed document takes about 140 bytes a character
    frame_bytes: int = 256 * 1024
    frames_per_second: float = 20.0
    frames_burst: int = 50
    init_seconds: float = 5.0
    socket_operations: int = 20
    ping_seconds: float = 15.0
    drain_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class _Cost:
    """What a part of a document asks for, with its fragments expanded."""

    depth: int = 0
    introspection_depth: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0

    def __add__(self, other: "_Cost") -> "_Cost":
        return _Cost(
            max(self.depth, other.depth),
            max(self.introspection_depth, other.introspection_depth),
            self.aliases + other.aliases,
            self.directives + other.directives,
            self.fields + other.fields,
        )


_NOTHING = _Cost()


class _Meter:
    """Measures one document; each fragment is looked into once, however often it is spread."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._measured: dict[str, _Cost] = {}

    def operation(self, operation: OperationDefinitionNode) -> _Cost:
        """Measure one operation, the directives of its variables included."""
        variables = operation.variable_definitions or ()
        directives = len(operation.directives or ()) + sum(
            len(variable.directives or ()) for variable in variables
        )
        return _Cost(directives=directives) + self._set(operation.selection_set)

    def _set(self, selection_set: SelectionSetNode | None) -> _Cost:
        cost = _NOTHING
        for selection in selection_set.selections if selection_set else ():
            cost += self._selection(selection)
        return cost

    def _selection(self, selection: SelectionNode) -> _Cost:
        own = _Cost(directives=len(selection.directives or ()))
        if isinstance(selection, FieldNode):
            return own + self._field(selection)
        if isinstance(selection, FragmentSpreadNode):
            return own + self._fragment(selection.name.value)
        if isinstance(selection, InlineFragmentNode):
            return own + self._set(selection.selection_set)
        return own

    def _field(self, field: FieldNode) -> _Cost:
        inner = self._set(field.selection_set)
        introspects = field.name.value in _INTROSPECTION
        deepest = inner.depth + 1
        return _Cost(
            depth=0 if introspects else deepest,
            introspection_depth=deepest if introspects else inner.introspection_depth,
            aliases=inner.aliases + (field.alias is not None),
            directives=inner.directives,
            fields=1,
        )

    def _fragment(self, name: str) -> _Cost:
        known = self._measured.get(name)
        if known is not None:
            return known
        definition = self._fragments.get(name)
        if definition is None:
            return _NOTHING  # an unknown fragment is for validation to report
        self._measured[name] = _NOTHING  # ends a cycle, which is for validation to report too
        directives = len(definition.directives or ())
        cost = _Cost(directives=directives) + self._set(definition.selection_set)
        self._measured[name] = cost
        return cost


def exceeded_limits(document: DocumentNode, limits: Limits) -> list[GraphQLError]:
    """Name the limits that a parsed document exceeds, in time linear to its length.

    Strawberry's own limiters follow every fragment spread anew, which takes time exponential in
    the number of fragments.
    """
    meter = _Meter(document)
    errors: list[GraphQLError] = []
    try:
        for definition in document.definitions:
            if isinstance(definition, OperationDefinitionNode):
                errors += _complaints(meter.operation(definition), definition, limits)
    except RecursionError:
        return [GraphQLError("The document is nested too deeply.")]
    return errors


def _complaints(
    cost: _Cost, operation: OperationDefinitionNode, limits: Limits
) -> Iterable[GraphQLError]:
    measured = (
        ("levels of fields", cost.depth, limits.depth),
        ("levels of introspection", cost.introspection_depth, limits.introspection_depth),
        ("aliases", cost.aliases, limits.aliases),
        ("directives", cost.directives, limits.directives),
        ("root fields", cost.fields, limits.root_fields),
    )
    for what, count, limit in measured:
        if count > limit:
            yield GraphQLError(f"The operation has more than {limit} {what}.", operation)
