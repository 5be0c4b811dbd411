"""What can go wrong between a listener and gqlspaces, as exceptions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that was refused: a code of the API, a sentence, and the place it speaks of."""

    code: str
    message: str
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = f" (at {'.'.join(self.path)})" if self.path else ""
        return f"{self.message}{place}"


class ApiError(Exception):
    """A call was refused; `code`, `message` and `path` are those of the first problem."""

    def __init__(self, code: str, message: str, path: Iterable[str] = ()) -> None:
        super().__init__(code, message)
        self.problems: tuple[Problem, ...] = (Problem(code, message, tuple(path)),)

    @property
    def code(self) -> str:
        """The code of the first problem, such as `NOT_FOUND`."""
        return self.problems[0].code

    @property
    def message(self) -> str:
        """What the first problem says."""
        return self.problems[0].message

    @property
    def path(self) -> tuple[str, ...]:
        """Where in the input, or in the answer, the first problem is."""
        return self.problems[0].path

    def __str__(self) -> str:
        return "; ".join(map(str, self.problems))


class LeaseLost(ApiError):
    """The job is no longer held by the lease that was presented."""


class JobConflict(ApiError):
    """The job is in a status, or in hands, that do not allow this call."""


class JobCanceled(ApiError):
    """Somebody canceled the job."""


class CursorRefused(ApiError):
    """The log does not go back to this cursor (`CURSOR_EXPIRED`) or is not its own."""


class Unreachable(ApiError):
    """No answer came; `refused` says that the request surely had no effect."""

    def __init__(self, message: str, *, refused: bool = False, retry_after: float = 0.0) -> None:
        super().__init__("UNREACHABLE", message)
        self.refused = refused
        self.retry_after = retry_after


_CLASSES: Mapping[str, type[ApiError]] = {
    "LEASE_LOST": LeaseLost,
    "JOB_CONFLICT": JobConflict,
    "JOB_CANCELED": JobCanceled,
    "CURSOR_EXPIRED": CursorRefused,
    "CURSOR_INVALID": CursorRefused,
}

FATAL = frozenset(
    {
        "UNAUTHENTICATED",
        "FORBIDDEN",
        "FORBIDDEN_NAMESPACE",
        "BAD_REQUEST",
        "BAD_USER_INPUT",
        "GRAPHQL_PARSE_FAILED",
        "GRAPHQL_VALIDATION_FAILED",
    }
)
"""Codes that no repetition of the same request can cure."""


def refusal(problems: Iterable[Problem]) -> ApiError:
    """Return the exception for problems that were answered together."""
    told = tuple(problems) or (Problem("INTERNAL_SERVER_ERROR", "refused without a reason"),)
    error = _CLASSES.get(told[0].code, ApiError)(told[0].code, told[0].message)
    error.problems = told
    return error


def problems_of(errors: Any) -> list[Problem]:
    """Read the `errors` of a GraphQL answer, however badly they are formed."""
    listed = errors if isinstance(errors, list) else [errors]
    return [_problem(one) for one in listed if isinstance(one, dict)]


def _problem(error: Mapping[str, Any]) -> Problem:
    extensions = error.get("extensions")
    code = extensions.get("code") if isinstance(extensions, dict) else None
    path = error.get("path")
    return Problem(
        code=str(error.get("code") or code or "INTERNAL_SERVER_ERROR"),
        message=str(error.get("message", "refused without a reason")),
        path=tuple(map(str, path)) if isinstance(path, list) else (),
    )
