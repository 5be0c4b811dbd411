"""The endpoint: one ASGI application for all transports, which can be stopped without loss."""

from starlette.types import Receive, Scope, Send

from gqlspaces.kernel.graphql.server.contract import Service
from gqlspaces.kernel.graphql.server.http import HttpTransport
from gqlspaces.kernel.graphql.server.websocket import WebSocketTransport
from gqlspaces.kernel.http.draining import Attendance


class GraphQLEndpoint:
    """Serves GraphQL by POST, server-sent events and graphql-transport-ws on one path."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._http = HttpTransport(service)
        self._websocket = WebSocketTransport(service)
        self._attendance = Attendance(service.closing)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or one socket."""
        transport = self._websocket if scope["type"] == "websocket" else self._http
        with self._attendance.attending():
            await transport(scope, receive, send)

    async def drain(self) -> None:
        """Refuse new requests, let queries and mutations end, end streams and close sockets.

        Sockets are closed with 1012, so that clients resume elsewhere. Returns when nothing is
        open any more, at the latest after twice ``drain_seconds``.
        """
        await self._attendance.drain(2 * self._service.limits.drain_seconds)
