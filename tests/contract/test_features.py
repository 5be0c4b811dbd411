"""What the features hand over: scopes, rules of topics, and the catalogue of topics."""

from itertools import product
from typing import Any

import pytest
from sqlmodel import SQLModel
from strawberry.types.base import get_object_definition

from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.graphql.exposure import EXPOSED
from gqlspaces.kernel.graphql.node import node, nodes
from gqlspaces.kernel.ids import new_id, prefix_of
from gqlspaces.kernel.log import EventRecord, EventStream
from gqlspaces.kernel.own.tables import Delivered
from gqlspaces.kernel.recorder import silent
from gqlspaces.schema import FEATURES, build_rules, build_schema
from harness import Api

# All topics of the original (domain reference 2.10).
DOMAIN_TOPICS = {
    f"{noun}:{fact}"
    for nouns, facts in {
        "agent document flag action canvas canvas-area thread secret": "created updated deleted",
        "space": "created updated deleted archived unarchived expired guestAdded guestRemoved",
        "workbook file": "created updated deleted expired",
        "sheet": "created updated deleted counts-updated calculation-updated",
        "snapshot layer": "created",
        "records": "created updated deleted",
        "job": (
            "created updated deleted completed ready scheduled outcome-acknowledged "
            "parts-completed failed"
        ),
        "program": "created updated recomputing recomputed",
        "commit": "created updated completed",
        "cron": "5-minutes hourly daily weekly",
        "environment": "created updated deleted autobuild-created",
        "data-clip": (
            "created updated deleted collaborator-updated resolutions-created "
            "resolutions-updated resolutions-refreshed"
        ),
    }.items()
    for noun, fact in product(nouns.split(), facts.split())
}
# Topics that the original lacks, each with the reason why there is no better one.
OWN_TOPICS: dict[str, str] = {}

CATALOGUE = {topic: text for feature in FEATURES for topic, text in feature.catalogue.items()}
RULES = build_rules()
ROOTS = [
    *(node, nodes),
    *(root for feature in FEATURES for root in feature.queries),
    *(root for feature in FEATURES for root in feature.mutations),
    *(root for feature in FEATURES for root in feature.subscriptions),
]


def tables() -> set[type[SQLModel]]:
    def below(model: type[SQLModel]) -> set[type[SQLModel]]:
        found = {kind for child in model.__subclasses__() for kind in below(child)}
        return found | ({model} if "__table__" in vars(model) else set())

    return below(SQLModel)


def name_of(value: Any) -> str:
    return str(getattr(value, "python_name", None) or getattr(value, "__name__", value))


def test_the_domain_has_81_topics() -> None:
    assert len(DOMAIN_TOPICS) == 81


@pytest.mark.parametrize("root", ROOTS, ids=name_of)
def test_a_root_field_says_which_scope_it_needs(root: Any) -> None:
    assert root.metadata["scope"] in {*Scope, "any"}


def test_only_what_tells_the_caller_about_itself_needs_no_scope() -> None:
    free = {root.python_name for root in ROOTS if root.metadata["scope"] == "any"}

    assert {"viewer", "environment"} == free


def test_no_mutation_is_free_and_none_is_for_readers() -> None:
    mutations = [root for feature in FEATURES for root in feature.mutations]

    assert {Scope.ADMIN, Scope.JOB_WORK, Scope.SPACE_WRITE} == {
        root.metadata["scope"] for root in mutations
    }


def test_every_root_field_of_the_schema_was_looked_at() -> None:
    schema = build_schema()
    roots = (schema.query, schema.mutation, schema.subscription)
    found = {
        field.name or field.python_name
        for root in roots
        for field in get_object_definition(root, strict=True).fields
    }

    assert {root.name or root.python_name for root in ROOTS} == found


async def test_a_key_without_the_scope_is_refused_everywhere(api: Api) -> None:
    made = await api.do("createKey", "token", name="reader", scopes=["EVENT_READ"])
    reader = await Api.with_key(api.gateway, made["token"])

    for query in ("spaces { totalCount }", "apps { totalCount }", "jobs { totalCount }"):
        result = await reader.run(f"{{ {query} }}")
        assert result.errors is not None
        assert result.errors[0].extensions == {"code": "FORBIDDEN"}, query
    assert await reader.refused("createSpace", name="Acme") == [("FORBIDDEN", "")]


def test_a_root_field_without_a_scope_does_not_come_into_the_schema() -> None:
    stripped = FEATURES[0].queries[0]
    metadata, stripped.metadata = stripped.metadata, {}
    try:
        with pytest.raises(TypeError, match="does not say which scope"):
            build_schema()
    finally:
        stripped.metadata = metadata


def test_every_table_is_announced_or_says_that_it_is_silent() -> None:
    log = {EventRecord, EventStream, Delivered}

    assert set(RULES.topics) | log == {kind for kind in tables() if not is_of_a_test(kind)}


def is_of_a_test(kind: type[SQLModel]) -> bool:
    return not kind.__module__.startswith("gqlspaces.")


