"""Spaces through the API: everything one can be, and what becomes of it."""

from typing import Any

from features.structure import limited, new_space, new_workbook
from gqlspaces.app import Gateway
from gqlspaces.kernel.ids import new_id
from harness import Api, HandClock

SPACE = """
  id name version namespace effectiveNamespace appId displayOrder guestAuthentication
  spaceConfigId primaryWorkbookId metadata access autoConfigure labels translationsPath
  languageOverride isAppTemplate isCollaborative createdBy createdFrom archivedAt
  settings { filesMappedAfterJob omitActions sidebarConfig { workbookSidebarOrder }
             extractionOptions { algorithm rowsToSearch headers } }
  actions { operation }
"""
READ = f"query ($id: ID!) {{ space(id: $id) {{ {SPACE} }} }}"


async def read(api: Api, id: str) -> Any:
    return (await api(READ, id=id))["space"]


async def an_app(api: Api, **input: Any) -> str:
    wanted = {"name": "Portal", "namespace": "red", "type": "PORTAL"} | input
    id: str = (await api.do("createApp", "app { id }", **wanted))["app"]["id"]
    return id


async def test_a_space_needs_nothing_and_gets_a_job_that_configures_it(api: Api) -> None:
    made = await api.do("createSpace", f"space {{ {SPACE} }} job {{ id name status spaceId }}")
    space, job = made["space"], made["job"]

    assert space | {"id": ""} == {
        "id": "",
        "name": "Space",
        "version": 1,
        "autoConfigure": True,
        "metadata": {},
        "labels": [],
        "actions": [],
        "settings": {
            "filesMappedAfterJob": None,
            "omitActions": None,
            "sidebarConfig": None,
            "extractionOptions": None,
        },
        "isAppTemplate": False,
        "isCollaborative": False,
        "createdBy": api.principal.key_id,
        **dict.fromkeys(
            ("namespace", "effectiveNamespace", "appId", "displayOrder", "guestAuthentication"),
        ),
        **dict.fromkeys(
            ("spaceConfigId", "primaryWorkbookId", "access", "translationsPath", "archivedAt"),
        ),
        **dict.fromkeys(("languageOverride", "createdFrom")),
    }
    assert (job["name"], job["status"], job["spaceId"]) == ("space:configure", "READY", space["id"])
    assert await api.topics(spaceId=space["id"]) == ["space:created", "job:created", "job:ready"]


async def test_every_attribute_of_a_space_comes_back_as_it_was_sent(api: Api) -> None:
    sent = {
        "name": "Acme",
        "namespace": "green-1",
        "displayOrder": 7,
        "guestAuthentication": ["SHARED_LINK", "MAGIC_LINK"],
        "spaceConfigId": "us_cfg_1",
        "metadata": {"mine": {"deep": [1, None, True]}, "userInfo": {"userId": "u1"}},
        "access": ["ALL", "UPLOAD"],
        "labels": ["vip", "2026"],
        "translationsPath": "https://example.com/de.json",
        "languageOverride": "de",
        "archivedAt": "2026-05-01T12:00:00.000Z",
        "autoConfigure": False,
        "settings": {
            "filesMappedAfterJob": "workbook:map",
            "omitActions": ["file.import"],
            "sidebarConfig": {"workbookSidebarOrder": ["us_wb_2", "us_wb_1"]},
            "extractionOptions": {
                "algorithm": "EXPLICIT_HEADERS",
                "rowsToSearch": 3,
                "headers": ["a"],
            },
        },
        "actions": [{"operation": "go", "label": "Go"}],
    }
    made = await api.do("createSpace", f"space {{ {SPACE} }} job {{ id }}", **sent)

    assert made["job"] is None
    stored = made["space"]
    assert stored == await read(api, stored["id"])
    assert {key: stored[key] for key in sent} == sent | {"actions": [{"operation": "go"}]}
    assert stored["effectiveNamespace"] == "green-1"


async def test_an_empty_primary_workbook_counts_as_none(api: Api) -> None:
    assert (await read(api, await new_space(api, primaryWorkbookId="")))[
        "primaryWorkbookId"
    ] is None


