"""Jobs through the API: what is read, who sees it, and what is refused."""

from typing import Any

import pytest

from features.jobs.desk import Desk
from gqlspaces.app import Gateway
from harness import Api

ALL_OF_IT = """
  id environmentId spaceId appId workbookId sheetId documentId type operation name sourceId
  destinationId config trigger status progress mode input subject { type id resource params query }
  outcome { message } result info managed part partData partExecution partsResult parentId
  predecessorIds metadata createdBy attempt maxAttempts holder leaseExpiresAt isPart namespaces
  runAt availableAt startedAt finishedAt estimatedCompletionAt outcomeAcknowledgedAt createdAt
  updatedAt parent { id } parts { id } space { id }
"""
UNKNOWN = "jb_00000000000000000000000000"


async def listed(api: Api, **filter: Any) -> list[str]:
    """Give the ids of the Jobs that a filter finds."""
    document = "query ($f: JobFilter) { jobs(filter: $f) { totalCount edges { node { id } } } }"
    found = (await api(document, f=filter))["jobs"]
    assert found["totalCount"] == len(found["edges"])
    return [edge["node"]["id"] for edge in found["edges"]]


async def limited_to(desk: Desk, namespace: str) -> Api:
    """Give a caller whose key sees one namespace."""
    key = await desk.api.do(
        "createKey",
        "token",
        name=namespace,
        scopes=["SPACE_READ", "SPACE_WRITE", "JOB_WORK", "EVENT_READ"],
        namespaces=[namespace],
    )
    return await Api.with_key(desk.gateway, key["token"])


async def in_namespace(desk: Desk, namespace: str) -> Desk:
    made = await desk.api.do(
        "createSpace", "space { id }", name=namespace, namespace=namespace, autoConfigure=False
    )
    return Desk(desk.api, desk.gateway, desk.clock, made["space"]["id"])


async def test_everything_said_of_a_job_is_told_again(desk: Desk) -> None:
    said = {
        "config": {"depth": 2},
        "trigger": "MANUAL",
        "mode": "TOOLBAR_BLOCKING",
        "input": {"reason": "test"},
        "info": "Please",
        "managed": True,
        "metadata": {"a": [1]},
        "maxAttempts": 5,
    }
    subject = {"type": "COLLECTION", "resource": "records", "params": {"sheetId": "sh_1"}}

    id = await desk.create(**said, subject=subject)

    job = await desk.job(id, ALL_OF_IT)
    assert said.items() <= job.items()
    assert job["subject"] == subject | {"id": None, "query": None}
    assert (job["name"], job["type"], job["operation"]) == ("space:configure", "SPACE", "configure")
    assert job["sourceId"] == job["spaceId"] == job["space"]["id"] == desk.space
    assert job["createdBy"] == desk.api.principal.key_id
    assert (job["isPart"], job["parent"], job["parts"]) == (False, None, [])


async def test_a_job_is_a_node(desk: Desk) -> None:
    id = await desk.create()

    found = await desk.api("query ($id: ID!) { node(id: $id) { __typename id } }", id=id)

    assert found["node"] == {"__typename": "Job", "id": id}


