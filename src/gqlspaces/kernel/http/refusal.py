"""Refusing a request with the HTTP status that fits."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

from starlette.requests import HTTPConnection

from gqlspaces.kernel.errors import DomainError
from gqlspaces.kernel.failure import shown_as
from gqlspaces.kernel.http.answer import error_body
from gqlspaces.kernel.http.caller import Credentials, credentials_of

T = TypeVar("T")

_UNAUTHENTICATED: Final = 401
_BAD: Final = 400
_STATUSES: Final[Mapping[str, int]] = {
    "UNAUTHENTICATED": _UNAUTHENTICATED,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "CONFLICT": 409,
    "JOB_CANCELED": 409,
    "LEASE_LOST": 409,
    "OVERLOADED": 503,
    "INTERNAL_SERVER_ERROR": 500,
}


class HttpRefusal(Exception):
    """A request that HTTP has a status for; ``extensions`` say more than the code does."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        headers: Mapping[str, str] | None = None,
        *,
        extensions: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})
        self.extensions = {**(extensions or {}), "code": code}

    @property
    def body(self) -> dict[str, Any]:
        """What is answered, as JSON."""
        return error_body(self.message, self.extensions)


def refused(error: Exception) -> HttpRefusal:
    """Give the refusal that a failure means; what callers must not see is masked and logged."""
    if isinstance(error, HttpRefusal):
        return error
    shown = shown_as(error)
    code = str(shown.extensions["code"])
    status = _STATUSES.get(code, _BAD)
    headers = {"www-authenticate": "Bearer"} if status == _UNAUTHENTICATED else {}
    return HttpRefusal(status, code, shown.message, headers, extensions=shown.extensions)


async def admitted(
    authenticate: Callable[[Credentials], Awaitable[T]], request: HTTPConnection, request_id: str
) -> T:
    """Give what authenticating a caller gives, or raise HttpRefusal."""
    try:
        return await authenticate(credentials_of(request, request_id))
    except DomainError as error:
        raise refused(error) from error


def closing() -> HttpRefusal:
    """Give the refusal of a server that stops."""
    headers = {"retry-after": "1", "connection": "close"}
    return HttpRefusal(503, "OVERLOADED", "The server is restarting; try again.", headers)
