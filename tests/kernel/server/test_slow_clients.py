"""A client that never reads loses its connection, and its operations end.

uvicorn's protocol classes are no stable interface: these tests tell when ours stop working.
"""

import base64
import json
import os
import socket
from collections.abc import Callable
from typing import Any


def frame(message: dict[str, Any]) -> bytes:
    """Mask a short text message as a client must."""
    text, mask = json.dumps(message).encode(), os.urandom(4)
    masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(text))
    length = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2)
    return b"\x81" + length + mask + masked


def dial(port: int) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", port))
    return connection


def test_a_websocket_that_never_reads_is_dropped(
    endpoint: Any, stage: Any, serve: Callable[..., Any]
) -> None:
    key = base64.b64encode(os.urandom(16)).decode()
    with serve(endpoint, send_seconds=0.2) as server, dial(server.port) as connection:
        connection.sendall(
            f"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )
        assert b" 101 " in connection.recv(1024)
        connection.sendall(frame({"type": "connection_init"}))
        assert b"connection_ack" in connection.recv(1024)
        payload = {"query": "subscription { flood }"}
        connection.sendall(frame({"id": "1", "type": "subscribe", "payload": payload}))
        assert stage.closed.wait(10)
        assert 0 < stage.advanced < 2_000
        assert server.lost.wait(5)


def test_an_event_stream_that_is_never_read_is_dropped(
    endpoint: Any, stage: Any, serve: Callable[..., Any]
) -> None:
    body = json.dumps({"query": "subscription { flood }"})
    with serve(endpoint, send_seconds=0.2) as server, dial(server.port) as connection:
        connection.sendall(
            f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
            "Accept: text/event-stream\r\n"
            "Content-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        assert stage.closed.wait(10)
        assert 0 < stage.advanced < 2_000
        assert server.lost.wait(5)
