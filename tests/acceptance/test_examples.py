"""Every example does what it says, as a process of its own against a served gateway."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from acceptance.stage import Stage, performed
from acceptance.world import ROOT, World, sqlite_world
from gqlspaces.listener import ApiError

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("examples"),  # they share a gateway
]

EXAMPLES = sorted(path.stem for path in (ROOT / "examples").glob("*.py"))
RUNS: dict[str, Callable[[Stage], Awaitable[None]]] = {}


def run_of(example: str) -> Callable[[Callable[[Stage], Awaitable[None]]], None]:
    """Say that a function shows what an example does."""

    def register(run: Callable[[Stage], Awaitable[None]]) -> None:
        RUNS[example] = run

    return register


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One gateway for all examples."""
    async with sqlite_world(sqlite, tmp_path_factory.mktemp("examples")) as world:
        yield world


@pytest.mark.parametrize("example", EXAMPLES)
async def test_an_example_does_what_it_says(served: World, example: str) -> None:
    assert example in RUNS, f"examples/{example}.py has no run in {__file__}"
    async with performed(served, example) as stage:
        await RUNS[example](stage)


async def test_every_run_has_its_example() -> None:
    assert sorted(RUNS) == EXAMPLES


@run_of("seed_listener")
async def _(stage: Stage) -> None:
    space = await stage.configured()

    [workbook] = space["workbooks"]
    [contacts] = workbook["sheets"]
    assert (workbook["name"], contacts["slug"]) == ("Customer Data", "contacts")
    assert [field["key"] for field in contacts["fields"]] == [
        "firstName",
        "lastName",
        "email",
        "phone",
    ]
    [submit] = workbook["actions"]
    assert await stage.refused(submit) == [("CONFLICT", "There is no data yet.")]
    assert [document["title"] for document in space["documents"]] == ["Welcome Guide"]
    assert space["theme"]["root"] == {"primaryColor": "#4F46E5"}


@run_of("configured_listener")
async def _(stage: Stage) -> None:
    space = await stage.configured()

    assert [
        (workbook["name"], [sheet["name"] for sheet in workbook["sheets"]])
        for workbook in space["workbooks"]
    ] == [
        ("Customers Workbook", ["Customers", "Orders", "Products"]),
        ("Company Workbook", ["Users", "Departments", "Projects"]),
    ]
    assert [action["label"] for action in space["workbooks"][1]["actions"]] == [
        "Download",
        "Submit",
    ]
    assert [document["title"] for document in space["documents"]] == ["Customers"]
    assert space["theme"]["sidebar"]["logo"] == "https://www.example.com/logo.png"


@run_of("dynamic_listener")
async def _(stage: Stage) -> None:
    space = await stage.configured()
    [workbook] = space["workbooks"]
    contacts, second = workbook["sheets"]
    [submit] = workbook["actions"]

    # After data changes: who cannot be reached by mail gets a Field for the phone.
    cursor = await stage.now()
    wrong: Any = {"values": {"firstName": "ANN", "email": "nowhere"}}
    [ann] = (await stage.api.records.insert(contacts["id"], [wrong]))["recordIds"]
    await stage.heard("commit:completed", cursor, sheetId=contacts["id"])
    await stage.heard("sheet:updated", cursor, sheetId=contacts["id"])
    fields = (await stage.anatomy(space["id"]))["workbooks"][0]["sheets"][0]["fields"]
    assert [field["key"] for field in fields] == ["firstName", "lastName", "email", "phone"]
    assert await stage.refused(submit) == [("CONFLICT", "Some records have errors.")]

    cursor = await stage.now()
    await stage.api.records.update(
        contacts["id"], [{"id": ann, "values": {"email": "ann@acme.com", "phone": "123"}}]
    )
    await stage.heard("commit:completed", cursor, sheetId=contacts["id"])

    [send] = contacts["actions"]
    assert await stage.refused(send) == [("CONFLICT", "Select records first.")]
    _id, job = await stage.click(send, selection={"ids": [ann]})
    assert (job["name"], job["outcome"]["message"]) == ("sheet:sendToPeople", "1 sent.")

    # After an action: the Sheet is locked, the guide updated, and the person led on.
    _id, job = await stage.click(submit)
    assert (job["name"], job["status"]) == ("workbook:submitActionFg", "COMPLETE")
    assert job["outcome"]["next"] == {
        "type": "id",
        "id": second["id"],
        "label": "Next: Review Sheet 2",
    }
    after = await stage.anatomy(space["id"])
    assert [sheet["lockedAt"] is not None for sheet in after["workbooks"][0]["sheets"]] == [
        True,
        False,
    ]
    [guide] = after["documents"]
    assert (guide["title"], "cannot be changed any more" in guide["body"]) == (
        "What comes next",
        True,
    )
    with pytest.raises(ApiError, match="locked"):
        await stage.api.records.insert(contacts["id"], [{"values": {"firstName": "bob"}}])


