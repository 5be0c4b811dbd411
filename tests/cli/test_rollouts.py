"""`gqlspaces rollouts`: a Blueprint goes to many Spaces before one's eyes."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from gqlspaces.cli.server import Served
from gqlspaces.features.rollouts.worker import Rollouts
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.ids import new_id
from harness import Api

Run = Callable[..., Awaitable[tuple[int | None, str, str]]]


def blueprint(*keys: str) -> dict[str, Any]:
    """A Sheet of contacts with these Fields."""
    fields = [{"key": key, "type": "string"} for key in keys]
    sheet = {"name": "Contacts", "slug": "contacts", "fields": fields}
    return {"workbooks": [{"name": "Customer Data", "sheets": [sheet]}]}


@pytest.fixture
async def app_id(api: Api) -> str:
    """An App of three customers, whose Blueprint has a Field more than they have."""
    named = {"name": "CRM", "namespace": "crm", "type": "CUSTOM", "entityPlural": "Customers"}
    made = await api.do("createApp", "app { id }", blueprint=blueprint("email"), **named)
    app_id: str = made["app"]["id"]
    for name in ("Ann", "Ben", "Cat"):
        await api.do("createSpace", "space { id }", name=name, appId=app_id)
    await change(api, app_id, "email", "phone")
    return app_id


async def change(api: Api, app_id: str, *keys: str) -> None:
    await api.do("updateApp", "app { id }", id=app_id, blueprint=blueprint(*keys))


async def fields_of(api: Api) -> dict[str, list[str]]:
    asked = "{ spaces { edges { node { name workbooks { sheets { fields { key } } } } } } }"
    spaces = [edge["node"] for edge in (await api(asked))["spaces"]["edges"]]
    return {
        space["name"]: [
            field["key"]
            for workbook in space["workbooks"]
            for sheet in workbook["sheets"]
            for field in sheet["fields"]
        ]
        for space in spaces
    }


@pytest.fixture
def environment(served: Served, bare_environment: dict[str, str]) -> Mapping[str, str]:
    return bare_environment | {"GQLSPACES_URL": served.endpoint, "GQLSPACES_KEY": served.key or ""}


@pytest.fixture
def run(environment: Mapping[str, str], tmp_path: Path) -> Run:
    """Runs `gqlspaces rollouts` against the gateway, with nobody at a terminal."""

    async def run(*arguments: str) -> tuple[int | None, str, str]:
        process = await began(environment, *arguments)
        out, told = await process.communicate()
        return process.returncode, out.decode(), told.decode()

    return run


async def began(
    environment: Mapping[str, str], *arguments: str, output: int = asyncio.subprocess.PIPE
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gqlspaces", "rollouts", *arguments),
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=output,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_a_blueprint_goes_to_all_spaces_and_is_taken_back(
    run: Run, api: Api, app_id: str
) -> None:
    plan = "Ann, Ben and Cat\n+ Adds the Field phone to the Sheet contacts\n"
    plan += "To revision 2: of 3 Spaces, 3 would change.\n"
    assert (0, plan, "") == await run("start", "--app", app_id, "--dry-run")
    assert {"Ann": ["email"], "Ben": ["email"], "Cat": ["email"]} == await fields_of(api)

    code, out, told = await run("start", "--app", app_id)
    bar, head, sum_ = out.removeprefix(plan).splitlines()
    assert (0, "") == (code, told)
    assert "100%" in bar
    rollout_id = head.split()[1]
    assert f"Rollout {rollout_id} of the App CRM, to revision 2: complete" == head
    assert "3 Customers: 3 migrated." == sum_
    assert {"email phone"} == {" ".join(keys) for keys in (await fields_of(api)).values()}
    assert (0, f"{head}\n{sum_}\n", "") == await run("show", rollout_id)

    code, out, _ = await run("revert", rollout_id, "--json")
    reverting = json.loads(out)
    assert (0, rollout_id, 3) == (code, reverting["revertsId"], reverting["migrated"])
    assert {"email"} == {" ".join(keys) for keys in (await fields_of(api)).values()}


async def test_spaces_that_are_passed_over_are_named(run: Run, api: Api, app_id: str) -> None:
    spaces = (await api("{ spaces { edges { node { id name } } } }"))["spaces"]["edges"]
    (ben,) = [edge["node"]["id"] for edge in spaces if edge["node"]["name"] == "Ben"]
    await api.do("configureSpace", "space { id }", spaceId=ben, blueprint=blueprint("own"))

    code, out, _ = await run("start", "--app", app_id, "--on-drift", "skip", "--dry-run")
    assert (0, True) == (code, "Ben: passed over\n" in out)
    assert "2 would change, 1 are not what they were given, 1 would be passed over." in out
    code, out, _ = await run("start", "--app", app_id, "--on-drift", "skip")
    assert (0, True) == (code, "3 Customers: 2 migrated, 1 skipped.\n! Ben was passed over" in out)
    assert out.endswith(f"  {ben}\n")


async def test_nothing_that_may_have_data_goes_unasked(run: Run, api: Api, app_id: str) -> None:
    await change(api, app_id, "phone")
    code, out, told = await run("start", "--app", app_id)
    assert (1, True) == (code, "- Removes the Field email" in out)
    assert "--yes" in told
    assert ["email"] == (await fields_of(api))["Ann"]
    code, out, _ = await run("start", "--app", app_id, "--yes", "--json")
    assert (0, 3) == (code, json.loads(out)["migrated"])
    assert ["phone"] == (await fields_of(api))["Ann"]


async def test_a_rollout_outlives_who_watches_it_and_can_be_stopped(
    run: Run,
    api: Api,
    app_id: str,
    environment: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    going = asyncio.Event()
    turn = Rollouts.turn

    async def wait(self: Rollouts, database: Database) -> bool:
        return going.is_set() and await turn(self, database)

    monkeypatch.setattr(Rollouts, "turn", wait)
    screen, terminal = os.openpty()
    process = await began(environment, "start", "--app", app_id, output=terminal)
    os.close(terminal)
    shown = b""
    while b"app:rollout" not in shown:
        shown += await asyncio.to_thread(os.read, screen, 1024)
    process.send_signal(signal.SIGINT)
    told = (await process.communicate())[1].decode()
    os.close(screen)
    asked = "query ($id: ID!) { app(id: $id) { rollouts { id } } }"
    (rollout_id,) = [one["id"] for one in (await api(asked, id=app_id))["app"]["rollouts"]]
    assert 130 == process.returncode
    assert f"gqlspaces rollouts stop {rollout_id}" in told

    code, out, _ = await run("show", rollout_id)
    assert (0, True) == (code, "to revision 2: running\n3 Customers: none changed yet." in out)
    assert "gqlspaces jobs watch jb_" in out
    code, out, _ = await run("stop", rollout_id)
    assert (0, True) == (code, f"Go on: gqlspaces rollouts resume {rollout_id}\n" in out)
    going.set()
    code, out, _ = await run("resume", rollout_id)
    assert (0, True) == (code, out.endswith("3 Customers: 3 migrated.\n"))


async def test_what_is_not_there_is_told(run: Run, app_id: str) -> None:
    for arguments, told in (
        (("start", "--app", new_id("app")), "There is no App"),
        (("start", "--app", app_id, "--revision", "9"), "no revision 9"),
        (("show", "ro_1"), "no rollout ro_1"),
        (("stop", "ro_1"), "There is no"),
    ):
        code, out, error = await run(*arguments)
        assert (1, "", True) == (code, out, told in error)
