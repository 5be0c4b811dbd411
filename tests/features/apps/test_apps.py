"""Apps through the API: a namespace for their Spaces, and a word for "Space"."""

from typing import Any

from features.structure import limited, new_space
from gqlspaces.app import Gateway
from gqlspaces.kernel.ids import new_id
from harness import Api

APP = """
  id name namespace type entity entityPlural icon metadata environmentFilters blueprint
  activatedAt createdAt
"""
READ = f"query ($id: ID!) {{ app(id: $id) {{ {APP} }} }}"


async def new_app(api: Api, **input: Any) -> Any:
    wanted = {"name": "Portal", "namespace": "red", "type": "PORTAL"} | input
    return (await api.do("createApp", f"app {{ {APP} }}", **wanted))["app"]


async def read(api: Api, id: str) -> Any:
    return (await api(READ, id=id))["app"]


async def test_an_app_calls_a_space_a_space_unless_it_says_otherwise(api: Api) -> None:
    app = await new_app(api)

    assert (app["entity"], app["entityPlural"]) == ("Space", "Spaces")
    assert app["metadata"] == {}
    assert app["activatedAt"] == app["createdAt"]
    assert app["icon"] is app["blueprint"] is app["environmentFilters"] is None
    assert app == await read(api, app["id"])


async def test_every_attribute_of_an_app_comes_back_as_it_was_sent(api: Api) -> None:
    sent = {
        "name": "Onboarding",
        "namespace": "green",
        "type": "PROJECTS",
        "entity": "Project",
        "entityPlural": "Projects",
        "icon": "rocket",
        "metadata": {"a": [1]},
        "environmentFilters": {"isProd": True},
        "blueprint": {"documents": [{"title": "T", "body": "B", "treatments": [], "actions": []}]},
    }
    app = await new_app(api, **sent)

    assert {key: app[key] for key in sent} == sent


async def test_an_update_merges_metadata_clears_null_and_leaves_the_rest(api: Api) -> None:
    app = await new_app(api, icon="rocket", entity="Project", metadata={"a": 1, "b": 2})
    await api.do(
        "updateApp", "", id=app["id"], icon=None, entity=None, metadata={"a": None, "c": 3}
    )

    changed = await read(api, app["id"])
    assert changed["icon"] is None
    assert changed["entity"] == "Space"
    assert changed["metadata"] == {"b": 2, "c": 3}
    assert changed["name"] == "Portal"


BROKEN: list[Any] = [
    ({"name": "Taken"}, ("DUPLICATE", "name")),
    ({"name": ""}, ("REQUIRED", "name")),
    ({"namespace": "No Namespace"}, ("INVALID", "namespace")),
    ({"namespace": ""}, ("REQUIRED", "namespace")),
    ({"metadata": []}, ("INVALID", "metadata")),
    ({"blueprint": {"sheets": []}}, ("INVALID", "blueprint.sheets")),
    (
        {"blueprint": {"workbooks": [{"name": "W", "sheets": [{"name": "S"}]}]}},
        ("REQUIRED", "blueprint.workbooks.0.sheets.0.fields"),
    ),
]


async def test_an_app_that_cannot_be_is_refused_when_made_and_when_changed(api: Api) -> None:
    await new_app(api, name="Taken")
    app = await new_app(api, name="Other")
    for input, told in BROKEN:
        wanted = {"name": "Third", "namespace": "red", "type": "CUSTOM"} | input

        assert await api.refused("createApp", **wanted) == [told]
        assert await api.refused("updateApp", id=app["id"], **input) == [told]
        assert await read(api, app["id"]) == app
        assert (await api("{ apps { totalCount } }"))["apps"]["totalCount"] == 2


async def test_an_app_may_be_renamed_to_its_own_name(api: Api) -> None:
    app = await new_app(api)

    await api.do("updateApp", "", id=app["id"], name="Portal", type="CUSTOM")

    assert (await read(api, app["id"]))["type"] == "CUSTOM"


async def test_what_an_app_must_have_cannot_be_cleared(api: Api) -> None:
    app = await new_app(api)

    for name in ("name", "namespace", "type"):
        assert await api.refused("updateApp", id=app["id"], **{name: None}) == [("REQUIRED", name)]