@run_of("parts_listener")
async def _(stage: Stage) -> None:
    [workbook] = (await stage.configured())["workbooks"]
    [guests], [invite] = workbook["sheets"], workbook["actions"]
    names = ["ann@acme.com", "bob@acme.com", "cid@acme.com", "dan@acme.invalid", "eve@acme.com"]
    rows: Any = [{"values": {"name": name[:3], "email": name}} for name in names]
    ids = (await stage.api.records.insert(guests["id"], rows))["recordIds"]

    async def invited() -> list[bool]:
        page = await stage.api.records.list(guests["id"])
        return [one["values"].get("invited", False) for one in page.records]

    job_id, job = await stage.click(invite, input={"batch": 2})
    assert job["input"] == {"subject": "Come along", "batch": 2}
    assert [part["status"] for part in job["parts"]] == ["COMPLETE", "FAILED", "COMPLETE"]
    assert (job["status"], job["outcome"]["next"]) == (
        "FAILED",
        {"type": "retry", "label": "Try again"},
    )
    assert await invited() == [True, True, True, False, True]

    cursor = await stage.now()
    await stage.api.records.update(
        guests["id"], [{"id": ids[3], "values": {"email": "dan@acme.com"}}]
    )
    await stage.do(
        "mutation ($input: RetryJobInput!)"
        " { retryJob(input: $input) { job { id } userErrors { code message path } } }",
        id=job_id,
    )
    await stage.heard("job:completed", cursor, job="workbook:invite", isPart=False)
    job = await stage.ended(job_id)

    assert [part["result"] for part in job["parts"]] == [
        {"invited": 2},
        {"invited": 1},
        {"invited": 1},
    ]
    assert (job["outcome"]["heading"], job["outcome"]["next"]["sheetId"]) == ("Done", guests["id"])
    assert await invited() == [True] * 5


@run_of("namespaced_listener")
async def _(stage: Stage) -> None:
    await stage.introduced("space:acme")
    usual: Any = {"name": "Usual", "sheets": [{"name": "All", "fields": [{"key": "a"}]}]}
    app = await stage.do(
        "mutation ($input: CreateAppInput!)"
        " { createApp(input: $input) { app { id } userErrors { code message path } } }",
        name="Legal",
        namespace="legal",
        type="CUSTOM",
        blueprint={"workbooks": [usual]},
    )
    app_id = app["app"]["id"]

    space = await stage.configured(appId=app_id)
    assert [workbook["name"] for workbook in space["workbooks"]] == ["Usual"]

    space = await stage.configured(appId=app_id, namespace="acme")
    assert [workbook["name"] for workbook in space["workbooks"]] == ["Acme Data"]
    assert space["workbooks"][0]["namespace"] == "legal"
    assert space["theme"]["root"] == {"primaryColor": "#B91C1C"}
