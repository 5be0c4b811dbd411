"""GraphQL over HTTP: POST with a JSON body; answers are JSON or server-sent events."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gqlspaces.kernel.graphql.engine import Context
from gqlspaces.kernel.graphql.failures import RequestRefused, shown
from gqlspaces.kernel.graphql.server.contract import Results, Service
from gqlspaces.kernel.graphql.server.negotiation import (
    EVENT_STREAM,
    JSON,
    RESPONSE_JSON,
    Acceptance,
    negotiate,
)
from gqlspaces.kernel.graphql.server.request import (
    Malformed,
    OperationRequest,
    read_json,
    read_operation,
)
from gqlspaces.kernel.graphql.server.response import formatted
from gqlspaces.kernel.graphql.server.sse import EventStream
from gqlspaces.kernel.http.answer import common_headers, encode
from gqlspaces.kernel.http.caller import request_id_of
from gqlspaces.kernel.http.content import check_content
from gqlspaces.kernel.http.refusal import HttpRefusal, admitted, closing

_STREAMS_ARE_ELSEWHERE = (
    "A subscription needs 'Accept: text/event-stream', or a WebSocket with the subprotocol"
    " graphql-transport-ws."
)


class HttpTransport:
    """Answers every HTTP request to the endpoint, whatever it is, in JSON or as events."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        exchange = _Exchange(self._service, request, request_id_of(request.headers))
        try:
            response = await exchange.respond()
        except ClientDisconnect:
            return
        await response(scope, receive, send)


@dataclass
class _Exchange:
    """One request and the answer to it."""

    service: Service
    request: Request
    request_id: str
    media_type: str = JSON

    async def respond(self) -> ASGIApp:
        try:
            return await self._answer()
        except HttpRefusal as refusal:
            return self._json(refusal.status, refusal.body, refusal.headers)
        except RequestRefused as refused:
            # clients of the older media type take any other status for a broken connection
            status = 400 if self.media_type == RESPONSE_JSON else 200
            return self._json(status, {"errors": formatted(refused.errors)})
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 - the boundary where bugs become masked errors
            return self._json(500, {"errors": formatted([shown(error)])})

    async def _answer(self) -> ASGIApp:
        if self.service.closing.is_set():
            raise closing()
        acceptance = _check_head(self.request)
        if acceptance.preferred != EVENT_STREAM:
            self.media_type = acceptance.preferred
        context = await admitted(self.service.authenticate, self.request, self.request_id)
        body = await _read_body(self.request, self.service)
        try:
            operation = read_operation(read_json(body, "The body"))
        except Malformed as error:
            raise HttpRefusal(400, "BAD_REQUEST", str(error)) from None
        return await self._carry_out(operation, context, acceptance)

    async def _carry_out(
        self, operation: OperationRequest, context: Context, acceptance: Acceptance
    ) -> ASGIApp:
        service, variables = self.service, operation.variables
        prefers_events = acceptance.preferred == EVENT_STREAM
        try:
            prepared = service.prepare(operation, context)
        except RequestRefused as refused:
            if prefers_events:
                return self._events(_refusing(refused))
            raise
        if prefers_events or (prepared.is_subscription and acceptance.streams):
            return self._events(service.results(prepared, variables, context))
        if prepared.is_subscription:
            raise HttpRefusal(406, "NOT_ACCEPTABLE", _STREAMS_ARE_ELSEWHERE)
        result = await service.engine.execute(prepared, variables, context)
        return self._json(200, result.formatted)

    def _events(self, results: Results) -> EventStream:
        return EventStream(
            results,
            headers=common_headers(self.request_id),
            ping_seconds=self.service.limits.ping_seconds,
            closing=self.service.closing,
        )

    def _json(
        self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> Response:
        own = {
            "content-type": f"{self.media_type}; charset=utf-8",
            "cache-control": "no-store",
        }
        common = common_headers(self.request_id)
        return Response(encode(body), status, {**common, **own, **(headers or {})})


async def _refusing(refused: RequestRefused) -> Results:
    raise refused
    yield  # type: ignore[unreachable]  # makes this a generator


def _check_head(request: Request) -> Acceptance:
    if request.method != "POST":
        message = "GraphQL requests are sent with POST."
        raise HttpRefusal(405, "METHOD_NOT_ALLOWED", message, {"allow": "POST"})
    acceptance = negotiate(", ".join(request.headers.getlist("accept")))
    if acceptance is None:
        message = f"Answers are {JSON}, {RESPONSE_JSON} or {EVENT_STREAM}."
        raise HttpRefusal(406, "NOT_ACCEPTABLE", message)
    check_content(request, (JSON,))
    return acceptance


async def _read_body(request: Request, service: Service) -> bytes:
    most = service.limits.body_bytes
    body = bytearray()
    try:
        async with asyncio.timeout(service.limits.body_seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    message = f"The body has more than {most} bytes."
                    headers = {"connection": "close"}
                    raise HttpRefusal(413, "PAYLOAD_TOO_LARGE", message, headers)
    except TimeoutError:
        message = "The body did not arrive in time."
        raise HttpRefusal(408, "BAD_REQUEST", message, {"connection": "close"}) from None
    return bytes(body)
