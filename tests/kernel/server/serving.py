"""A real server around an endpoint, for what only sockets can show."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from gqlspaces.kernel.graphql.server import GraphQLEndpoint
from gqlspaces.kernel.graphql.server.uvicorn_protocols import (
    ImpatientHttpProtocol,
    ImpatientWebSocketProtocol,
)


def application(endpoint: GraphQLEndpoint) -> Starlette:
    return Starlette(routes=[Route("/graphql", endpoint), WebSocketRoute("/graphql", endpoint)])


@dataclass
class Served:
    """A real server; ``lost`` is set when it has let go of a connection."""

    port: int
    lost: threading.Event = field(default_factory=threading.Event)


@contextmanager
def served(endpoint: GraphQLEndpoint, send_seconds: float = 10.0) -> Iterator[Served]:
    """Run uvicorn with the endpoint on a free port of the loopback interface."""

    class WebSocketProtocol(ImpatientWebSocketProtocol):
        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            running.lost.set()

    class HttpProtocol(ImpatientHttpProtocol):
        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            running.lost.set()

    WebSocketProtocol.send_seconds = HttpProtocol.send_seconds = send_seconds
    config = uvicorn.Config(
        application(endpoint),
        port=0,
        ws=WebSocketProtocol,
        http=HttpProtocol,
        log_config=None,
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    listening.listen()  # clients may knock before the server is up
    running = Served(listening.getsockname()[1])
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
