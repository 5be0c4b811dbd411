"""`gqlspaces serve`, as a process and within this one."""

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, aclosing, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gqlspaces.cli.failure import Failure
from gqlspaces.cli.serve import warnings
from gqlspaces.cli.server import Served, serving
from gqlspaces.kernel.engines import FileLock
from gqlspaces.listener.client import Client, Connection
from gqlspaces.listener.errors import Unreachable
from gqlspaces.listener.stream import Subscribe, over_sse, over_websocket
from gqlspaces.settings import Settings
from harness import sqlite_copy

Run = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., AbstractContextManager["Running"]]

CREATE = 'mutation { createSpace(input: {name: "Acme"}) { space { name } } }'
EVENTS = "subscription { events { cursor } }"
VIEWER = "{ viewer { key { scopes } environment { name } } }"


class Running:
    """A `gqlspaces serve`, and what it printed until it was ready."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        assert process.stdout is not None
        self.banner = ""
        for line in process.stdout:
            self.banner += line
            if "Ctrl-C" in line:
                break

    def told(self, title: str) -> str | None:
        """What the banner says of something."""
        found = re.search(rf"^  {title} +(\S+)$", self.banner, re.MULTILINE)
        return found and found[1]

    def stop(self) -> int:
        """Ask it to stop; give the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


@pytest.fixture
def start(tmp_path: Path, bare_environment: dict[str, str]) -> Start:
    """Starts `gqlspaces serve` on a free port, in an empty folder."""

    @contextmanager
    def started(*arguments: str) -> Iterator[Running]:
        with subprocess.Popen(
            [sys.executable, "-m", "gqlspaces", "serve", "--port", "0", *arguments],
            cwd=tmp_path,
            env=bare_environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            try:
                yield Running(process)
            finally:
                process.kill()

    return started


@pytest.fixture
def settings(sqlite: Path, tmp_path: Path) -> Settings:
    return Settings(database_url=sqlite_copy(sqlite, tmp_path), data_dir=tmp_path, port=0)


@pytest.fixture
async def served(settings: Settings) -> AsyncIterator[Served]:
    """A gateway that listens, in this process."""
    async with serving(settings) as served:
        yield served


def connection(served: Served) -> Connection:
    return Connection(served.endpoint, served.key or "")


def ask(endpoint: str, key: str, query: str) -> Any:
    headers = {"authorization": f"Bearer {key}"}
    return httpx2.post(endpoint, json={"query": query}, headers=headers).json()["data"]


def test_the_first_start_prints_a_key_and_no_other_does(start: Start) -> None:
    with start() as first:
        key, endpoint, page = first.told("Secret key"), first.told("Endpoint"), first.told("Play.*")
        assert key
        assert endpoint
        assert page
        assert ask(endpoint, key, VIEWER)["viewer"] == {
            "key": {"scopes": ["ADMIN"]},
            "environment": {"name": "development"},
        }
        assert httpx2.get(page + "health/ready").json()["status"] == "ready"
        assert "text/html" in httpx2.get(page).headers["content-type"]
        assert "server" not in httpx2.get(page).headers
        assert first.stop() == 0
    with start() as second:
        endpoint = second.told("Endpoint")
        assert endpoint
        assert "gsk_" not in second.banner
        assert ask(endpoint, key, VIEWER)
        assert second.stop() == 0


def test_a_second_process_on_the_same_database_is_refused(run: Run, tmp_path: Path) -> None:
    lock = FileLock(f"sqlite:///{tmp_path}/data/gqlspaces.db")
    lock.acquire()
    refused = run("serve", "--port", "0")
    lock.release()
    assert refused.returncode == 1
    assert "another process is using this database" in refused.stderr
    assert "Traceback" not in refused.stderr


async def test_a_port_that_is_taken_makes_no_key(settings: Settings, served: Served) -> None:
    folder = settings.data_dir / "other"
    other = Settings(data_dir=folder, port=served.port)
    with pytest.raises(Failure, match=f"port {served.port}: Address already in use"):
        async with serving(other):
            pass
    assert not (folder / "gqlspaces.db").exists()


async def test_a_database_that_does_not_answer_is_explained(unused_tcp_port: int) -> None:
    url = f"postgresql://me:planted@127.0.0.1:{unused_tcp_port}/spaces"
    with pytest.raises(Failure, match="the database does not work") as refused:
        async with serving(Settings(database_url=url, port=0)):
            pass
    assert "planted" not in str(refused.value)


async def test_an_empty_database_is_not_migrated_against_the_operators_will(
    tmp_path: Path,
) -> None:
    with pytest.raises(Failure, match="at revision none"):
        async with serving(Settings(data_dir=tmp_path, port=0), migrate=False):
            pass


async def test_no_key_is_made_where_others_could_connect(settings: Settings) -> None:
    public = settings.model_copy(update={"host": "0.0.0.0"})  # noqa: S104 - what is tested
    async with serving(public) as served:
        assert served.key is None
        assert served.url == f"http://127.0.0.1:{served.port}/"
        assert "without TLS" in warnings(served)[0]
        assert "gqlspaces keys create" in warnings(served)[1]


@pytest.mark.parametrize("subscribe", [over_websocket, over_sse])
async def test_a_stop_does_not_wait_for_subscribers(
    settings: Settings, subscribe: Subscribe, caplog: pytest.LogCaptureFixture
) -> None:
    subscribed = asyncio.Event()

    async def follow(served: Served) -> None:
        with suppress(Unreachable):
            async for _ in subscribe(connection(served), EVENTS, {}, subscribed.set):
                pass

    async with serving(settings) as served:
        following = asyncio.create_task(follow(served))
        await subscribed.wait()
    await following
    assert "graceful shutdown exceeded" not in caplog.text


async def test_a_stop_sends_sockets_elsewhere(settings: Settings) -> None:
    async with serving(settings) as served:
        subscribed = asyncio.Event()
        answers = over_websocket(connection(served), EVENTS, {}, subscribed.set)
        waiting = asyncio.create_task(anext(answers))
        await subscribed.wait()
    with pytest.raises(Unreachable, match="1012"):
        await waiting


async def over_http(served: Served) -> Any:
    async with Client(connection(served)) as client:
        return await client.execute(CREATE, patience=0)


async def over_socket(served: Served) -> Any:
    async with aclosing(over_websocket(connection(served), CREATE, {}, lambda: None)) as answers:
        return await anext(answers)


@pytest.mark.parametrize("create", [over_http, over_socket])
async def test_a_stop_waits_for_a_mutation_under_way(
    settings: Settings, create: Callable[[Served], Coroutine[Any, Any, Any]]
) -> None:
    async with serving(settings) as served:
        database = served.gateway.database
        async with database.maintenance():
            creating = asyncio.create_task(create(served))
            await waiting_writers(served)
            stopping = asyncio.create_task(stop(served))
            await closed_for_others(served)
        assert await creating == {"createSpace": {"space": {"name": "Acme"}}}
        await stopping


async def waiting_writers(served: Served) -> None:
    """Wait until a mutation waits for its turn; no event tells of that."""
    while not served.gateway.database._waiting:  # noqa: ASYNC110, SLF001
        await asyncio.sleep(0)


async def stop(served: Served) -> None:
    signal.raise_signal(signal.SIGTERM)
    await served.ended()


async def closed_for_others(served: Served) -> None:
    """Wait until nobody can connect any more."""
    while True:
        try:
            _, writer = await asyncio.open_connection(served.host, served.port)
        except ConnectionError:
            return
        writer.close()
        await asyncio.sleep(0.01)