def test_what_is_silent_has_a_reason() -> None:
    """The domain has no topics for these; the topics of its Sheet tell of a Field and of data."""
    quiet = {kind.__name__ for kind, rule in RULES.topics.items() if rule is silent}

    quiet -= {"AppRevision", "Rollout", "RolloutStep"}  # of an App; Jobs tell of rollouts
    quiet -= {"Revision"}  # what it is about tells of it
    quiet -= {"Listener"}  # those who come and go are not what others listen for
    assert {"Answer", "App", "Key", "Field", "SheetData"} == quiet
    nouns = {topic.partition(":")[0] for topic in DOMAIN_TOPICS}
    assert nouns.isdisjoint({"app", "key", "field"})


def test_every_exposed_thing_has_a_prefix_of_its_own() -> None:
    assert set(RULES.kinds) == set(EXPOSED)
    for prefix in EXPOSED:
        assert prefix == prefix_of(new_id(prefix))


def test_every_topic_of_the_catalogue_is_one_of_the_domain() -> None:
    assert set(CATALOGUE) <= DOMAIN_TOPICS | set(OWN_TOPICS)
    assert OWN_TOPICS.keys().isdisjoint(DOMAIN_TOPICS)


def test_no_topic_stands_in_two_catalogues() -> None:
    assert len(CATALOGUE) == sum(len(feature.catalogue) for feature in FEATURES)


def test_every_topic_is_described_in_a_sentence() -> None:
    assert [topic for topic, text in CATALOGUE.items() if not text.endswith(".")] == []


def test_the_announced_nouns_have_their_topics_in_the_catalogue() -> None:
    announced = {kind.__name__.lower() for kind, rule in RULES.topics.items() if rule is not silent}
    # These are no rows of the main database: what writes them tells of them through an outbox.
    announced |= {"commit", "records", "snapshot"}
    announced = announced - {"tick"} | {"cron"}  # the original's word for what a Tick tells

    assert announced == {topic.partition(":")[0] for topic in CATALOGUE}


async def test_a_topic_that_is_in_no_catalogue_is_never_announced(api: Api) -> None:
    await live_a_busy_life(api)
    heard = set(await api.topics())

    assert heard <= set(CATALOGUE)
    unheard = {"job:scheduled", "job:outcome-acknowledged", "job:parts-completed"}
    unheard |= {"cron:5-minutes", "cron:hourly", "cron:daily", "cron:weekly"}
    assert set(CATALOGUE) - unheard == heard


async def live_a_busy_life(api: Api) -> None:
    """Make, change and delete one of everything."""
    await api.do("updateEnvironment", "", name="renamed")
    made = await api.do("createSpace", "space { id } job { id }", name="Acme")
    space, job = made["space"]["id"], made["job"]["id"]
    await api.do("updateJob", "", id=job, lease=await taken(api, job), progress=5)
    await api.do("cancelJob", "", id=job)
    for outcome in ("completeJob", "failJob"):
        again = {"type": "SPACE", "operation": "again", "sourceId": space}
        job = (await api.do("createJob", "job { id }", **again))["job"]["id"]
        await api.do(outcome, "", id=job, lease=await taken(api, job))
    await api.do("deleteJob", "", id=job)
    await build_and_take_apart(api, space)
    await write_records(api, space)
    await api.do("updateSpace", "", id=space, name="Other")
    for last in ("archiveSpace", "unarchiveSpace", "deleteSpace"):
        await api.do(last, "", id=space)


async def build_and_take_apart(api: Api, space: str) -> None:
    fields = [{"key": "a"}, {"key": "b"}]
    parts = {"spaceId": space, "name": "W", "sheets": [{"name": "S", "fields": fields}]}
    book = await api.do("createWorkbook", "workbook { id sheets { id } }", **parts)
    workbook, sheet = book["workbook"]["id"], book["workbook"]["sheets"][0]["id"]
    page = {"spaceId": space, "title": "T", "body": "B"}
    document = (await api.do("createDocument", "document { id }", **page))["document"]["id"]
    button = {"targetId": space, "operation": "go", "label": "Go"}
    action = (await api.do("createAction", "action { id }", **button))["action"]["id"]
    await api.do("updateAction", "", id=action, label="Gone")
    await api.do("deleteAction", "", id=action)
    await api.do("updateDocument", "", id=document, body="C")
    await api.do("deleteDocument", "", id=document)
    await api.do("updateSheet", "", id=sheet, name="Other")
    await api.do("deleteSheet", "", id=sheet)
    await api.do("updateWorkbook", "", id=workbook, name="Other")
    await api.do("deleteWorkbook", "", id=workbook)


async def write_records(api: Api, space: str) -> None:
    parts = {"name": "Data", "sheets": [{"name": "S", "fields": [{"key": "a"}]}]}
    settings = {"trackChanges": True}
    made = "workbook { sheets { id } }"
    book = await api.do("createWorkbook", made, spaceId=space, settings=settings, **parts)
    sheet = {"sheetId": book["workbook"]["sheets"][0]["id"]}
    record = {"values": {"a": "one"}}
    added = await api.do("insertRecords", "recordIds commit { id }", **sheet, records=[record])
    await api.do("completeCommit", "", id=added["commit"]["id"])
    await api.do("createSnapshot", "", **sheet)
    change = {"id": added["recordIds"][0], "values": {"a": "two"}}
    await api.do("updateRecords", "", **sheet, records=[change])
    await api.do("deleteRecords", "", **sheet, selection={})


async def taken(api: Api, job: str) -> str:
    lease: str = (await api.do("ackJob", "lease", id=job))["lease"]
    return lease
