"""`gqlspaces health` against servers that answer this or that."""

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a gateway that answers its readiness with the status of the parameter."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(request.param if self.path == "/health/ready" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Answer) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}/graphql"
        listening.shutdown()
        thread.join()


@pytest.mark.parametrize("server", [200], indirect=True)
def test_a_ready_gateway_is_healthy(run: Run, server: str) -> None:
    done = run("health", GQLSPACES_URL=server)
    assert (done.returncode, done.stdout) == (0, "ready\n")


@pytest.mark.parametrize("server", [503], indirect=True)
def test_a_gateway_that_is_not_ready_fails_the_check(run: Run, server: str) -> None:
    done = run("health", "--json", "--url", server)
    assert done.returncode == 1
    assert json.loads(done.stdout)["ready"] is False


@pytest.mark.parametrize("server", [200, 503], indirect=True)
def test_a_quiet_check_says_nothing(run: Run, server: str) -> None:
    done = run("health", "--quiet", "--url", server)
    assert (done.stdout, done.stderr) == ("", "")


def test_a_gateway_that_is_not_there_fails_a_quiet_check(run: Run, unused_tcp_port: int) -> None:
    done = run("health", "--quiet", GQLSPACES_PORT=str(unused_tcp_port))
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
