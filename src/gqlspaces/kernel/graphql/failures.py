"""What a caller gets to see of a failure: a code always, details only where they are meant."""

from collections.abc import Iterable, Sequence

from graphql import ExecutionResult, GraphQLError

from gqlspaces.kernel.errors import DomainError
from gqlspaces.kernel.failure import INTERNAL, shown_as

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
OPERATION_RESOLUTION_FAILURE = "OPERATION_RESOLUTION_FAILURE"
BAD_USER_INPUT = "BAD_USER_INPUT"
LIMIT_EXCEEDED = "LIMIT_EXCEEDED"


class RequestRefused(Exception):
    """A request that was not carried out, or a subscription that cannot go on.

    The errors are fit to be shown; the code is that of the first one.
    """

    def __init__(self, errors: Sequence[GraphQLError], code: str | None = None) -> None:
        super().__init__(errors[0].message)
        self.errors = [_with_code(error, code) for error in errors] if code else list(errors)
        self.code = str((self.errors[0].extensions or {}).get("code", INTERNAL))


def _with_code(error: GraphQLError, code: str) -> GraphQLError:
    error.extensions = {**(error.extensions or {}), "code": code}
    return error


def shown(error: Exception) -> GraphQLError:
    """Give a failure as its caller may see it; log it under a reference if it is a bug."""
    located = error if isinstance(error, GraphQLError) else GraphQLError("", original_error=error)
    cause = _cause(located)
    if not isinstance(cause, DomainError):
        if "code" in (located.extensions or {}):
            return located
        if isinstance(cause, GraphQLError) and located.message.startswith("Argument "):
            # graphql-core checks some arguments only when it reaches their field
            return _with_code(located, BAD_USER_INPUT)
    told = shown_as(cause, located.path)
    return GraphQLError(told.message, located.nodes, path=located.path, extensions=told.extensions)


def shown_errors(error: Exception) -> list[GraphQLError]:
    """Give what ended a request as its caller may see it."""
    return error.errors if isinstance(error, RequestRefused) else [shown(error)]


def shown_result(result: ExecutionResult) -> ExecutionResult:
    """Give a result with each of its errors as its caller may see it."""
    if not result.errors:
        return result
    return ExecutionResult(result.data, shown_all(result.errors), result.extensions)


def shown_all(errors: Iterable[GraphQLError]) -> list[GraphQLError]:
    """Give each error as its caller may see it."""
    return [shown(error) for error in errors]


def _cause(error: GraphQLError) -> BaseException:
    cause: BaseException = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause
