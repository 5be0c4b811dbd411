"""`gqlspaces doctor`: it names what is wrong, says what to do, and tells it by its exit code."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from features.listening import CONFIGURE, introduced
from gqlspaces.cli.server import Served
from gqlspaces.cli.streaming import socket_fault
from gqlspaces.listener import Event, Listener
from gqlspaces.listener.client import Client, Connection
from gqlspaces.listener.runner import Runner
from harness import Api

Doctor: TypeAlias = Callable[..., Awaitable[tuple[int | None, str, str]]]


@pytest.fixture
def doctor(served: Served, tmp_path: Path, bare_environment: dict[str, str]) -> Doctor:
    async def run(*arguments: str, **variables: str) -> tuple[int | None, str, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "gqlspaces", "doctor", *arguments),
            cwd=tmp_path,
            env=bare_environment
            | {"GQLSPACES_URL": served.endpoint, "GQLSPACES_KEY": served.key or ""}
            | variables,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, told = await process.communicate()
        return process.returncode, out.decode(), told.decode()

    return run


async def test_a_set_up_that_works_is_well(api: Api, doctor: Doctor) -> None:
    async with introduced(api, "here:1", CONFIGURE | {"namespaces": [["space:red"]]}):
        code, out, _ = await doctor()
    assert code == 0
    assert "All is well." in out
    assert "here:1" in out
    assert 'job:ready {"job": "space:configure"} in space:red' in " ".join(out.split())
    assert "environment development" in out


async def test_a_warning_is_told_and_breaks_nothing(doctor: Doctor) -> None:
    code, out, _ = await doctor()
    assert code == 0
    assert "! No listener is connected" in out
    assert out.endswith("1 warning.\n")


async def test_a_fault_is_told_with_what_to_do(api: Api, doctor: Doctor) -> None:
    async with introduced(api, "here:1", CONFIGURE | {"filters": [{"job": "Space:Configure"}]}):
        made = await api.do("createSpace", "job { id }", name="Acme")
        code, out, _ = await doctor()
        shown = await doctor("--json")
    assert code == 1
    assert "✗ A Job `space:configure` has been ready since" in out
    assert made["job"]["id"] in out
    assert "Capital letters count: write `space:configure`." in out
    assert out.endswith("1 fault.\n")
    seen: dict[str, Any] = json.loads(shown[1])
    assert shown[0] == 1
    assert [finding["code"] for finding in seen["findings"]] == ["CAPITAL_LETTERS"]
    assert [one["name"] for one in seen["listeners"]] == ["here:1"]


async def test_an_event_is_explained_to_every_listener(api: Api, doctor: Doctor) -> None:
    other = CONFIGURE | {"filters": [{"job": "Space:Configure"}]}
    async with introduced(api, "right", CONFIGURE), introduced(api, "wrong", other):
        await api.do("createSpace", "space { id }", name="Acme")
        [event] = await api.heard("id", topics=["job:ready"])
        code, out, _ = await doctor("--event", event["id"])
        _, one, _ = await doctor("--event", event["id"], "--listener", "wrong")
        missing = await doctor("--event", "ev_nothing", "--listener", "wrong")
    assert code == 0
    assert "job:ready: hears it and takes the job" in out
    assert "job:ready: does not hear it" in out
    assert "✗ Asks for the key `job` `Space:Configure`; the event has `space:configure`." in out
    assert "hears it and" not in one
    assert missing[0] == 1
    assert "There is no event 'ev_nothing', or it is no longer kept." in missing[2]


async def test_a_listener_of_the_sdk_is_shown_with_what_it_took(
    served: Served, api: Api, doctor: Doctor
) -> None:
    listener = Listener()

    @listener.on("job:ready", {"job": "space:configure"})
    async def configure(event: Event) -> None:
        await event.api.jobs.complete(event.job_id or "")

    runner = Runner(listener, Connection(served.endpoint, served.key or ""))
    running = asyncio.create_task(runner.run())
    await runner.ready.wait()
    made = await api.do("createSpace", "job { id }", name="Acme")
    progress = "subscription ($id: ID) { jobProgress(jobId: $id) { status } }"
    async for _step in api.follow(progress, id=made["job"]["id"]):
        pass
    _, there, _ = await doctor("--json")
    runner.stop()
    await running
    await served.gateway.presence.tell()
    _, gone, _ = await doctor("--json")
    for shown, connected in ((there, True), (gone, False)):
        [seen] = json.loads(shown)["listeners"]
        assert seen["connected"] is connected
        assert [(one["job"], one["number"]) for one in seen["handled"]] == [("space:configure", 1)]


async def test_of_listeners_that_are_gone_the_last_are_shown(
    served: Served, api: Api, doctor: Doctor
) -> None:
    for start in range(5):
        async with introduced(api, f"gone:{start}", CONFIGURE):
            pass
    await served.gateway.presence.tell()
    async with introduced(api, "here:1", CONFIGURE):
        _, out, _ = await doctor()
    assert "here:1" in out
    assert out.count("gone:") == 3
    assert "and 2 more" in out


async def test_a_key_that_is_refused_is_said_to_be_so(doctor: Doctor) -> None:
    code, _, told = await doctor(GQLSPACES_KEY="gsk_wrong")
    assert code == 1
    assert "gqlspaces keys" in told
    assert "gsk_wrong" not in told


async def test_a_key_that_may_not_look_is_said_to_be_so(api: Api, doctor: Doctor) -> None:
    key = {"name": "frontend", "scopes": ["SPACE_READ"]}
    token = (await api.do("createKey", "token", **key))["token"]
    code, _, told = await doctor(GQLSPACES_KEY=token)
    assert code == 1
    assert "the key 'frontend' may not read events" in told
    assert "--scope event:read" in told


async def test_a_limited_key_is_said_to_see_little(api: Api, doctor: Doctor) -> None:
    key = {"name": "red", "scopes": ["EVENT_READ"], "namespaces": ["red"]}
    token = (await api.do("createKey", "token", **key))["token"]
    _, out, _ = await doctor(GQLSPACES_KEY=token)
    assert "sees only the namespaces red" in " ".join(out.split())


async def test_names_of_listeners_cannot_steer_the_terminal(api: Api, doctor: Doctor) -> None:
    async with introduced(api, "[red]no markup[/]", {"on": ["x\x1b[31m:y"]}):
        _, out, _ = await doctor()
    assert "[red]no markup[/]" in out
    assert "\x1b" not in out


async def test_sockets_that_get_through_are_no_fault(served: Served) -> None:
    async with Client(Connection(served.endpoint, served.key or "")) as client:
        assert await socket_fault(client) is None


async def test_sockets_that_do_not_get_through_are_a_fault(served: Served) -> None:
    async with closed_door() as address, Client(Connection(address, served.key or "")) as client:
        fault = await socket_fault(client)
    assert fault is not None
    assert (fault["code"], fault["severity"]) == ("NO_WEBSOCKET", "ERROR")
    assert 'transport="sse"' in fault["advice"]


@asynccontextmanager
async def closed_door() -> AsyncIterator[str]:
    """Give the address of a proxy that lets no socket pass."""

    async def refuse(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/graphql"