async def test_a_job_works_on_what_its_type_names(desk: Desk) -> None:
    made = await desk.api.do(
        "createWorkbook",
        "workbook { id sheets { id } }",
        spaceId=desk.space,
        name="Customers",
        namespace="staging",
        sheets=[{"name": "Contacts", "fields": [{"key": "email"}]}],
    )
    workbook, sheet = made["workbook"]["id"], made["workbook"]["sheets"][0]["id"]

    id = await desk.create(type="SHEET", operation="clean", sourceId=sheet, destinationId=workbook)

    job = await desk.job(id, ALL_OF_IT)
    assert (job["spaceId"], job["workbookId"], job["sheetId"]) == (desk.space, workbook, sheet)
    assert job["namespaces"] == ["workbook:staging"]
    [event] = await desk.api.heard("namespaces context", jobId=id, topics=["job:ready"])
    assert event["namespaces"] == job["namespaces"]
    assert event["context"]["workbookId"] == workbook
    assert event["context"]["sheetId"] == sheet


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"sourceId": UNKNOWN}, ("NOT_FOUND", "sourceId")),
        ({"sourceId": "nonsense"}, ("NOT_FOUND", "sourceId")),
        ({"type": "WORKBOOK"}, ("NOT_FOUND", "sourceId")),
        ({"destinationId": "wb_00000000000000000000000000"}, ("NOT_FOUND", "destinationId")),
        ({"predecessorIds": [UNKNOWN]}, ("NOT_FOUND", "predecessorIds.0")),
        ({"spaceId": "sp_00000000000000000000000000"}, ("INVALID", "spaceId")),
        ({"operation": "a b"}, ("INVALID", "operation")),
        ({"subject": {"type": "RESOURCE"}}, ("REQUIRED", "subject.id")),
        ({"idempotencyKey": "x" * 256}, ("INVALID", "idempotencyKey")),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_job_that_cannot_be_is_refused_without_a_trace(
    desk: Desk, change: dict[str, Any], refused: tuple[str, str]
) -> None:
    before = await desk.api.topics()
    wanted = {"type": "SPACE", "operation": "configure", "sourceId": desk.space} | change

    assert await desk.api.refused("createJob", **wanted) == [refused]
    assert await desk.api.topics() == before


@pytest.mark.parametrize(
    ("mutation", "input"),
    [
        ("executeJob", {}),
        ("ackJob", {}),
        ("updateJob", {"lease": "x"}),
        ("completeJob", {"lease": "x"}),
        ("failJob", {}),
        ("cancelJob", {}),
        ("retryJob", {}),
        ("acknowledgeJobOutcome", {}),
        ("splitJob", {"lease": "x", "parts": 2}),
        ("deleteJob", {}),
    ],
)
async def test_unknown_and_foreign_jobs_look_the_same(
    desk: Desk, mutation: str, input: dict[str, Any]
) -> None:
    green = await (await in_namespace(desk, "green")).create()
    red = await limited_to(desk, "red")

    for id in (UNKNOWN, green, "nonsense"):
        assert await red.refused(mutation, id=id, **input) == [("NOT_FOUND", "id")]


async def test_a_limited_key_sees_and_claims_only_jobs_of_its_namespaces(desk: Desk) -> None:
    green = await (await in_namespace(desk, "green")).create()
    mine = await in_namespace(desk, "red")
    id = await mine.create()
    red = await limited_to(desk, "red")

    assert await listed(red) == [id]
    found = await red("query ($id: ID!) { job(id: $id) { id } node(id: $id) { id } }", id=green)
    assert found == {"job": None, "node": None}
    payload = await red.do(
        "claimJobs", "claims { job { id namespaces } }", jobs=["**"], holder="red", limit=10
    )
    assert payload["claims"] == [{"job": {"id": id, "namespaces": ["space:red"]}}]
    foreign = await red.refused(
        "createJob",
        type="SPACE",
        operation="x",
        sourceId=mine.space,
        predecessorIds=[green],
    )
    assert foreign == [("NOT_FOUND", "predecessorIds.0")]


async def test_a_job_without_a_space_is_for_keys_of_the_whole_environment(
    desk: Desk, gateway: Gateway
) -> None:
    app = await desk.api.do("createApp", "app { id }", name="A", namespace="red", type="PORTAL")
    wanted = {"type": "APP", "operation": "sync", "sourceId": app["app"]["id"]}
    id = await desk.create(**wanted)
    red = await limited_to(desk, "red")

    assert await listed(desk.api) == [id]
    assert await listed(red) == []
    assert await red.refused("createJob", **wanted) == [("FORBIDDEN", "spaceId")]
    mine = await in_namespace(desk, "red")
    job = (await red.do("createJob", "job { spaceId appId }", **wanted, spaceId=mine.space))["job"]
    assert job == {"spaceId": mine.space, "appId": app["app"]["id"]}


