"""What mypy must infer about the listener SDK; this file is checked, never run."""

# ruff: noqa: INP001 - checked by its path, it belongs to no package

from collections.abc import Mapping, Sequence
from typing import Any, assert_type

from gqlspaces.listener import (
    AddedRecords,
    Api,
    ApiError,
    Commit,
    Event,
    GoTo,
    Job,
    Listener,
    Message,
    Outcome,
    Record,
    RecordPage,
    Scope,
    StoredRecord,
    Tick,
    Verdict,
    Workbook,
    WrittenRecords,
    configure_space,
    job_handler,
    job_in_parts,
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

    await api.jobs.complete(job_id, outcome=Outcome("Done", next=GoTo("sh_1", "Go on")))
    assert_type(await api.jobs.parts(job_id), list[Job])
    assert_type(await api.workbooks.get("wb_1"), Workbook | None)

    await api.jobs.ack(job_id, progres=10)  # type: ignore[call-arg]
    await api.jobs.ack(job_id, progress="ten")  # type: ignore[arg-type]
    await api.workbooks.create(name="no Space")  # type: ignore[call-arg]
    await api.jobs.complete(job_id, outcome={"mesage": "Done"})  # type: ignore[arg-type]
    Outcome("Done", next={"type": "id"})  # type: ignore[arg-type]
    Outcome("Done", trigger="sometimes")  # type: ignore[arg-type]
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


@listener.record_hook("contacts")
def clean(record: Record, event: Event) -> int:
    """Be accepted as a plain function and as an async one, and use a record once."""
    assert_type(record.values, dict[str, Any])
    assert_type(record.metadata, dict[str, Any])
    assert_type(record.messages, tuple[Message, ...])
    assert_type(record.valid, bool)
    record["name"] = record.get("name", event.id)
    record.add_error("name", "no")
    record.add_warning(None, "hm")
    record.add_message("name", "look", "info")
    record.add_message("name", "look", "fatal")  # type: ignore[arg-type]
    record.id = "rc_1"  # type: ignore[misc]
    return 1


@red.record_hook(["contacts", "people*"])
async def clean_later(record: Record, _event: Event) -> None:
    """Call the decorated hook as what it was."""
    assert_type(clean(record, _event), int)


@listener.bulk_record_hook("contacts", size=100)
async def clean_all(records: list[Record], _event: Event) -> None:
    """Be accepted."""


listener.record_hook("contacts")(clean_all)  # type: ignore[type-var]
listener.bulk_record_hook("contacts")(clean)  # type: ignore[type-var]


@listener.validator("address")
def address(value: Any, _record: Record, config: Mapping[str, Any]) -> str | None:
    """Be accepted."""
    return None if value in config else "no"


@listener.validator("phone")
async def phone(_value: str, record: Record, _config: Mapping[str, Any]) -> Verdict:
    """Be accepted."""
    return ("warn", "look") if record.valid else None


@listener.sheet_validator("order")
def order(record: Record, _config: Mapping[str, Any]) -> Verdict:
    """Be accepted."""
    return "no" if record["a"] else None


listener.sheet_validator("order")(address)  # type: ignore[type-var]
listener.validator("length")(lambda value, _record, _config: len(value))  # type: ignore[type-var]


async def keep(event: Event) -> None:
    """Use the calls for records once."""
    records, commits = event.api.records, event.api.commits
    page = await records.list("sh_1", {"filter": "error", "q": "a eq 1"}, first=10)
    assert_type(page, RecordPage)
    assert_type(page.records, list[StoredRecord])
    assert_type(page.cursor, str | None)
    assert_type(await commits.records("vr_1", after=page.cursor), RecordPage)
    assert_type(await records.insert("sh_1", [{"values": {"a": 1}}]), AddedRecords)
    written = await records.update("sh_1", [{"id": "rc_1", "values": {"a": None}}], answers="vr_1")
    assert_type(written, WrittenRecords)
    assert_type(await records.upsert("sh_1", [{"values": {"a": 1}}], key="a"), AddedRecords)
    assert_type(await records.delete("sh_1", {"ids": ["rc_1"]}), WrittenRecords)
    assert_type(await commits.complete("vr_1"), Commit)
    assert_type((await event.api.sheets.add_field("sh_1", key="a"))["key"], str)

    await records.insert("sh_1", [{"metadata": {}}])  # type: ignore[typeddict-item]
    await records.insert("sh_1", [], override_readonly=True)  # type: ignore[call-arg]
    await records.list("sh_1", {"filtre": "error"})  # type: ignore[arg-type]


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


async def cut(_event: Event) -> int:
    """Say how many parts there are."""
    return 3


async def work_on_part(_event: Event, part: dict[str, Any], _tick: Tick) -> Outcome:
    """Do a part."""
    return Outcome(str(part))


async def sum_up(_event: Event, parts: Sequence[Job]) -> None:
    """End the whole."""
    assert_type(parts[0]["partData"], dict[str, Any] | None)


listener.use(job_in_parts("workbook:export", cut, work_on_part, sum_up, run_in_parallel=True))
listener.use(job_in_parts("workbook:export", cut, sum_up))  # type: ignore[arg-type]
