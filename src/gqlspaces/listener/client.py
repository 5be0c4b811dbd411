"""A GraphQL client over HTTP that repeats what may be repeated and raises what was refused."""

import os
import socket
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import httpx2

from gqlspaces.listener.documents import Mutation
from gqlspaces.listener.errors import ApiError, Unreachable, problems_of, refusal
from gqlspaces.listener.pace import Pace

_REFUSED_STATUSES = frozenset({429, 503})
_LOST_STATUSES = frozenset({502, 504})
_LONGEST_RETRY_AFTER = 60.0


@dataclass(frozen=True)
class Connection:
    """Where gqlspaces is, and the key that opens it; `url` may leave out the path `/graphql`."""

    url: str
    key: str = field(repr=False)

    @property
    def endpoint(self) -> str:
        """The address for queries, mutations and SSE."""
        parts = urlsplit(self.url)
        path = parts.path if parts.path.strip("/") else "/graphql"
        return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))

    @property
    def socket(self) -> str:
        """The same address for a WebSocket."""
        return "ws" + self.endpoint.removeprefix("http")

    @property
    def authorization(self) -> str:
        """The value of the `authorization` header, or of the same key in `connection_init`."""
        return f"Bearer {self.key}"


class Client:
    """Sends GraphQL documents to one gqlspaces; close it, or use it in an `async with`.

    A request is repeated while no answer comes and `pace.patience` lasts: always if it certainly
    had no effect, otherwise only if the caller says that it is `repeatable`.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        pace: Pace | None = None,
        timeout: float = 30.0,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.connection = connection
        self.pace = pace or Pace()
        # Two replicas must not share a name: to the server they would be one that asks again.
        self.holder = f"{socket.gethostname()[:100]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self.http = httpx2.AsyncClient(
            timeout=timeout,
            transport=transport,
            headers={
                "authorization": connection.authorization,
                "accept": "application/graphql-response+json, application/json;q=0.9",
            },
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Give the connections back."""
        await self.http.aclose()

    async def execute(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = False,
        patience: float | None = None,
    ) -> dict[str, Any]:
        """Return the `data` of the answer; raise `ApiError` for errors, `Unreachable` for none.

        `patience` is the time in seconds within which repetitions may begin.
        """
        clock = self.pace.clock
        end = clock.now() + (self.pace.patience if patience is None else patience)
        body = {"query": document, "variables": dict(variables or {})}
        for delay in self.pace.delays():
            try:
                return await self._post(body, headers or {})
            except Unreachable as error:
                wait = max(delay, error.retry_after)
                if not (repeatable or error.refused) or clock.now() + wait > end:
                    raise
            await clock.sleep(wait)
        raise AssertionError("delays never end")

    async def mutate(
        self,
        mutation: Mutation,
        input: Mapping[str, Any],
        *,
        headers: Mapping[str, str] | None = None,
        patience: float | None = None,
    ) -> dict[str, Any]:
        """Return the payload of the mutation; raise `ApiError` if it has `userErrors`.

        It is repeated when its answer is lost, so `input` must have an idempotency key unless
        saying it twice changes nothing.
        """
        data = await self.execute(
            mutation.document,
            {"input": input},
            headers=headers,
            repeatable=True,
            patience=patience,
        )
        payload: dict[str, Any] = data[mutation.field]
        if payload["userErrors"]:
            raise refusal(problems_of(payload["userErrors"]))
        return payload

    async def _post(self, body: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
        try:
            answer = await self.http.post(
                self.connection.endpoint, json=body, headers=dict(headers)
            )
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise Unreachable(_told(error), refused=True) from error
        except httpx2.TransportError as error:
            raise Unreachable(_told(error)) from error
        return data_of(answer)


def data_of(answer: httpx2.Response) -> dict[str, Any]:
    """Return the `data` of an HTTP answer that was read, or raise what it says instead."""
    content = _json(answer)
    if "errors" in content:
        problems = problems_of(content["errors"])
        if any(one.code == "OVERLOADED" for one in problems):
            raise Unreachable(str(problems[0]), refused=True, retry_after=_retry_after(answer))
        if answer.status_code not in _REFUSED_STATUSES:
            raise refusal(problems)
    if answer.status_code in _REFUSED_STATUSES:
        raise Unreachable(_status(answer), refused=True, retry_after=_retry_after(answer))
    if answer.status_code in _LOST_STATUSES:
        raise Unreachable(_status(answer))
    data = content.get("data")
    if not isinstance(data, dict):
        raise ApiError(f"HTTP_{answer.status_code}", _status(answer))
    return data


def _json(answer: httpx2.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _status(answer: httpx2.Response) -> str:
    return f"the server answered with HTTP {answer.status_code} and no GraphQL"


def _retry_after(answer: httpx2.Response) -> float:
    given = answer.headers.get("retry-after", "")
    return min(float(given), _LONGEST_RETRY_AFTER) if given.isdecimal() else 0.0


def _told(error: Exception) -> str:
    return f"the server does not answer: {str(error) or type(error).__name__}"
