"""Who sends a request: its headers read into Credentials."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import uuid4

from starlette.requests import HTTPConnection

from gqlspaces.kernel.errors import Unauthenticated

REQUEST_ID = "x-request-id"

_SANE_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_BEARER = re.compile(r"bearer +([^\s,]{1,4096})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a request says about who sends it and in which circumstances."""

    bearer: str | None = field(repr=False)
    request_id: str
    client_host: str | None = None
    origin: str | None = None
    lease: str | None = field(default=None, repr=False)
    last_event_id: str | None = None


def request_id_of(headers: Mapping[str, str]) -> str:
    """Give the request's own id if it can be repeated safely, else a new one."""
    given = headers.get(REQUEST_ID, "")
    return given if _SANE_ID.fullmatch(given) else uuid4().hex


def credentials_of(
    connection: HTTPConnection, request_id: str, *, authorization: str | None = None
) -> Credentials:
    """Read who sends a request; ``authorization`` stands in for the header of that name.

    Raises Unauthenticated for an authorization that is not a bearer token.
    """
    headers = connection.headers
    return Credentials(
        bearer=_read_bearer(authorization or headers.get("authorization")),
        request_id=request_id,
        client_host=connection.client.host if connection.client else None,
        origin=headers.get("origin"),
        lease=headers.get("x-gqlspaces-lease"),
        last_event_id=headers.get("last-event-id"),
    )


def _read_bearer(authorization: str | None) -> str | None:
    if authorization is None:
        return None
    found = _BEARER.fullmatch(authorization.strip())
    if found is None:
        raise Unauthenticated("The authorization must read 'Bearer', a blank and a token.")
    return found[1]
