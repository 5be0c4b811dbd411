"""New Spaces get what their App keeps ready, unless somebody listens for their namespace."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from features.structure import a_sheet, limited, new_space
from gqlspaces.app import Gateway
from gqlspaces.features.listeners.introduction import ListenerConfig
from harness import Api

BLUEPRINT: dict[str, Any] = {
    "workbooks": [{"name": "Customers", "sheets": [a_sheet("Contacts", "email")]}],
    "documents": [{"title": "Welcome", "body": "# Hello"}],
    "actions": [{"operation": "export", "label": "Export"}],
    "space": {"metadata": {"theme": {"root": {"primaryColor": "#123456"}}}},
}
MADE = """
  space { id name createdFrom appRevision lastPropagatedAt entity workbooks { name } blueprint }
  job { id status managed progress info attempt }
"""
READ = "query ($id: ID!) { space(id: $id) { %s } }"


async def new_app(api: Api, **input: Any) -> str:
    wanted = {"name": "Portal", "namespace": "red", "type": "PORTAL"} | input
    id: str = (await api.do("createApp", "app { id }", **wanted))["app"]["id"]
    return id


async def revisions(api: Api, app: str) -> list[Any]:
    asked = "number blueprint templateId createdBy app { id }"
    query = f"query ($id: ID!) {{ app(id: $id) {{ blueprintRevisions {{ {asked} }} }} }}"
    found: list[Any] = (await api(query, id=app))["app"]["blueprintRevisions"]
    return found


@asynccontextmanager
async def listening(api: Api, *, namespaces: list[str] | None) -> AsyncIterator[None]:
    """Be connected as a listener that configures Spaces."""
    handler: dict[str, Any] = {"on": ["job:ready"], "filters": [{"job": "space:configure"}]}
    if namespaces is not None:
        handler["namespaces"] = [namespaces]
    said = ListenerConfig.model_validate({"name": "override", "registrations": [handler]})
    presence = api.gateway.presence
    with presence.attended(await presence.arrive(api.principal, said, {})):
        yield
    await presence.tell()


async def test_a_new_space_gets_the_blueprint_of_its_app_at_once(api: Api) -> None:
    app = await new_app(api, blueprint=BLUEPRINT, entity="Project")
    made = await api.do("createSpace", MADE, appId=app)

    space, job = made["space"], made["job"]
    assert (space["name"], space["entity"]) == ("Project", "Project")
    assert (space["appRevision"], space["createdFrom"]) == (1, None)
    assert space["lastPropagatedAt"] is not None
    assert space["blueprint"]["workbooks"][0]["sheets"][0]["fields"][0]["key"] == "email"
    assert space["blueprint"]["space"]["metadata"] == BLUEPRINT["space"]["metadata"]
    assert [page["title"] for page in space["blueprint"]["documents"]] == ["Welcome"]
    assert [button["operation"] for button in space["blueprint"]["actions"]] == ["export"]
    assert (job["status"], job["managed"], job["progress"]) == ("COMPLETE", True, 100)
    assert job["info"] == "Configured from the Blueprint of the App 'Portal'."
    topics = await api.topics(jobId=job["id"])
    assert topics == ["job:created", "job:completed"]


async def test_a_space_that_is_not_to_be_configured_stays_empty(api: Api) -> None:
    app = await new_app(api, blueprint=BLUEPRINT)
    made = await api.do("createSpace", MADE, appId=app, autoConfigure=False)

    assert made["job"] is None
    assert made["space"]["workbooks"] == []
    assert made["space"]["appRevision"] is None


async def test_without_anything_to_start_from_a_listener_is_asked(api: Api) -> None:
    for input in ({}, {"appId": await new_app(api)}):
        made = await api.do("createSpace", MADE, **input)

        assert (made["job"]["status"], made["job"]["managed"]) == ("READY", False)
        assert made["space"]["entity"] == "Space"


async def test_a_template_space_is_copied_where_the_app_has_no_blueprint(api: Api) -> None:
    app = await new_app(api)
    template = await new_space(api, appId=app, isAppTemplate=True, labels=["pilot"])
    await api.do("configureSpace", "", spaceId=template, blueprint=BLUEPRINT)
    space = (await api.do("createSpace", MADE, appId=app))["space"]

    copied = (await api(READ % "blueprint", id=template))["space"]["blueprint"]
    assert space["blueprint"] == copied
    assert space["createdFrom"] == template
    [revision] = await revisions(api, app)
    assert (revision["number"], revision["templateId"]) == (space["appRevision"], template)
    assert revision["blueprint"] == copied
    assert (await api(READ % "isAppTemplate", id=space["id"]))["space"]["isAppTemplate"] is False


async def test_a_template_that_changed_is_another_revision_and_otherwise_the_same(
    api: Api,
) -> None:
    app = await new_app(api)
    template = await new_space(api, appId=app, isAppTemplate=True)
    await api.do("configureSpace", "", spaceId=template, blueprint=BLUEPRINT)
    numbers = []
    changes: list[Any] = [None, None, {"documents": []}]
    for change in changes:
        if change is not None:
            await api.do("configureSpace", "", spaceId=template, blueprint=change)
        made = await api.do("createSpace", MADE, appId=app)
        numbers.append(made["space"]["appRevision"])

    assert numbers == [1, 1, 2]


async def test_a_template_is_no_template_of_itself(api: Api) -> None:
    app = await new_app(api)
    made = await api.do("createSpace", MADE, appId=app, isAppTemplate=True)

    assert made["job"]["status"] == "READY"
    assert await revisions(api, app) == []


async def test_a_listener_for_the_namespace_overrides_the_app(api: Api) -> None:
    app = await new_app(api, blueprint=BLUEPRINT)
    heard = {"red": "READY", "blue": "COMPLETE"}
    async with listening(api, namespaces=["space:red"]):
        for namespace, status in heard.items():
            made = await api.do("createSpace", MADE, appId=app, namespace=namespace)

            assert made["job"]["status"] == status, namespace
            assert (made["space"]["appRevision"] is None) == (status == "READY")
    made = await api.do("createSpace", MADE, appId=app)
    assert made["job"]["status"] == "COMPLETE"


async def test_a_listener_for_everything_leaves_the_app_its_default(api: Api) -> None:
    app = await new_app(api, blueprint=BLUEPRINT)
    async with listening(api, namespaces=None):
        made = await api.do("createSpace", MADE, appId=app)

    assert made["job"]["status"] == "COMPLETE"


async def test_a_limited_key_makes_spaces_from_a_template_that_it_does_not_see(
    api: Api, gateway: Gateway
) -> None:
    app = await new_app(api, namespace="red")
    template = await new_space(api, appId=app, isAppTemplate=True, namespace="secret")
    await api.do("configureSpace", "", spaceId=template, blueprint=BLUEPRINT)
    red = await limited(api, gateway, namespaces=["red"])
    made = await red.do("createSpace", MADE, appId=app)

    assert [book["name"] for book in made["space"]["workbooks"]] == ["Customers"]
    assert (await red(READ % "id", id=template))["space"] is None


async def test_repeating_the_creation_repeats_nothing(api: Api) -> None:
    app = await new_app(api, blueprint=BLUEPRINT)
    first = await api.do("createSpace", MADE, appId=app, idempotencyKey="once")
    again = await api.do("createSpace", MADE, appId=app, idempotencyKey="once")

    assert again == first


async def test_the_blueprints_of_an_app_have_a_history(api: Api) -> None:
    app = await new_app(api)
    other = {"documents": [{"title": "Other", "body": "O"}]}
    for blueprint in (BLUEPRINT, BLUEPRINT, other, None, other):
        await api.do("updateApp", "", id=app, blueprint=blueprint)
    await api.do("updateApp", "", id=app, name="Renamed")

    found = await revisions(api, app)
    assert [one["number"] for one in found] == [1, 2]
    assert found[1]["blueprint"] == other
    assert {one["createdBy"] for one in found} == {api.principal.key_id}
    assert [one["app"]["id"] for one in found] == [app, app]


async def test_a_limited_key_sees_the_history_of_its_own_apps_only(
    api: Api, gateway: Gateway
) -> None:
    app = await new_app(api, blueprint=BLUEPRINT)
    asked = "query ($id: ID!) { app(id: $id) { blueprintRevisions { id } } }"
    [revision] = (await api(asked, id=app))["app"]["blueprintRevisions"]
    node = "query ($id: ID!) { node(id: $id) { id } }"
    red = await limited(api, gateway, namespaces=["red"])
    green = await limited(api, gateway, namespaces=["green"])

    assert (await red(node, id=revision["id"]))["node"] == revision
    assert (await green(node, id=revision["id"]))["node"] is None


OF_ONE: list[tuple[str, Any]] = [
    ("name", "Mine"),
    ("namespace", "blue"),
    ("isAppTemplate", True),
    ("archivedAt", "2026-01-31T12:00:00Z"),
    ("primaryWorkbookId", "wb_1"),
    ("appId", "app_1"),
]


@pytest.mark.parametrize(("name", "value"), OF_ONE)
async def test_what_is_of_one_space_alone_is_refused_in_the_blueprint_of_an_app(
    api: Api, name: str, value: Any
) -> None:
    blueprint = {"space": {name: value}}
    told = [("INVALID", f"blueprint.space.{name}")]

    wanted = {"name": "Portal", "namespace": "red", "type": "PORTAL"}
    assert await api.refused("createApp", **wanted, blueprint=blueprint) == told
    app = await new_app(api)
    assert await api.refused("updateApp", id=app, blueprint=blueprint) == told
