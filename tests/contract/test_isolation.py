"""A key sees and touches nothing of another namespace or environment: all that can be tried."""

import asyncio
from itertools import chain
from typing import Any

import pytest

from contract import questions
from contract.inputs import FREE, Place, id_for, minimal, places, put
from contract.schema import mutations, queries
from contract.spy import Spy, red_spy, whole_spy
from contract.world import NUMBERED, World, dump, ids_in, unknown
from gqlspaces.app import Gateway
from gqlspaces.kernel import reader, transaction
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.graphql.failures import RequestRefused
from gqlspaces.kernel.ids import numbered_id, prefix_of
from harness import Api

PAGE = "{{ {name}(first: 1) {{ pageInfo {{ startCursor }} }} }}"


@pytest.fixture(params=[red_spy, whole_spy], ids=["namespace", "environment"])
async def spy(request: pytest.FixtureRequest, api: Api, gateway: Gateway) -> Spy:
    spy: Spy = await request.param(api, gateway)
    return spy


def foreign_ids(spy: Spy) -> list[str]:
    return list(chain.from_iterable(world.ids.values() for world in spy.foreign))


def of_data(world: World) -> dict[str, str]:
    """Give the ids of what is in a Sheet and around it."""
    return {kind: world.ids[kind] for kind in ("sp", "sh", *NUMBERED)}


async def look_everything_up(spy: Spy) -> list[str]:
    """Ask every lookup for the spy's own and for foreign things; give the answers that differ."""
    told_apart = []
    for name in questions.by_id():
        for own in spy.own.ids.values():
            for noun in questions.nouns() if name == "node" else [None]:
                await spy.ask(questions.question(name, {"id": own}, on=noun))
        for id in foreign_ids(spy):
            nobody, noun = unknown(id), "Space" if name == "node" else None
            there = await spy.ask(questions.question(name, {"id": id}, on=noun, levels=1))
            nowhere = await spy.ask(questions.question(name, {"id": nobody}, on=noun, levels=1))
            if there.replace(id, "") != nowhere.replace(nobody, ""):
                told_apart.append(f"{name}({id}): {there} {nowhere}")
    for noun in questions.nouns():
        mixed = {"ids": [*spy.own.ids.values(), *foreign_ids(spy)]}
        await spy.ask(questions.question("nodes", mixed, on=noun))
    return told_apart


async def list_everything(spy: Spy, cursors: dict[str, list[str]]) -> None:
    """Ask every list with every argument that could pick out what is foreign."""
    for name in {*queries()} - {*questions.by_id(), *questions.lists(), "nodes"}:
        await spy.ask(questions.question(name, {}))
    await list_all(spy, listing(), cursors)


async def list_all(spy: Spy, fields: list[questions.Asked], cursors: dict[str, list[str]]) -> None:
    """Ask some of the lists."""
    for field in fields:
        for page in ({"first": 100}, {"last": 100}) if field.is_list else ({},):
            await spy.ask(field.question(spy.own.ids, page, levels=questions.DEEPEST - 2))
        asked = {}
        for world in spy.foreign:
            ids = world.ids if field.is_root else of_data(world)
            for one in questions.variations(field, spy.own.ids, ids, [*spy.words, "green"]):
                asked[one.document, one.sent] = one
        for one in asked.values():
            await spy.ask(one)
        ids_of_data = [id for world in spy.foreign for id in of_data(world).values()]
        for cursor in (*cursors.get(field.name, ()), *ids_of_data) if field.is_list else ():
            await spy.ask(field.question(spy.own.ids, {"first": 100, "after": cursor}))
            await spy.ask(field.question(spy.own.ids, {"last": 100, "before": cursor}))


def listing() -> list[questions.Asked]:
    """Give every field that chooses what it gives by its arguments."""
    return [it for it in questions.asked_with_arguments() if it.is_list or not it.is_root]


async def test_no_lookup_tells_of_foreign_things_or_that_there_are_any(spy: Spy) -> None:
    told_apart = await look_everything_up(spy)

    assert spy.leaks == []
    assert told_apart == []
    assert {*questions.by_id(), "nodes"} == spy.told_its_own
    assert spy.answers > 200


async def test_no_list_filter_or_search_tells_of_foreign_things(spy: Spy, api: Api) -> None:
    cursors = {
        name: [(await api(PAGE.format(name=name)))[name]["pageInfo"]["startCursor"]]
        for name in questions.lists()
    }

    await list_everything(spy, cursors)

    assert spy.leaks == []
    assert {str(field) for field in listing()} <= spy.told_its_own