async def test_an_app_stays_while_a_space_belongs_to_it(api: Api) -> None:
    app = await new_app(api, entityPlural="Projects")
    space = await new_space(api, appId=app["id"])

    [error] = (await api.attempt("deleteApp", "", id=app["id"]))["userErrors"]
    assert error["code"] == "CONFLICT"
    assert error["message"].startswith("Projects still belong to the App 'Portal'")
    await api.do("deleteSpace", "", id=space)
    assert (await api.do("deleteApp", "deletedId", id=app["id"]))["deletedId"] == app["id"]
    assert await read(api, app["id"]) is None
    await new_app(api)


async def test_apps_are_listed_by_name(api: Api) -> None:
    for name in ("beta", "gamma", "alpha"):
        await new_app(api, name=name)
    page = "query ($after: String) { apps(first: 2, after: $after) { %s } }" % (  # noqa: UP031
        "edges { node { name } } pageInfo { endCursor hasNextPage } totalCount"
    )
    first = (await api(page))["apps"]
    rest = (await api(page, after=first["pageInfo"]["endCursor"]))["apps"]

    listed = [edge["node"]["name"] for found in (first, rest) for edge in found["edges"]]
    assert listed == ["alpha", "beta", "gamma"]
    assert (first["totalCount"], rest["pageInfo"]["hasNextPage"]) == (3, False)


async def test_changing_the_namespace_moves_the_spaces_that_inherit_it(
    api: Api, gateway: Gateway
) -> None:
    app = await new_app(api, namespace="red")
    space = await new_space(api, appId=app["id"])
    red = await limited(api, gateway, namespaces=["red"])
    green = await limited(api, gateway, namespaces=["green"])
    see = "query ($id: ID!) { space(id: $id) { id } app(id: $app) { id } }".replace(
        "$id: ID!", "$id: ID!, $app: ID!"
    )
    seen = {"space": {"id": space}, "app": {"id": app["id"]}}
    nothing = {"space": None, "app": None}
    assert await red(see, id=space, app=app["id"]) == seen
    assert await green(see, id=space, app=app["id"]) == nothing

    await api.do("updateApp", "", id=app["id"], namespace="green")

    assert await red(see, id=space, app=app["id"]) == nothing
    assert await green(see, id=space, app=app["id"]) == seen
    [event] = await api.heard("namespaces payload", topics=["space:updated"])
    assert event["namespaces"] == ["space:green"]
    assert event["payload"]["changes"] == [
        {"field": "effectiveNamespace", "previousValue": "red", "newValue": "green"}
    ]


async def test_apps_are_for_administrators(api: Api, gateway: Gateway) -> None:
    app = await new_app(api)
    writer = await limited(api, gateway)
    wanted = {"name": "X", "namespace": "red", "type": "CUSTOM"}

    assert await writer.refused("createApp", **wanted) == [("FORBIDDEN", "")]
    assert await writer.refused("updateApp", id=app["id"], name="X") == [("FORBIDDEN", "")]
    assert await writer.refused("deleteApp", id=app["id"]) == [("FORBIDDEN", "")]
    assert await read(writer, app["id"]) == app


async def test_an_app_that_is_not_there_is_null_or_not_found(api: Api) -> None:
    nobody = new_id("app")

    assert await read(api, nobody) is None
    assert await api.refused("updateApp", id=nobody, name="X") == [("NOT_FOUND", "id")]
    assert await api.refused("deleteApp", id=nobody) == [("NOT_FOUND", "id")]


async def test_apps_announce_nothing(api: Api) -> None:
    before = await api.topics()
    app = await new_app(api)
    await api.do("updateApp", "", id=app["id"], name="Other")
    await api.do("deleteApp", "", id=app["id"])

    assert await api.topics() == before


async def test_every_space_tells_the_word_of_its_app(api: Api, gateway: Gateway) -> None:
    made = await new_app(api, namespace="red", entity="Project", configureTimeout=60)
    app = made["id"]
    spaces = [await new_space(api), await new_space(api, appId=app, namespace="blue")]
    asked = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Space { entity } } }"
    blue = await limited(api, gateway, namespaces=["blue"])

    words = [node["entity"] for node in (await api(asked, ids=spaces))["nodes"]]
    assert words == ["Space", "Project"]
    # Its App is another namespace's affair.
    assert (await blue(asked, ids=spaces))["nodes"] == [None, {"entity": "Space"}]
    await api.do("updateApp", "", id=app, entity="Customer", configureTimeout=None)
    assert (await api(asked, ids=spaces))["nodes"][1] == {"entity": "Customer"}
    told = "query ($id: ID!) { app(id: $id) { configureTimeout } }"
    assert (await api(told, id=app))["app"] == {"configureTimeout": None}
