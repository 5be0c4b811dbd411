"""Errors a caller may see, each with a code of a closed set; anything else is a bug and masked."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class ErrorCode(StrEnum):
    """What went wrong with the input of a mutation, for the caller to act on."""

    REQUIRED = "REQUIRED"
    INVALID = "INVALID"
    TOO_LONG = "TOO_LONG"
    DUPLICATE = "DUPLICATE"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    FORBIDDEN = "FORBIDDEN"
    JOB_CONFLICT = "JOB_CONFLICT"
    JOB_CANCELED = "JOB_CANCELED"
    LEASE_LOST = "LEASE_LOST"
    STALE_VERSION = "STALE_VERSION"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"


CODE_MEANINGS = {
    ErrorCode.REQUIRED: "A value that must be given is missing or empty.",
    ErrorCode.INVALID: "A value has the wrong type, form or range.",
    ErrorCode.TOO_LONG: "A text, list or document is larger than allowed.",
    ErrorCode.DUPLICATE: "A value that must be unique in its parent is used twice.",
    ErrorCode.NOT_FOUND: "There is no such thing, or this key may not see it.",
    ErrorCode.CONFLICT: "The present state does not allow this change.",
    ErrorCode.FORBIDDEN: "This key lacks the scope for this change.",
    ErrorCode.JOB_CONFLICT: "The job's status does not allow this step.",
    ErrorCode.JOB_CANCELED: "The job was canceled; stop working on it.",
    ErrorCode.LEASE_LOST: "The lease presented does not hold the job any more.",
    ErrorCode.STALE_VERSION: "The Space changed since the version that was expected.",
    ErrorCode.IDEMPOTENCY_KEY_REUSED: "This idempotency key came before with another input.",
    ErrorCode.LIMIT_EXCEEDED: "A limit of the service would be exceeded.",
}


REQUEST_CODES = {
    "BAD_REQUEST": "The HTTP request cannot be read as a GraphQL request.",
    "BAD_USER_INPUT": "A variable or argument has the wrong type or an impossible value.",
    "CURSOR_EXPIRED": "The events behind this cursor are no longer kept: read the state again.",
    "CURSOR_INVALID": "This event log never gave out this cursor: read the state again.",
    "FORBIDDEN": "The key lacks the scope that this field needs.",
    "FORBIDDEN_NAMESPACE": "The key is limited to other namespaces than the filter asks for.",
    "GRAPHQL_PARSE_FAILED": "The document is not GraphQL.",
    "GRAPHQL_VALIDATION_FAILED": "The document does not fit the schema.",
    "INTERNAL_SERVER_ERROR": "A bug; `extensions.reference` names its log record.",
    "LIMIT_EXCEEDED": "The document, or what is open on the connection, is over a limit.",
    "METHOD_NOT_ALLOWED": "This address is not asked by this method; GraphQL is by POST.",
    "NOT_ACCEPTABLE": "None of the media types that the client accepts can be given.",
    "NOT_FOUND": "There is no such thing, or this key may not see it.",
    "OPERATION_RESOLUTION_FAILURE": "It is not clear which operation of the document is meant.",
    "OVERLOADED": "Nothing was done; try again after a moment.",
    "PAYLOAD_TOO_LARGE": "The request body is larger than allowed.",
    "REQUEST_TIMEOUT": "The request body did not arrive in time.",
    "UNAUTHENTICATED": "No valid API key came with the request.",
    "UNSUPPORTED_MEDIA_TYPE": "The body must be application/json, or JSON Lines; in UTF-8.",
}


class DomainError(Exception):
    """An expected failure: its code, message and path are safe to show."""

    code: str = ErrorCode.INVALID

    def __init__(
        self,
        message: str,
        *,
        path: tuple[str, ...] = (),
        code: str | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.code = code or type(self).code
        self.extra = dict(extra or {})


class Invalid(DomainError):
    """A value the caller sent cannot be taken."""

    code = ErrorCode.INVALID


class NotFound(DomainError):
    """There is no such thing, or the caller may not see it; both look the same."""

    code = ErrorCode.NOT_FOUND


class Conflict(DomainError):
    """The present state does not allow the change."""

    code = ErrorCode.CONFLICT


class Duplicate(DomainError):
    """A value that must be unique in its parent is taken."""

    code = ErrorCode.DUPLICATE


class Forbidden(DomainError):
    """The caller's key lacks the scope."""

    code = ErrorCode.FORBIDDEN


class Unauthenticated(DomainError):
    """No valid key came with the request."""

    code = "UNAUTHENTICATED"


class CursorInvalid(DomainError):
    """The cursor belongs to another log, or was never given out."""

    code = "CURSOR_INVALID"


class CursorExpired(DomainError):
    """The events after this cursor are no longer kept."""

    code = "CURSOR_EXPIRED"


class Refused(DomainError):
    """Several problems with one input, reported together."""

    def __init__(self, problems: list[DomainError]) -> None:
        super().__init__(problems[0].message, path=problems[0].path, code=problems[0].code)
        self.problems = problems
