"""Broken set-ups: each is named, and comes with what to do about it."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from features.diagnosing import DAY, diagnosed, handler, later, the_fault, waiting_job
from features.listening import CONFIGURE, introduced
from features.structure import limited, new_space
from gqlspaces.app import Gateway
from gqlspaces.features.apps.model import App
from gqlspaces.features.jobs.sweeper import sweep
from gqlspaces.kernel.entity import table
from harness import Api, HandClock


async def test_a_set_up_that_works_has_no_fault(api: Api, clock: HandClock) -> None:
    async with introduced(api, "here", CONFIGURE), introduced(api, "replica", CONFIGURE):
        await waiting_job(api)
        clock.pass_by(30)
        assert await diagnosed(api) == []


async def test_1_no_listener(api: Api) -> None:
    fault = await the_fault(api)
    assert (fault["code"], fault["severity"]) == ("NO_LISTENER", "WARNING")
    assert "none was in the last 7 days" in fault["title"]
    assert "gqlspaces listen" in fault["advice"]
    assert fault["subject"] is None


async def test_2_jobs_that_nobody_was_ever_there_for(api: Api) -> None:
    first = await waiting_job(api)
    await waiting_job(api)
    fault, _ = await diagnosed(api)
    assert (fault["code"], fault["severity"]) == ("NO_LISTENER", "ERROR")
    assert fault["title"] == (
        "2 Jobs `space:configure` have been ready since 2026-01-01 00:00 UTC and no connected "
        "listener takes them."
    )
    assert '`{job: "space:configure"}`' in fault["advice"]
    assert fault["subject"] == {"id": first, "name": "space:configure", "number": 2}


async def test_3_a_listener_for_other_jobs(api: Api) -> None:
    async with introduced(api, "here", handler(filters=[{"job": "workbook:submit"}])):
        await waiting_job(api)
        fault = await the_fault(api)
    assert fault["code"] == "NOBODY_TAKES"
    assert '`{job: "space:configure"}`' in fault["advice"]


async def test_4_the_wrong_namespace(api: Api) -> None:
    async with introduced(api, "here", handler(namespaces=[["space:green"]])):
        await waiting_job(api, namespace="red")
        fault = await the_fault(api)
    assert fault["code"] == "WRONG_NAMESPACE"
    assert "asks for a namespace `space:green`; the event has `space:red`." in fault["title"]
    assert "Register the handler for that namespace" in fault["advice"]


async def test_5_a_space_without_a_namespace(api: Api) -> None:
    async with introduced(api, "here", handler(namespaces=[["space:green"]])):
        await waiting_job(api)
        fault = await the_fault(api)
    assert fault["code"] == "NO_NAMESPACE"
    assert "the event has no namespace" in fault["title"]
    assert "give the Space, or its App, a namespace" in fault["advice"]


async def test_6_a_namespace_without_its_prefix(api: Api) -> None:
    async with introduced(api, "here", handler(namespaces=[["red"]])):
        fault = await the_fault(api)
        assert (fault["code"], fault["severity"]) == ("NAMESPACE_PREFIX", "WARNING")
        await waiting_job(api, namespace="red")
        fault = await the_fault(api)
    assert (fault["code"], fault["severity"]) == ("NAMESPACE_PREFIX", "ERROR")
    assert "asks for a namespace `red`; the event has `space:red`." in fault["title"]
    assert fault["advice"] == "Namespaces begin with what they are of: write `space:red`."


async def test_7_a_capital_letter_in_a_filter(api: Api) -> None:
    async with introduced(api, "here", handler(filters=[{"job": "Space:Configure"}])):
        await waiting_job(api)
        fault = await the_fault(api)
    assert fault["code"] == "CAPITAL_LETTERS"
    assert (
        "asks for the key `job` `Space:Configure`; the event has `space:configure`."
        in (fault["title"])
    )
    assert fault["advice"] == "Capital letters count: write `space:configure`."


async def test_8_a_capital_letter_where_no_job_waits(api: Api) -> None:
    async with introduced(api, "here", {"on": ["space:created"], "filters": [{"name": "Acme"}]}):
        await new_space(api)
        assert await diagnosed(api) == []
    lower = {"on": ["space:created"], "filters": [{"name": "acme"}]}
    async with introduced(api, "here", lower):
        fault = await the_fault(api)
    assert (fault["code"], fault["severity"]) == ("CAPITAL_LETTERS", "WARNING")
    assert fault["advice"] == "Capital letters count: write `Acme`."


async def test_9_one_star_in_a_filter(api: Api) -> None:
    async with introduced(api, "here", handler(filters=[{"job": "*"}])):
        fault = await the_fault(api)
        assert (fault["code"], fault["severity"]) == ("ONE_STAR", "WARNING")
        await waiting_job(api)
        fault = await the_fault(api)
    assert (fault["code"], fault["severity"]) == ("ONE_STAR", "ERROR")
    assert fault["advice"] == "One star does not cross a colon: write `**`, or `space:*`."


async def test_10_one_star_as_a_topic(api: Api) -> None:
    async with introduced(api, "here", {"on": ["*"]}):
        fault = await the_fault(api)
    assert fault["code"] == "ONE_STAR"
    assert "It asks for the topic `*`." in fault["title"]
    assert "One star does not cross a colon: write `**`" in fault["advice"]


async def test_11_a_misspelt_topic(api: Api) -> None:
    async with introduced(api, "here", {"on": ["commit:creatted"]}):
        fault = await the_fault(api)
    assert fault["code"] == "WRONG_PATTERN"
    assert "It asks for the topic `commit:creatted`." in fault["title"]
    assert fault["advice"] == "Did you mean `commit:created`?"


async def test_12_a_topic_that_does_not_exist(api: Api) -> None:
    async with introduced(api, "here", {"on": ["canvas:painted"]}):
        fault = await the_fault(api)
    assert fault["code"] == "UNKNOWN_TOPIC"
    assert fault["advice"].startswith("There is no topic `canvas:painted`.")


async def test_13_a_key_that_no_event_has(api: Api) -> None:
    async with introduced(api, "here", handler(filters=[{"Job": "space:configure"}])):
        await waiting_job(api)
        fault = await the_fault(api)
    assert fault["code"] == "WRONG_KEY"
    assert fault["advice"] == "Keys are told apart by every letter: write `job`."


async def test_14_a_listener_that_only_watches(api: Api) -> None:
    async with introduced(api, "here", {"on": ["job:*"]}):
        await waiting_job(api)
        fault = await the_fault(api)
    assert fault["code"] == "ONLY_WATCHED"
    assert "by that very name" in fault["advice"]


async def test_15_a_listener_that_is_gone(api: Api, clock: HandClock) -> None:
    async with introduced(api, "here", CONFIGURE):
        pass
    clock.pass_by(3 * 3600)
    job = await waiting_job(api)
    fault, _ = await diagnosed(api)
    assert (fault["code"], fault["severity"]) == ("LISTENER_GONE", "ERROR")
    assert "`here` would take it, and was last seen 3 hours ago." in fault["title"]
    assert "Start it again" in fault["advice"]
    assert fault["subject"]["id"] == job


async def test_16_no_job_waits_for_a_listener_that_is_gone(api: Api, clock: HandClock) -> None:
    async with introduced(api, "here", CONFIGURE):
        pass
    clock.pass_by(2 * DAY)
    fault = await the_fault(api)
    assert (fault["code"], fault["severity"]) == ("LISTENER_GONE", "WARNING")
    assert "The last one, `here`, was seen 2 days ago." in fault["title"]


async def test_17_an_expired_key(api: Api, gateway: Gateway, clock: HandClock) -> None:
    ends = (clock.now() + timedelta(hours=1)).isoformat()
    other = await limited(
        api, gateway, name="deployed", scopes=["EVENT_READ", "JOB_WORK"], expiresAt=ends
    )
    async with introduced(other, "here", CONFIGURE):
        fault = await the_fault(api)
        assert (fault["code"], fault["severity"]) == ("KEY_EXPIRES", "WARNING")
        assert "expires at 2026-01-01 01:00 UTC" in fault["title"]
    clock.pass_by(3 * 3600)
    await waiting_job(api)
    fault = (await diagnosed(api))[0]
    assert (fault["code"], fault["severity"]) == ("KEY_EXPIRED", "ERROR")
    assert "Its key `deployed` expired 2 hours ago." in fault["title"]
    assert "gqlspaces keys create" in fault["advice"]


async def test_18_a_revoked_key(api: Api, gateway: Gateway) -> None:
    other = await limited(api, gateway, name="deployed", scopes=["EVENT_READ", "JOB_WORK"])
    async with introduced(other, "here", CONFIGURE):
        await api.do("revokeKey", "key { id }", id=other.principal.key_id)
        fault = await the_fault(api)
    assert (fault["code"], fault["severity"]) == ("KEY_REVOKED", "ERROR")
    assert "`here` cannot do its work. Its key `deployed` was revoked." in fault["title"]
    assert "gqlspaces keys create" in fault["advice"]


async def test_19_a_key_without_the_scope_to_work(api: Api, gateway: Gateway) -> None:
    other = await limited(api, gateway, scopes=["EVENT_READ", "SPACE_READ"])
    async with introduced(other, "here", CONFIGURE):
        await waiting_job(api)
        fault = await the_fault(api)
    assert (fault["code"], fault["severity"]) == ("KEY_SCOPE", "ERROR")
    assert "lacks the scope `job:work`" in fault["title"]
    assert "--scope job:work" in fault["advice"]


async def test_20_a_key_of_another_namespace(api: Api, gateway: Gateway) -> None:
    other = await limited(api, gateway, scopes=["EVENT_READ", "JOB_WORK"], namespaces=["red"])
    async with introduced(other, "here", CONFIGURE):
        await waiting_job(api, namespace="blue")
        fault = await the_fault(api)
    assert fault["code"] == "KEY_LIMITED"
    assert "is limited to `red`, and the Job is elsewhere." in fault["title"]


async def test_21_a_holder_that_falls_silent_again_and_again(
    api: Api, gateway: Gateway, clock: HandClock
) -> None:
    async with introduced(api, "here", CONFIGURE):
        job = await waiting_job(api)
        for silences in (1, 2):
            await api.do("ackJob", "lease", id=job, holder="here", leaseSeconds=5)
            clock.pass_by(10)
            await sweep(gateway.database)
            fault = await the_fault(api)
            assert (fault["code"], fault["severity"]) == ("LEASE_LOST", "WARNING")
            times = "once" if silences == 1 else "2 times"
            assert (
                f"fell silent {times} (the last time `here`), and it is ready again."
                in (fault["title"])
            )
        await api.do("ackJob", "lease", id=job, holder="here", leaseSeconds=5)
        clock.pass_by(10)
        await sweep(gateway.database)
        fault = await the_fault(api)
    assert (fault["code"], fault["severity"]) == ("LEASE_LOST", "ERROR")
    assert "fell silent 3 times (the last time `here`), and it has failed." in fault["title"]
    assert "was the process killed" in fault["advice"]
    assert "retryJob" in fault["advice"]


async def test_22_a_job_that_failed(api: Api, clock: HandClock) -> None:
    async with introduced(api, "here", CONFIGURE):
        job = await waiting_job(api)
        lease = (await api.do("ackJob", "lease", id=job, holder="here"))["lease"]
        said = {"message": "The CRM did not answer."}
        await api.do("failJob", "job { id }", id=job, lease=lease, outcome=said)
        await later(api, clock, 120)
        fault = await the_fault(api)
        await later(api, clock, 2 * DAY)
    assert (fault["code"], fault["severity"]) == ("JOB_FAILED", "ERROR")
    assert fault["title"] == (
        "A Job `space:configure` failed 2 minutes ago: The CRM did not answer."
    )
    assert "The log of `here` tells more." in fault["advice"]
    assert "JOB_FAILED" not in {one["code"] for one in await diagnosed(api)}


async def test_23_a_job_that_failed_after_all_attempts(
    api: Api, gateway: Gateway, clock: HandClock
) -> None:
    async with introduced(api, "here", CONFIGURE):
        job = await waiting_job(api)
        for _ in range(3):
            lease = (await api.do("ackJob", "lease", id=job, holder="here"))["lease"]
            await api.do("failJob", "job { id }", id=job, lease=lease, retry=True)
            await later(api, clock, 700)
            await sweep(gateway.database)
        fault = await the_fault(api)
    assert fault["code"] == "JOB_FAILED"
    assert "after 3 attempts" in fault["title"]
    assert "retryJob" in fault["advice"]


@pytest.mark.parametrize(
    ("end", "told"),
    [
        ("failJob", "waits for `space:first`, which has failed."),
        ("cancelJob", "waits for `space:first`, which was canceled."),
    ],
)
async def test_24_a_job_that_waits_for_one_that_is_not_complete(
    api: Api, end: str, told: str
) -> None:
    anything = {"on": ["job:ready"]}
    async with introduced(api, "here", anything):
        space = await new_space(api)
        work = {"type": "SPACE", "sourceId": space}
        first = await api.do("createJob", "job { id }", **work, operation="first")
        id = first["job"]["id"]
        await api.do("createJob", "job { id }", **work, operation="next", predecessorIds=[id])
        assert await diagnosed(api) == []
        await api.do(end, "job { id }", id=id)
        fault = (await diagnosed(api))[-1]
    assert (fault["code"], fault["severity"]) == ("WAITS_IN_VAIN", "ERROR")
    assert fault["title"] == f"A Job `space:next` {told}"
    assert "cancelJob" in fault["advice"]
    assert ("retryJob" in fault["advice"]) is (end == "failJob")


async def test_25_two_different_listeners_for_one_job(api: Api) -> None:
    everything = {"on": ["job:ready"], "filters": [{"job": "space:*"}]}
    async with introduced(api, "here", CONFIGURE), introduced(api, "there", everything):
        fault = await the_fault(api)
    assert (fault["code"], fault["severity"]) == ("SEVERAL_LISTENERS", "WARNING")
    assert "take Jobs `space:configure`" in fault["title"]
    assert "`here`" in fault["title"]
    assert "`there`" in fault["title"]
    assert "namespace" in fault["advice"]


async def test_26_an_app_whose_blueprint_is_refused(api: Api, gateway: Gateway) -> None:
    made = await api.do("createApp", "app { id }", name="CRM", namespace="crm", type="CUSTOM")
    id = made["app"]["id"]
    broken = {"workbooks": [{"name": "Data", "sheets": [{"name": "S", "fields": [{"key": ""}]}]}]}
    async with gateway.database.maintenance() as connection:
        apps = table(App)
        await connection.execute(update(apps).where(apps.c.id == id).values(blueprint=broken))
    async with introduced(api, "here", CONFIGURE):
        fault = await the_fault(api)
    assert (fault["code"], fault["severity"]) == ("BLUEPRINT_REFUSED", "ERROR")
    assert (
        "The Blueprint of the App `CRM` cannot be used: at `blueprint.workbooks.0."
        in (fault["title"])
    )
    assert "updateApp" in fault["advice"]
    assert fault["subject"] == {"id": id, "name": "CRM", "number": 1}


async def test_27_a_listener_that_is_too_busy(api: Api, clock: HandClock) -> None:
    async with introduced(api, "here", CONFIGURE):
        await waiting_job(api)
        await later(api, clock, 90)
        fault = await the_fault(api)
    assert (fault["code"], fault["severity"]) == ("NOT_TAKEN", "WARNING")
    assert "concurrency" in fault["advice"]