async def test_a_list_tells_no_foreign_id_from_an_unknown_one(spy: Spy) -> None:
    told_apart, tried = [], 0
    for field in listing():
        for world in spy.foreign:
            for asked in questions.variations(field, spy.own.ids, of_data(world), []):
                for id in ids_in(asked.sent) & set(world.ids.values()):
                    there = await spy.ask(asked)
                    nowhere = await spy.ask(asked.about(id, nobody := unknown(id)))
                    tried += 1
                    if there.replace(id, "") != nowhere.replace(nobody, ""):
                        told_apart.append(f"{asked.field}({asked.sent}): {there} {nowhere}")

    assert told_apart == []
    assert tried > 50


async def test_a_total_counts_only_what_the_key_may_see(spy: Spy) -> None:
    if spy.api.principal.namespaces is not None:
        data = await spy.api("{ spaces { totalCount } apps { totalCount } jobs { totalCount } }")
        assert [page["totalCount"] for page in data.values()] == [1, 1, 3]
    for world in spy.foreign:
        filters = {"spaceId": world.ids["sp"]}, {"appId": world.ids["app"]}
        data = await spy.api(
            "query ($jobs: JobFilter, $spaces: SpaceFilter) "
            "{ jobs(filter: $jobs) { totalCount } spaces(filter: $spaces) { totalCount } }",
            jobs=filters[0],
            spaces=filters[1],
        )
        assert data == {"jobs": {"totalCount": 0}, "spaces": {"totalCount": 0}}


async def change_everything(spy: Spy, only: str = "") -> list[str]:
    """Attempt mutations with a foreign id at every place; give what was not refused alike.

    ``only`` limits them to those with such a word in their name.
    """
    odd = []
    for mutation in (name for name in mutations() if only in name):
        for place in places(mutation):
            if place.kind != "ID" or place.is_list or (place.owner, place.name) in FREE:
                continue
            for world in spy.foreign:
                right = id_for(mutation, place.name, world.ids)
                wrong = world.ids["sp" if right == world.ids["jb"] else "jb"]
                odd += await attempt(spy, place, right, right=True)
                odd += await attempt(spy, place, wrong, right=False)
    return odd


async def attempt(spy: Spy, place: Place, id: str, *, right: bool) -> list[str]:
    """Attempt a mutation with an id, of the `right` noun or not; say what was not refused alike."""
    least = minimal(place.mutation, spy.own)
    payload, there = await spy.change(place.mutation, put(least, place, id, spy.own))
    told = refusals(payload or {}, place)
    wanted = (place.refusal, tuple(map(str, place.path)))
    if place.name == "ids":
        wanted = (place.refusal, wanted[1][:1])  # they must agree together
    if place.chooses == bool(told) or (right and not place.chooses and wanted not in told):
        return [f"{place} with {id}: {there}"]
    for nobody in unknown_to(spy.own, id):
        _, nowhere = await spy.change(place.mutation, put(least, place, nobody, spy.own))
        if there.replace(id, "") != nowhere.replace(nobody, ""):
            return [f"{place} with {id} tells: {there} {nowhere}"]
    return []


def refusals(payload: dict[str, Any], place: Place) -> list[tuple[str, tuple[str, ...]]]:
    """Give what was refused, each with its code and its place in the input."""
    rows = payload.get("rejected", ()) if place.row else ()
    told = [(row["code"], ("records", str(row["index"]), *row["path"])) for row in rows]
    return told + [(error["code"], tuple(error["path"])) for error in payload["userErrors"]]


def unknown_to(own: World, id: str) -> list[str]:
    """Give ids of the same noun that nothing has, one of them of the own Sheet if it is in one."""
    prefix = prefix_of(id) or ""
    near = [numbered_id(prefix, own.ids["sh"], 2**20)] if prefix in NUMBERED else []
    return [unknown(id), *near]


async def test_no_mutation_takes_a_foreign_id_or_tells_it_from_an_unknown_one(
    spy: Spy, gateway: Gateway
) -> None:
    before = await dump(gateway.database)

    odd = await change_everything(spy)

    assert odd == []
    assert spy.leaks == []
    assert before == await dump(gateway.database)
    assert spy.answers > 200


