"""The executor of GraphQL documents: Strawberry's schema under graphql-core, limits in front."""

from collections import OrderedDict
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Protocol, Self, cast

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
    validate,
)
from graphql.execution import (
    Executor,
    create_source_event_stream,
    execute_subscription_event,
    map_source_to_response_event,
)
from graphql.pyutils import is_awaitable
from graphql.validation.rules import overlapping_fields_can_be_merged
from strawberry import Schema
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from gqlspaces.kernel.graphql.failures import (
    BAD_USER_INPUT,
    LIMIT_EXCEEDED,
    OPERATION_RESOLUTION_FAILURE,
    PARSE_FAILED,
    VALIDATION_FAILED,
    RequestRefused,
    shown,
    shown_all,
    shown_result,
)
from gqlspaces.kernel.graphql.limits import Limits, exceeded_limits

_RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)


class Context(Protocol):
    """What resolvers find in ``info.context``, as far as the executor and transports need it."""

    @property
    def suggestions(self) -> bool:
        """Tell whether errors may name what the caller could have meant."""
        ...

    def for_operation(self) -> Self:
        """Make a fresh context for one operation, or one event of a subscription."""
        ...


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that may be executed, and the operation picked from it."""

    document: DocumentNode
    operation: OperationDefinitionNode

    @property
    def is_subscription(self) -> bool:
        """Tell whether the operation has a stream of results instead of one."""
        return self.operation.operation is OperationType.SUBSCRIPTION


class SchemaEngine:
    """Executes documents over one Strawberry schema; the errors it gives are fit to be shown.

    Strawberry's extensions and operation directives are refused: they would not be run.
    """

    def __init__(self, schema: Schema, limits: Limits | None = None) -> None:
        if schema.extensions or schema.directives:
            raise ValueError("SchemaEngine runs no Strawberry extensions or operation directives.")
        self._limits = limits or Limits()
        self._schema = schema._schema  # noqa: SLF001 - Strawberry has no public name for it
        self._executor_class = schema.execution_context_class
        self._documents = _DocumentCache(self._limits)
        overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = self._limits.merge_budget

    def prepare(
        self, query: str, operation_name: str | None = None, *, suggestions: bool = False
    ) -> Prepared:
        """Parse and validate a document and pick its operation, or raise RequestRefused."""
        document = self._documents.get(query)
        if document is None:
            document = self._parse(query)
            self._validate(document, suggestions=suggestions)
            self._documents.put(query, document)
        return Prepared(document, _pick_operation(document, operation_name))

    async def execute(
        self, prepared: Prepared, variables: Mapping[str, Any] | None, context: Context
    ) -> ExecutionResult:
        """Execute a query or mutation; raise RequestRefused for variables that do not fit."""
        executor = self._executor(prepared, variables, context)
        try:
            result = executor.execute_operation()
            if is_awaitable(result):
                result = await result
        except Exception as error:  # noqa: BLE001 - the boundary where bugs become masked errors
            return ExecutionResult(None, [shown(error)])
        if not isinstance(result, ExecutionResult):
            raise TypeError("Incremental delivery is not supported.")
        return shown_result(result)

    async def subscribe(
        self, prepared: Prepared, variables: Mapping[str, Any] | None, context: Context
    ) -> AsyncGenerator[ExecutionResult, None]:
        """Give the results of a subscription, each executed with a fresh context.

        Raises RequestRefused when it cannot start or cannot go on. The next event is asked for
        only when the next result is.
        """
        executor = self._executor(prepared, variables, context)
        source: Any = create_source_event_stream(executor)
        if is_awaitable(source):
            source = await source
        if isinstance(source, ExecutionResult):
            raise RequestRefused(shown_all(source.errors or []))
        results = map_source_to_response_event(executor, source, _execute_event)
        async with aclosing(results):
            try:
                async for result in results:
                    yield shown_result(result)
            except Exception as error:
                raise RequestRefused([shown(error)]) from error

    def _parse(self, query: str) -> DocumentNode:
        most = self._limits.document_characters
        if len(query) > most:
            refusal = GraphQLError(f"The document has more than {most} characters.")
            raise RequestRefused([refusal], LIMIT_EXCEEDED)
        try:
            return parse(query, max_lexical_tokens=self._limits.document_tokens)
        except GraphQLSyntaxError as error:
            too_long = error.message.endswith("Parsing aborted.")
            code = LIMIT_EXCEEDED if too_long else PARSE_FAILED
            raise RequestRefused([error], code) from error

    def _validate(self, document: DocumentNode, *, suggestions: bool) -> None:
        most = self._limits.reported_errors
        errors = exceeded_limits(document, self._limits)
        if errors:
            raise RequestRefused(errors[:most], LIMIT_EXCEEDED)
        errors = validate(
            self._schema, document, _RULES, max_errors=most, hide_suggestions=not suggestions
        )
        if errors:
            raise RequestRefused(errors[:most], VALIDATION_FAILED)

    def _executor(
        self, prepared: Prepared, variables: Mapping[str, Any] | None, context: Context
    ) -> Executor[Any]:
        name = prepared.operation.name
        built = self._executor_class.build(
            self._schema,
            prepared.document,
            context_value=context,
            raw_variable_values=dict(variables or {}),
            operation_name=name.value if name else None,
            max_coercion_errors=self._limits.reported_errors,
            is_awaitable=cast("Any", optimized_is_awaitable),
            hide_suggestions=not context.suggestions,
        )
        if isinstance(built, list):
            raise RequestRefused(built[: self._limits.reported_errors], BAD_USER_INPUT)
        return built


def _execute_event(executor: Executor[Any]) -> Any:
    # a context kept for the life of a subscription would serve stale rows from its loaders
    executor.context_value = executor.context_value.for_operation()
    return execute_subscription_event(executor)


def _pick_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [
        definition
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode)
        and (name is None or (definition.name is not None and definition.name.value == name))
    ]
    if len(operations) == 1:
        return operations[0]
    problem = (
        f"Unknown operation named '{name}'."
        if name is not None
        else "Must provide operation name if query contains multiple operations."
        if operations
        else "Must provide an operation."
    )
    raise RequestRefused([GraphQLError(problem)], OPERATION_RESOLUTION_FAILURE)


class _DocumentCache:
    """The valid documents used last, bounded by their number and their characters together."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._documents: OrderedDict[str, DocumentNode] = OrderedDict()
        self._characters = 0

    def get(self, query: str) -> DocumentNode | None:
        document = self._documents.get(query)
        if document is not None:
            self._documents.move_to_end(query)
        return document

    def put(self, query: str, document: DocumentNode) -> None:
        self._documents[query] = document
        self._characters += len(query)
        while self._is_full():
            oldest, _ = self._documents.popitem(last=False)
            self._characters -= len(oldest)

    def _is_full(self) -> bool:
        return (
            len(self._documents) > self._limits.cached_documents
            or self._characters > self._limits.cached_characters
        )
