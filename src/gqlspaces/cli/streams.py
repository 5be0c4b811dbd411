"""The record streams of a gateway as a client sees them: addresses, answers, refusals."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode, urljoin

import httpx2

from gqlspaces.listener.client import Client
from gqlspaces.listener.errors import ApiError, Unreachable, problems_of, refusal

# Of these nothing more is known than that the request may be sent again.
_PASSING: Final = frozenset({408, 429, 502, 503, 504})


def address(client: Client, path: str, parameters: Mapping[str, str] | None = None) -> str:
    """Where something is that lies beside the GraphQL endpoint."""
    query = f"?{urlencode(parameters)}" if parameters else ""
    return urljoin(client.connection.endpoint, path + query)


async def answered(client: Client, method: str, url: str, **request: Any) -> dict[str, Any]:
    """The JSON that answers one request; an ApiError where it was refused."""
    try:
        answer = await client.http.request(method, url, **request)
    except httpx2.TransportError as error:
        raise Unreachable(str(error) or type(error).__name__) from error
    check(answer)
    content: dict[str, Any] = answer.json()
    return content


def check(answer: httpx2.Response) -> None:
    """Raise what an answer that was read says instead of what was asked for."""
    if answer.is_success:
        return
    if answer.status_code in _PASSING:
        raise Unreachable(f"HTTP {answer.status_code}")
    try:
        problems = problems_of(answer.json()["errors"])
    except (ValueError, KeyError, TypeError):
        raise ApiError(f"HTTP_{answer.status_code}", "refused without a reason") from None
    raise refusal(problems)


async def contacted(
    client: Client, url: str, broken: Unreachable | None, waiting: Callable[[], object]
) -> dict[str, Any]:
    """The answer to a GET, asked for again and again while the connection is broken.

    A first contact that fails is an error at once, and so is a broken one after `pace.patience`.
    """
    clock = client.pace.clock
    end = clock.now() + (client.pace.patience if broken else 0)
    for delay in client.pace.delays():
        try:
            return await answered(client, "GET", url)
        except Unreachable:
            if clock.now() + delay > end:
                raise
        waiting()
        await clock.sleep(delay)
    raise AssertionError("delays never end")