async def test_the_lease_of_a_foreign_job_is_as_good_as_none(spy: Spy, gateway: Gateway) -> None:
    before = await dump(gateway.database)
    for world in spy.foreign:
        working = spy.api.under_lease(f"{world.ids['jb']} {world.lease}")
        nobody = spy.api.under_lease(f"{unknown(world.ids['jb'])} {world.lease}")
        for mutation in ("updateSpace", "insertRecords", "createSnapshot", "completeCommit"):
            change = minimal(mutation, spy.own)
            refused = await working.attempt(mutation, "", **change)
            assert refused == await nobody.attempt(mutation, "", **change)
            assert [error["code"] for error in refused["userErrors"]] == ["LEASE_LOST"]

    assert before == await dump(gateway.database)


async def test_claiming_takes_only_jobs_that_the_key_may_see(api: Api, gateway: Gateway) -> None:
    spy = await red_spy(api, gateway)
    waiting = {"type": "SPACE", "operation": "wait", "sourceId": spy.foreign[0].ids["sp"]}
    await api.do("createJob", "", **waiting)

    claim = {"jobs": ["**"], "holder": "spy", "limit": 100}
    aimed, _ = await spy.change("claimJobs", claim | {"namespaces": ["space:green", "**"]})
    every, _ = await spy.change("claimJobs", claim)

    assert aimed["claims"] == every["claims"] == []
    assert spy.leaks == []
    own = {"type": "SPACE", "operation": "wait", "sourceId": spy.own.ids["sp"]}
    made = await api.do("createJob", "job { id }", **own)
    claimed, _ = await spy.change("claimJobs", claim)
    assert [made["job"]["id"]] == [one["job"]["id"] for one in claimed["claims"]]


PLACE = ["blueprint", "space", "namespace"]
OUTSIDE: list[tuple[str, dict[str, Any], list[str]]] = [
    ("createSpace", {"name": "s", "namespace": "green"}, ["namespace"]),
    ("createSpace", {"name": "s"}, ["namespace"]),
    ("updateSpace", {"id": "sp", "namespace": "green"}, ["namespace"]),
    ("configureSpace", {"spaceId": "sp", "blueprint": {"space": {"namespace": "green"}}}, PLACE),
    ("createApp", {"name": "a", "namespace": "green", "type": "CUSTOM"}, ["namespace"]),
    ("updateApp", {"id": "app", "namespace": "green"}, ["namespace"]),
    ("createKey", {"name": "k", "scopes": ["ADMIN"]}, ["namespaces"]),
    ("createKey", {"name": "k", "scopes": ["ADMIN"], "namespaces": []}, ["namespaces"]),
    ("createKey", {"name": "k", "scopes": ["ADMIN"], "namespaces": ["green"]}, ["namespaces"]),
    ("updateEnvironment", {"name": "mine"}, []),
]


async def test_a_limited_key_puts_nothing_outside_its_namespaces(
    api: Api, gateway: Gateway
) -> None:
    spy = await red_spy(api, gateway)
    before = await dump(gateway.database)

    for mutation, input, path in OUTSIDE:
        named = {name: spy.own.ids.get(str(value), value) for name, value in input.items()}
        payload, _ = await spy.change(mutation, named)
        [error] = payload["userErrors"]
        assert error["code"] == "FORBIDDEN", mutation
        assert error["path"] == path, mutation

    assert before == await dump(gateway.database)


async def test_the_stream_of_events_tells_only_the_own_ones(api: Api, gateway: Gateway) -> None:
    spy = await red_spy(api, gateway)
    cursor = (await spy.api("{ eventCursor }"))["eventCursor"]
    start = cursor.rpartition(".")[0] + ".0"
    heard = await spy.api.heard("id", namespaces=["space:red"])
    stream = spy.api.follow(
        "subscription ($after: String) { events(after: $after, checkpoints: true) "
        f"{questions.everything('EventItem')} }}",
        after=start,
    )
    got = []
    async with asyncio.timeout(20):
        async for item in stream:
            spy.scan("events", {}, item)
            got.append(item["events"]["event"]["id"])
            if len(got) == len(heard):
                break
    await api.do("updateSpace", "", id=spy.foreign[0].ids["sp"], labels=["quiet"])
    await api.do("updateSpace", "", id=spy.own.ids["sp"], labels=["heard"])

    assert [event["id"] for event in heard] == got
    item = await anext(
        stream := spy.api.follow(
            "subscription ($after: String) { events(after: $after) { event { topic context } } }",
            after=cursor,
        )
    )
    assert item["events"]["event"]["context"]["spaceId"] == spy.own.ids["sp"]
    assert spy.leaks == []
    assert "events" in spy.told_its_own