BROKEN: list[Any] = [
    ({"name": ""}, ("REQUIRED", "name")),
    ({"name": "x" * 256}, ("TOO_LONG", "name")),
    ({"namespace": "Red Space"}, ("INVALID", "namespace")),
    ({"namespace": "x" * 64}, ("TOO_LONG", "namespace")),
    ({"displayOrder": -1}, ("INVALID", "displayOrder")),
    ({"labels": ["a", "a"]}, ("DUPLICATE", "labels.1")),
    ({"metadata": [1]}, ("INVALID", "metadata")),
    (
        {"metadata": {"sidebarConfig": {"showSidebar": "yes"}}},
        ("INVALID", "metadata.sidebarConfig.showSidebar"),
    ),
    ({"appId": new_id("app")}, ("NOT_FOUND", "appId")),
    ({"primaryWorkbookId": new_id("wb")}, ("NOT_FOUND", "primaryWorkbookId")),
    ({"isAppTemplate": True}, ("CONFLICT", "isAppTemplate")),
    ({"settings": {"omitActions": ["a", "a"]}}, ("DUPLICATE", "settings.omitActions.1")),
    ({"actions": [{"operation": "", "label": "Go"}]}, ("REQUIRED", "actions.0.operation")),
]


async def test_a_space_that_cannot_be_is_refused_and_leaves_nothing(api: Api) -> None:
    for input, told in BROKEN:
        assert await api.refused("createSpace", **input) == [told]
        assert (await api("{ spaces { totalCount } }"))["spaces"]["totalCount"] == 0
        assert await api.topics(topics=["space:*"]) == []


async def test_an_update_changes_what_is_sent_clears_null_and_leaves_the_rest(api: Api) -> None:
    space = await new_space(api, namespace="red", labels=["a"], displayOrder=3)
    made = await api.do(
        "updateSpace", f"space {{ {SPACE} }}", id=space, name="Other", namespace=None
    )

    assert made["space"]["name"] == "Other"
    assert made["space"]["namespace"] is None
    assert made["space"]["effectiveNamespace"] is None
    assert made["space"]["labels"] == ["a"]
    assert made["space"]["displayOrder"] == 3
    assert made["space"]["version"] == 2


async def test_metadata_and_settings_are_merged(api: Api) -> None:
    space = await new_space(
        api,
        metadata={"keep": 1, "drop": 2, "deep": {"a": 1, "b": [1, 2]}},
        settings={"filesMappedAfterJob": "a:b", "omitActions": ["x"]},
    )
    await api.do(
        "updateSpace",
        "",
        id=space,
        metadata={"drop": None, "deep": {"b": [3]}, "new": {"c": None}},
        settings={"filesMappedAfterJob": None},
    )

    stored = await read(api, space)
    assert stored["metadata"] == {"keep": 1, "deep": {"a": 1, "b": [3]}, "new": {}}
    assert stored["settings"]["filesMappedAfterJob"] is None
    assert stored["settings"]["omitActions"] == ["x"]


async def test_an_update_tells_what_changed(api: Api) -> None:
    space = await new_space(api, name="Before")
    await api.do("updateSpace", "", id=space, name="After", labels=["a"], displayOrder=None)
    [event] = await api.heard("payload", topics=["space:updated"])

    assert event["payload"] == {
        "spaceId": space,
        "environmentId": api.principal.environment_id,
        "changes": [
            {"field": "name", "previousValue": "Before", "newValue": "After"},
            {"field": "labels", "previousValue": [], "newValue": ["a"]},
        ],
    }


async def test_an_update_that_changes_nothing_is_no_event_and_no_version(api: Api) -> None:
    space = await new_space(api, name="Same", metadata={"a": 1})
    await api.do("updateSpace", "", id=space, name="Same", metadata={"a": 1})
    await api.do("updateSpace", "", id=space)

    assert (await read(api, space))["version"] == 1
    assert await api.topics(spaceId=space) == ["space:created"]


async def test_the_version_rises_once_with_every_change_inside(api: Api) -> None:
    space = await new_space(api)
    await new_workbook(api, space)
    await api.do("createDocument", "", spaceId=space, title="T", body="B")
    await api.do("createJob", "", type="SPACE", operation="x", sourceId=space)

    assert (await read(api, space))["version"] == 3


STALE: list[Any] = [0, 1, 3]


async def test_an_update_that_expects_another_version_is_refused(api: Api) -> None:
    space = await new_space(api)
    await api.do("updateSpace", "", id=space, name="second", expectedVersion=1)

    for expected in STALE:
        told = await api.refused("updateSpace", id=space, name="late", expectedVersion=expected)

        assert told == [("STALE_VERSION", "expectedVersion")]
        assert (await read(api, space))["name"] == "second"
    await api.do("updateSpace", "", id=space, name="third", expectedVersion=2)


async def test_archiving_and_bringing_back_are_told_once_each(api: Api, clock: HandClock) -> None:
    space = await new_space(api)
    first = await api.do("archiveSpace", "space { archivedAt }", id=space)
    clock.pass_by(60)
    again = await api.do("archiveSpace", "space { archivedAt }", id=space)
    assert first == again
    assert first["space"]["archivedAt"] is not None

    for _ in range(2):
        back = await api.do("unarchiveSpace", "space { archivedAt }", id=space)
        assert back["space"] == {"archivedAt": None}
    assert await api.topics(spaceId=space) == [
        "space:created",
        "space:archived",
        "space:unarchived",
    ]


