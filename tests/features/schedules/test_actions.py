"""An Action with a schedule starts once in each period, whoever looks at the clock."""

import asyncio
import logging
import runpy
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, update

from features.schedules.watch import DAY, HOUR, Watch
from features.structure import new_workbook
from gqlspaces import migrations
from gqlspaces.features.actions.model import Action
from gqlspaces.features.schedules.model import Tick
from gqlspaces.kernel.entity import table

BERLIN = ZoneInfo("Europe/Berlin")


async def test_an_action_starts_once_in_each_period(watch: Watch) -> None:
    action = await watch.action("HOURLY")
    assert [{"targetId": action, "cadence": "HOURLY", "period": "", "firedAt": None}] == (
        await watch.ticks(action)
    )
    assert 0 == await watch.look()
    assert 0 == await watch.pass_by(HOUR - 60)
    assert 1 == await watch.pass_by(60)
    assert 0 == await watch.pass_by(60)

    [job] = await watch.jobs()
    assert (job["actionId"], job["name"], job["status"]) == (action, "space:report", "READY")
    assert (job["createdBy"], job["info"]) == ("system", "Started by its schedule, every hour.")
    [tick] = await watch.ticks(action)
    assert ("2026-01-01T01Z", job["createdAt"]) == (tick["period"], tick["firedAt"])


async def test_the_events_say_who_started_it(watch: Watch) -> None:
    action = await watch.action("DAILY")
    await watch.look()
    assert 1 == await watch.pass_by(DAY)
    events = await watch.api.heard("topic context", topics=["job:*"])
    assert ["job:created", "job:ready"] == [event["topic"] for event in events]
    assert {("system", action)} == {
        (event["context"]["actorId"], event["context"]["actionId"]) for event in events
    }


@pytest.mark.parametrize(
    "evening",
    [
        datetime(2026, 3, 28, 19, 10, tzinfo=UTC),
        datetime(2026, 10, 24, 20, 10, tzinfo=UTC),
    ],
    ids=["forward", "back"],
)
async def test_schedules_keep_their_periods_when_the_clock_is_changed(
    watch: Watch, evening: datetime
) -> None:
    """In both nights Berlin's clocks change before a Monday; the service's own clock goes wrong."""
    hourly, daily, weekly = [
        await watch.action(schedule, schedule.lower()) for schedule in ("HOURLY", "DAILY", "WEEKLY")
    ]
    watch.clock.moment = evening
    assert 0 == await watch.look()
    for _ in range(40 * 2):
        await watch.pass_by(HOUR / 2)
    for _ in range(4):  # somebody sets it two hours back, and it catches up
        assert 0 == await watch.pass_by(-HOUR / 2)
    for _ in range(4):
        assert 0 == await watch.pass_by(HOUR / 2)
    assert 40 == await watch.started(hourly)
    for _ in range(10):
        await watch.pass_by(HOUR)

    moments = {
        action: [datetime.fromisoformat(job["createdAt"]) for job in await watch.jobs(action)]
        for action in (hourly, daily, weekly)
    }
    hours = [moment.strftime("%d %H") for moment in moments[hourly]]
    assert 50 == len(hours) == len(set(hours))
    days = [moment.astimezone(BERLIN) for moment in moments[daily]]
    assert [(evening.day + 1, 0), (evening.day + 2, 0)] == [(day.day, day.hour) for day in days]
    assert [days[1]] == [moment.astimezone(BERLIN) for moment in moments[weekly]]


async def test_periods_that_nobody_saw_count_as_one(watch: Watch) -> None:
    action = await watch.action("HOURLY")
    await watch.look()
    assert 1 == await watch.pass_by(30 * DAY)
    assert 0 == await watch.pass_by(60)
    assert 1 == await watch.started(action)


async def test_a_clock_that_is_set_back_starts_nothing_again(watch: Watch) -> None:
    action = await watch.action("DAILY")
    await watch.look()
    assert 1 == await watch.pass_by(DAY)
    assert 0 == await watch.pass_by(-2 * DAY)
    assert 0 == await watch.pass_by(2 * DAY)
    assert 1 == await watch.pass_by(DAY)
    assert 2 == await watch.started(action)


async def test_another_schedule_begins_anew(watch: Watch) -> None:
    action = await watch.action(None)
    assert [] == await watch.ticks(action)
    await watch.look()
    for schedule in ("HOURLY", "DAILY", None, "HOURLY"):
        await watch.api.do("updateAction", "action { id }", id=action, schedule=schedule)
        wanted = [schedule] if schedule else []
        assert wanted == [tick["cadence"] for tick in await watch.ticks(action)]
        assert 0 == await watch.pass_by(2 * DAY)
    await watch.api.do("updateAction", "action { id }", id=action, label="Other")
    assert 1 == await watch.pass_by(HOUR)


async def test_what_is_gone_starts_no_more(watch: Watch) -> None:
    action = await watch.action("HOURLY")
    other = await watch.action("HOURLY", "other")
    await watch.look()
    await watch.api.do("deleteAction", "deletedId", id=action)
    assert 1 == await watch.pass_by(HOUR)
    assert 1 == await watch.started(other)
    await watch.api.do("deleteSpace", "deletedId", id=watch.space)
    assert 0 == await watch.pass_by(HOUR)