async def test_jobs_are_listed_newest_first_by_what_is_asked(desk: Desk) -> None:
    first = await desk.create()
    second = await desk.create(operation="contacts:submit")
    third, lease = await desk.taken(operation="check")
    made = await desk.api.do("splitJob", "parts { id }", id=third, lease=lease, parts=1)
    part = made["parts"][0]["id"]

    assert await listed(desk.api) == [part, third, second, first]
    for filter, expected in (
        ({"excludeChildJobs": True}, [third, second, first]),
        ({"parentId": third}, [part]),
        ({"status": ["EXECUTING"]}, [third]),
        ({"status": []}, []),
        ({"type": "WORKBOOK"}, []),
        ({"type": "SPACE", "operation": "configure"}, [first]),
        ({"job": ["space:*"], "excludeChildJobs": True}, [third, first]),
        ({"job": ["space:**"], "status": ["READY"]}, [part, second, first]),
        ({"job": ["*"]}, []),
        (
            {"spaceId": desk.space, "sourceId": desk.space, "status": ["READY"]},
            [part, second, first],
        ),
        ({"spaceId": "sp_00000000000000000000000000"}, []),
    ):
        assert await listed(desk.api, **filter) == expected, filter


async def test_jobs_are_read_page_by_page(desk: Desk) -> None:
    ids = [await desk.create() for _ in range(5)]
    document = """query ($after: String) { jobs(first: 2, after: $after) {
      edges { node { id } } pageInfo { hasNextPage endCursor } } }"""
    found: list[str] = []
    after = None
    more = True
    while more:
        page = (await desk.api(document, after=after))["jobs"]
        found += [edge["node"]["id"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]

    assert found == ids[::-1]


async def test_a_lease_is_shown_to_nobody_but_its_holder(desk: Desk) -> None:
    type = (await desk.api('{ __type(name: "Job") { fields { name } } }'))["__type"]

    assert not {"lease", "lastLease"} & {field["name"] for field in type["fields"]}


@pytest.mark.parametrize(
    ("scope", "refused"),
    [("SPACE_WRITE", "ackJob"), ("JOB_WORK", "cancelJob"), ("SPACE_READ", "ackJob")],
)
async def test_each_step_needs_its_scope(desk: Desk, scope: str, refused: str) -> None:
    id = await desk.create()
    key = await desk.api.do("createKey", "token", name="k", scopes=[scope])
    caller = await Api.with_key(desk.gateway, key["token"])

    assert await caller.refused(refused, id=id) == [("FORBIDDEN", "")]


@pytest.mark.parametrize("mutation", ["ackJob", "claimJobs", "completeJob", "failJob", "splitJob"])
async def test_a_repeated_request_gets_the_first_answer(desk: Desk, mutation: str) -> None:
    id = await desk.create()
    input: dict[str, Any] = {"id": id}
    selection = "job { id status }"
    match mutation:
        case "ackJob":
            selection = "lease leaseExpiresAt job { id status }"
        case "claimJobs":
            input = {"jobs": ["**"], "holder": "here"}
            selection = "claims { lease leaseExpiresAt job { id status } }"
        case "splitJob":
            input |= {"lease": await desk.ack(id), "parts": 2}
            selection = "job { id status } parts { id partData }"
        case _:
            input |= {"lease": await desk.ack(id)}
    answers = [
        await desk.api.do(mutation, selection, **input, idempotencyKey="k") for _ in range(2)
    ]

    assert answers[0] == answers[1]
    again = {"ackJob": {"progress": 5}, "claimJobs": {"limit": 2}, "splitJob": {"parts": 3}}
    other = input | again.get(mutation, {"info": "other"}) | {"idempotencyKey": "k"}
    assert await desk.api.refused(mutation, **other) == [
        ("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")
    ]