async def test_following_foreign_jobs_is_refused_like_following_unknown_ones(spy: Spy) -> None:
    job = "subscription ($jobId: ID) { jobProgress(jobId: $jobId) { id } }"
    space = "subscription ($spaceId: ID) { jobProgress(spaceId: $spaceId) { id } }"
    for world in spy.foreign:
        for document, name, kind in ((job, "jobId", "jb"), (space, "spaceId", "sp")):
            told = []
            for id in (world.ids[kind], unknown(world.ids[kind])):
                with pytest.raises(RequestRefused) as refusal:
                    await anext(spy.api.follow(document, **{name: id}))
                [error] = refusal.value.errors
                told.append((error.message.replace(id, ""), error.extensions))
            assert told[0] == told[1]
            assert "NOT_FOUND" in str(told[0])


async def test_asking_for_foreign_events_alone_says_that_they_are_never_heard(
    api: Api, gateway: Gateway
) -> None:
    spy = await red_spy(api, gateway)
    asked = questions.question("events", {"filter": {"namespaces": ["space:green"]}})

    answer = await spy.ask(asked)

    assert '"FORBIDDEN_NAMESPACE"' in answer
    assert spy.leaks == []
    with pytest.raises(RequestRefused) as refusal:
        await anext(
            spy.api.follow(
                'subscription { events(filter: {namespaces: ["space:green"]}) { cursor } }'
            )
        )
    assert refusal.value.code == "FORBIDDEN_NAMESPACE"


def unlimited(statement: Any, _entity: object, _principal: object) -> Any:
    """Limit nothing: what a forgotten scope would do."""
    return statement


@pytest.mark.parametrize("template", ["sqlite"], indirect=True)
class TestTheSearchItself:
    """The search above finds what it looks for when there is something to be found."""

    @pytest.fixture
    def template(self, request: pytest.FixtureRequest) -> Any:
        return request.getfixturevalue(request.param)

    @pytest.fixture
    async def spy(self, api: Api, gateway: Gateway) -> Spy:
        return await red_spy(api, gateway)

    async def test_finds_an_unscoped_lookup(
        self, spy: Spy, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read_without_limits(monkeypatch)

        told_apart = await look_everything_up(spy)

        told = {leak.partition("(")[0] for leak in spy.leaks}
        assert {*questions.by_id(), "nodes"} == told
        assert len(told_apart) > 10

    async def test_finds_an_unscoped_list(self, spy: Spy, monkeypatch: pytest.MonkeyPatch) -> None:
        read_without_limits(monkeypatch)
        fields = [field for field in listing() if field.name in {"apps", "jobs", "spaces"}]

        await list_all(spy, fields, {})

        assert {"apps", "jobs", "spaces"} == {leak.partition("(")[0] for leak in spy.leaks}

    async def test_finds_an_unscoped_write(
        self, spy: Spy, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(transaction, "scoped", unlimited)
        before = await dump(gateway.database)

        odd = await change_everything(spy, "update")

        assert len(odd) > 10
        assert before != await dump(gateway.database)

    async def test_finds_an_unscoped_write_of_records(
        self, spy: Spy, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read_without_limits(monkeypatch)
        before = await dump(gateway.database)

        odd = await change_everything(spy, "Records")

        changed = {
            name for name, rows in (await dump(gateway.database)).items() if rows != before[name]
        }
        foreign = {world.ids["sp"] for world in spy.foreign}
        assert {f"{space}.record" for space in foreign} <= changed
        assert {"insertRecords", "deleteRecords"} <= {one.partition(":")[0] for one in odd}

    async def test_finds_an_unscoped_event(self, spy: Spy, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Principal, "sees", lambda _self, _namespace: True)
        monkeypatch.setattr("gqlspaces.features.events.service.read_page", every_event)

        await list_all(spy, [questions.Asked("Query", "events")], {})

        assert {"events"} == {leak.partition("(")[0] for leak in spy.leaks}


def read_without_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every read forget its scope, also one whose statement was made before."""
    monkeypatch.setattr(reader, "scoped", unlimited)
    reader._select_by_column.cache_clear()  # noqa: SLF001 - statements are remembered by caller


def every_event(**options: Any) -> Any:
    """Read the log as if the key were limited to no namespace."""
    from gqlspaces.kernel.log import read_page

    return read_page(**options | {"namespaces": None})
