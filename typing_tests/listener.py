"""What mypy must infer about the listener SDK; this file is checked, never run."""

# ruff: noqa: INP001 - checked by its path, it belongs to no package

from collections.abc import Mapping
from typing import Any, assert_type

from gqlspaces.listener import (
    Api,
    ApiError,
    Event,
    Job,
    Listener,
    Scope,
    Tick,
    Workbook,
    configure_space,
    job_handler,
)
from gqlspaces.listener.structure import CreatedSpace

listener = Listener(on_error=lambda error, event: (error, event.topic))
assert_type(listener.errors, int)
assert_type(listener.namespace("space:red"), Scope)
assert_type(listener.filter({"job": ["a:b", "c:*"]}), Scope)


@listener.on("job:ready", {"job": "space:configure"})
async def configure(event: Event) -> str:
    """Use every call once."""
    assert_type(event.api, Api)
    assert_type(event.namespaces, tuple[str, ...])
    assert_type(event.context, Mapping[str, Any])
    assert_type(event.job_id, str | None)
    api, job_id = event.api, str(event.context["jobId"])
    assert_type(await api.jobs.ack(job_id, info="Taken", progress=10), Job)
    assert_type(await api.jobs.get(job_id), Job | None)
    workbook = await api.workbooks.create(space_id="sp_1", name="A", sheets=[{"name": "B"}])
    assert_type(workbook, Workbook)
    assert_type(workbook["sheets"][0]["slug"], str)
    assert_type(await api.spaces.create(name="A", auto_configure=True), CreatedSpace)
    await api.sheets.set_access("sh_1", ["add", "edit"])
    await api.jobs.complete(job_id, outcome={"message": "Done", "acknowledge": True})

    await api.jobs.ack(job_id, progres=10)  # type: ignore[call-arg]
    await api.jobs.ack(job_id, progress="ten")  # type: ignore[arg-type]
    await api.workbooks.create(name="no Space")  # type: ignore[call-arg]
    await api.jobs.complete(job_id, outcome={"mesage": "Done"})  # type: ignore[arg-type]
    workbook["slug"]  # type: ignore[typeddict-item]
    return "a decorated handler keeps its type"


async def name_of(event: Event) -> str:
    """Call the decorated handler as what it was."""
    return assert_type(await configure(event), str)


with listener.namespace("space:red") as red:
    assert_type(red, Scope)
    red.on(["file:*", "sheet:updated"], None, configure)
    red.on("file:*", None, lambda event: len(event.id))  # type: ignore[type-var]


@listener.on("**")  # type: ignore[type-var]
def not_async(_event: Event) -> None:
    """Not be accepted: a handler is awaited."""


async def submit(event: Event, tick: Tick) -> Mapping[str, Any] | None:
    """Report and complete."""
    await tick(50, "Half way")
    await tick("50")  # type: ignore[arg-type]
    return {"outcome": {"message": f"Done with {event.id}"}}


async def describe(event: Event) -> dict[str, Any]:
    """Make a blueprint for one event."""
    return {"workbooks": [{"name": event.context["spaceId"]}]}


assert_type(listener.use(job_handler("workbook:submit", submit)), Listener)
assert_type(red.use(configure_space(describe)), Scope)
listener.use(configure_space({"workbooks": []}))
job_handler("workbook:submit", describe)  # type: ignore[arg-type]


async def run() -> None:
    """Run with some options, and not with others."""
    await listener.run("http://127.0.0.1:8000", "gsk_…", state="cursor.json", concurrency=5)
    await listener.run(url="http://127.0.0.1:8000", key="gsk_…", transport="sse", grace=5.0)
    await listener.run("http://127.0.0.1:8000", "gsk_…", transport="carrier pigeon")  # type: ignore[arg-type]
    await listener.run("http://127.0.0.1:8000", "gsk_…", concurency=5)  # type: ignore[call-arg]


def read(error: ApiError) -> None:
    """Read what an error says."""
    assert_type(error.code, str)
    assert_type(error.path, tuple[str, ...])
