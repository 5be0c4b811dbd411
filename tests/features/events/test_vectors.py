"""The vectors of the original's listener hold on the server, wherever a filter can express them."""

import json
from pathlib import Path
from typing import Any

from gqlspaces.app import Gateway
from gqlspaces.kernel import log
from gqlspaces.kernel.ids import new_id
from harness import Api

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "listener_matching.json").read_text())
EVENTS: dict[str, dict[str, Any]] = VECTORS["events"]
ASK = """
  query ($filter: EventFilter, $after: String) {
    events(filter: $filter, after: $after, first: 100) { edges { node { id } } }
  }
"""


def filter_of(vector: dict[str, Any]) -> dict[str, Any] | None:
    """Say a vector's subscription as an EventFilter, which knows one level of namespaces."""
    on, namespaces = vector["on"], vector["namespaces"]
    if len(namespaces) > 1:
        return None
    filter: dict[str, Any] = {"topics": on if isinstance(on, list) else [on]}
    if vector["filters"]:
        filter["where"] = vector["filters"]
    if namespaces:
        [level] = namespaces
        filter["namespaces"] = level if isinstance(level, list) else [level]
    return filter


async def append_events(api: Api, gateway: Gateway) -> dict[str, str]:
    """Write the events of the vectors into the log; give the name of each by its id."""
    named = {new_id("ev"): name for name in EVENTS}
    rows = [
        {
            "id": id,
            "namespace": "red",
            "space_id": None,
            "namespaces": EVENTS[name].get("namespaces", []),
            "origin": EVENTS[name].get("origin"),
            "created_at": await gateway.database.now(),
            **{key: EVENTS[name][key] for key in ("topic", "domain", "context", "payload")},
        }
        for id, name in named.items()
    ]
    async with gateway.database.maintenance() as connection:
        await connection.run_sync(log.append, api.principal.environment_id, rows)
    return named


async def test_the_vectors_that_a_filter_expresses_hold_on_the_server(
    api: Api, gateway: Gateway
) -> None:
    start = (await api("{ eventCursor }"))["eventCursor"]
    named = await append_events(api, gateway)
    wrong, expressed = [], 0

    for vector in VECTORS["vectors"]:
        filter = filter_of(vector)
        if filter is None:
            continue
        expressed += 1
        page = (await api(ASK, filter=filter, after=start))["events"]["edges"]
        heard = {named[edge["node"]["id"]] for edge in page}
        if (vector["event"] in heard) != vector["match"]:
            wrong.append(vector)

    assert wrong == []
    assert len(VECTORS["vectors"]) - expressed == 2
    assert expressed >= 69


async def test_the_other_members_of_a_filter_are_paths_and_not_names_at_any_depth(
    api: Api, gateway: Gateway
) -> None:
    start = (await api("{ eventCursor }"))["eventCursor"]
    named = await append_events(api, gateway)

    async def heard(**filter: Any) -> set[str]:
        page = (await api(ASK, filter=filter, after=start))["events"]["edges"]
        return {named[edge["node"]["id"]] for edge in page}

    of_jobs = {name for name, event in EVENTS.items() if event["domain"] == "job"}
    assert await heard(domains=["job"]) == of_jobs
    assert await heard(domains=["space"]) == set()
    assert await heard(domains=["rec*", "sheet", "work*"]) == set(EVENTS) - of_jobs
    assert await heard(job=["document:**"]) == {"D"}
    assert await heard(job=["document:*"]) == set()
    assert await heard(sheetId="us_sh_1") == {"C"}
    assert await heard(jobId="us_jb_1") == {
        name for name, event in EVENTS.items() if event["context"].get("jobId") == "us_jb_1"
    }
    assert await heard(topics=["job:*"], job=["document:**"], namespaces=["space:red"]) == {"D"}