async def test_deleting_a_space_takes_everything_in_it_and_tells_only_of_the_space(
    api: Api,
) -> None:
    made = await api.do("createSpace", "space { id } job { id }", name="Acme")
    space, job = made["space"]["id"], made["job"]["id"]
    workbook = await new_workbook(api, space, actions=[{"operation": "go", "label": "Go"}])
    page = await api.do("createDocument", "document { id }", spaceId=space, title="T", body="B")
    before = len(await api.topics(spaceId=space))

    gone = await api.do("deleteSpace", "deletedId", id=space)

    assert gone["deletedId"] == space
    assert (await api.topics(spaceId=space))[before:] == ["space:deleted"]
    ids = [space, job, workbook["id"], workbook["sheets"][0]["id"], page["document"]["id"]]
    found = await api("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    assert found["nodes"] == [None] * 5
    assert await api.refused("deleteSpace", id=space) == [("NOT_FOUND", "id")]


async def test_the_primary_workbook_is_one_of_its_own(api: Api) -> None:
    space, other = await new_space(api), await new_space(api)
    wanted, elsewhere = await new_workbook(api, space), await new_workbook(api, other)

    await api.do("updateSpace", "", id=space, name="Named", primaryWorkbookId=wanted["id"])
    told = await api.refused("updateSpace", id=space, primaryWorkbookId=elsewhere["id"])

    assert told == [("NOT_FOUND", "primaryWorkbookId")]
    stored = await read(api, space)
    assert (stored["name"], stored["primaryWorkbookId"]) == ("Named", wanted["id"])
    await api.do("deleteWorkbook", "", id=wanted["id"])
    assert (await read(api, space))["primaryWorkbookId"] is None


async def test_a_space_takes_the_namespace_of_its_app_unless_it_has_its_own(api: Api) -> None:
    app = await an_app(api, namespace="red")
    heir, own = await new_space(api, appId=app), await new_space(api, appId=app, namespace="blue")

    assert (await read(api, heir))["effectiveNamespace"] == "red"
    assert (await read(api, own))["effectiveNamespace"] == "blue"
    await api.do("updateApp", "", id=app, namespace="green")
    assert (await read(api, heir))["effectiveNamespace"] == "green"
    assert (await read(api, own))["effectiveNamespace"] == "blue"
    await api.do("updateSpace", "", id=own, namespace=None)
    await api.do("updateSpace", "", id=heir, appId=None)
    assert (await read(api, own))["effectiveNamespace"] == "green"
    assert (await read(api, heir))["effectiveNamespace"] is None
    assert await api.topics(namespaces=["space:red"]) == ["space:created"]


async def test_a_limited_key_changes_a_space_of_an_app_that_it_does_not_see(
    api: Api, gateway: Gateway
) -> None:
    app = await an_app(api, namespace="green")
    space = await new_space(api, appId=app, namespace="red")
    red = await limited(api, gateway, namespaces=["red"])

    await red.do("updateSpace", "", id=space, name="Renamed")

    assert (await read(api, space))["name"] == "Renamed"
    assert await red.refused("updateSpace", id=space, namespace=None) == [("NOT_FOUND", "appId")]
    assert await red.refused("updateSpace", id=space, appId=app) == [("NOT_FOUND", "appId")]


async def test_an_app_has_one_template_at_most(api: Api) -> None:
    app = await an_app(api)
    template = await new_space(api, appId=app, isAppTemplate=True)
    other = await new_space(api, appId=app)

    told = await api.refused("updateSpace", id=other, isAppTemplate=True)

    assert told == [("CONFLICT", "isAppTemplate")]
    await api.do("updateSpace", "", id=template, isAppTemplate=False)
    await api.do("updateSpace", "", id=other, isAppTemplate=True)


async def test_the_space_of_an_app_is_called_as_the_app_says(api: Api) -> None:
    app = await an_app(api, entity="Project", entityPlural="Projects")
    made = await api.do("createSpace", "space { name app { entity entityPlural } }", appId=app)

    assert made["space"] == {
        "name": "Project",
        "app": {"entity": "Project", "entityPlural": "Projects"},
    }


async def test_a_query_for_nothing_gives_null(api: Api) -> None:
    for id in (new_id("sp"), new_id("wb"), "nonsense", ""):
        assert await api(READ, id=id) == {"space": None}