async def test_a_blueprint_brings_schedules_too(watch: Watch) -> None:
    button = {"operation": "report", "label": "Report", "schedule": "daily"}
    sheet = {"name": "Data", "fields": [{"key": "a", "actions": [button]}], "actions": [button]}
    blueprint = {"workbooks": [{"name": "Book", "sheets": [sheet]}], "actions": [button]}
    for _ in range(2):
        await watch.api.do(
            "configureSpace", "space { id }", spaceId=watch.space, blueprint=blueprint
        )
        await watch.look()
    assert 3 == await watch.pass_by(DAY)
    jobs = await watch.jobs()
    assert ["sheet:report", "sheet:report", "space:report"] == sorted(job["name"] for job in jobs)
    params = [job["subject"]["params"] for job in jobs if job["subject"]]
    assert [True, False] == sorted(("columnKey" in one for one in params), reverse=True)


async def test_what_cannot_be_run_lets_its_period_pass(watch: Watch) -> None:
    book = await new_workbook(watch.api, watch.space)
    on = {"targetId": book["id"], "constraints": [{"type": "HAS_DATA"}]}
    action = await watch.action("HOURLY", **on)
    await watch.look()
    assert 0 == await watch.pass_by(HOUR)
    record = {"values": {"email": "a@b.c"}}
    sheet = book["sheets"][0]["id"]
    await watch.api.do("insertRecords", "commit { id }", sheetId=sheet, records=[record])
    assert 0 == await watch.pass_by(60)
    [tick] = await watch.ticks(action)
    assert ("2026-01-01T01Z", None) == (tick["period"], tick["firedAt"])
    assert 1 == await watch.pass_by(HOUR)


async def test_nothing_starts_in_an_archived_space(watch: Watch) -> None:
    await watch.action("HOURLY")
    await watch.look()
    await watch.api.do("archiveSpace", "space { id }", id=watch.space)
    assert 0 == await watch.pass_by(HOUR)
    await watch.api.do("unarchiveSpace", "space { id }", id=watch.space)
    assert 1 == await watch.pass_by(HOUR)


async def test_a_form_is_answered_by_what_it_offers(watch: Watch) -> None:
    question: dict[str, Any] = {"key": "size", "label": "Size", "defaultValue": "s"}
    needed = {"key": "name", "label": "Name", "constraints": [{"type": "REQUIRED"}]}
    await watch.action("HOURLY", inputForm={"fields": [question]})
    await watch.action("HOURLY", "asks", inputForm={"fields": [question, needed]})
    await watch.look()
    assert 1 == await watch.pass_by(HOUR)
    [job] = await watch.jobs()
    assert ("space:report", {"size": "s"}) == (job["name"], job["input"])


async def test_an_action_that_cannot_be_started_holds_no_other_up(
    watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    bad = await watch.action("HOURLY", "bad")
    good = await watch.action("HOURLY", "good")
    await watch.look()
    # An environment without a log takes no events, so what happens in it cannot be written.
    async with watch.api.gateway.database.maintenance() as connection:
        for kind, column in ((Action, "id"), (Tick, "action_id")):
            rows = table(kind)
            broken = update(rows).where(rows.c[column] == bad).values(environment_id="env_gone")
            await connection.execute(broken)
    with caplog.at_level(logging.ERROR):
        watch.clock.pass_by(HOUR)
        assert 1 == await watch.look()
    assert 1 == await watch.started(good)


async def test_schedules_from_before_they_started_by_themselves_do_now(watch: Watch) -> None:
    await watch.action("DAILY")
    await watch.look()
    revision = runpy.run_path(f"{migrations.__path__[0]}/versions/0004_add_ticks.py")
    async with watch.api.gateway.database.maintenance() as connection:
        await connection.execute(delete(table(Tick)))
        await connection.exec_driver_sql(revision["_TICKS"])
    assert 0 == await watch.pass_by(DAY)
    assert 1 == await watch.pass_by(DAY)


async def test_schedulers_look_at_once_and_whenever_they_are_woken(watch: Watch) -> None:
    action = await watch.action("HOURLY")
    await watch.look()
    cursor = (await watch.api("{ eventCursor }"))["eventCursor"]
    watch.clock.pass_by(HOUR)
    stream = watch.api.follow(
        'subscription ($after: String) { events(after: $after, filter: {topics: ["job:ready"]}) '
        "{ event { context } } }",
        after=cursor,
    )
    tasks = [asyncio.create_task(node.run()) for node in watch.nodes]
    try:
        first = await asyncio.wait_for(anext(stream), 10)
        watch.clock.pass_by(HOUR)
        for node in watch.nodes:
            node.woken.set()
        second = await asyncio.wait_for(anext(stream), 10)
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await stream.aclose()
    found = [item["events"]["event"]["context"]["actionId"] for item in (first, second)]
    assert [action, action] == found
    assert 0 == await watch.look()
    assert 2 == await watch.started(action)
