"""What the gateway is measured against: a bare Starlette server that only sends bytes.

Run as `python -m benchmarks.yardstick ANSWER FRAME --port PORT`, the first two being files.
"""

import asyncio
from argparse import ArgumentParser
from pathlib import Path

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from benchmarks.process import HOST

PING_SECONDS = 15.0  # as the gateway does


def application(answer: bytes, frame: str) -> Starlette:
    """POST /answer sends `answer`; POST /burst/N sends `frame` N times to all sockets of /."""
    sockets: set[WebSocket] = set()

    async def static(request: Request) -> Response:
        await request.body()
        return Response(answer, media_type="application/json")

    async def burst(request: Request) -> Response:
        for _ in range(int(request.path_params["frames"])):
            for socket in tuple(sockets):
                await socket.send_text(frame)
        return Response(b"{}", media_type="application/json")

    async def listen(socket: WebSocket) -> None:
        await socket.accept()
        sockets.add(socket)
        try:
            await socket.send_text(frame)
            while True:
                await socket.receive_text()
        except WebSocketDisconnect:
            sockets.discard(socket)

    return Starlette(
        routes=[
            Route("/answer", static, methods=["POST"]),
            Route("/burst/{frames:int}", burst, methods=["POST"]),
            WebSocketRoute("/", listen),
        ]
    )


def main() -> None:
    """Serve with the settings of `gqlspaces serve`."""
    parser = ArgumentParser()
    parser.add_argument("answer", type=Path)
    parser.add_argument("frame", type=Path)
    parser.add_argument("--port", type=int, required=True)
    told = parser.parse_args()
    config = uvicorn.Config(
        application(told.answer.read_bytes(), told.frame.read_text(encoding="utf-8")),
        host=HOST,
        port=told.port,
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        server_header=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        backlog=2048,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
