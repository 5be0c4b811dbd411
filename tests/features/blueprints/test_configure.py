"""A whole structure as one document: built at once or not at all, changed in place, read back."""

from typing import Any

from features.structure import limited, new_space, new_workbook, state
from gqlspaces.app import Gateway
from gqlspaces.kernel.ids import new_id
from harness import Api

ANATOMY = """
  query ($id: ID!) { space(id: $id) {
    version name primaryWorkbookId metadata labels
    actions { id operation }
    documents { id title body actions { id operation } }
    workbooks { id name namespace labels actions { id operation }
      sheets { id name slug actions { id operation }
        fields { id key type label config actions { id operation } } } }
    blueprint
  } }
"""


def a_button(operation: str, **more: Any) -> dict[str, Any]:
    return {"operation": operation, "label": operation.title()} | more


def a_sheet(slug: str, *keys: str, **more: Any) -> dict[str, Any]:
    return {"name": slug.title(), "slug": slug, "fields": [{"key": key} for key in keys]} | more


def a_blueprint() -> dict[str, Any]:
    """Describe a Space with something at every level, in an order that is not the alphabet's."""
    fields = [
        {"key": "zip", "type": "number", "config": {"decimalPlaces": 0}},
        {"key": "email", "label": "E-mail", "actions": [a_button("check"), a_button("alter")]},
        {"key": "kind", "type": "enum", "config": {"options": [{"value": "b"}, {"value": "a"}]}},
    ]
    contacts = a_sheet("contacts") | {"fields": fields, "actions": [a_button("submit")]}
    orders = a_sheet("orders", "number")
    link = {"type": "reference", "config": {"ref": "contacts", "key": "email"}}
    orders["fields"].append({"key": "of"} | link)
    return {
        "workbooks": [
            {"name": "Second", "namespace": "staging", "sheets": [orders, contacts]},
            {"name": "First", "labels": ["pinned"], "actions": [a_button("b"), a_button("a")]},
        ],
        "documents": [
            {"title": "Welcome", "body": "# Hi", "actions": [a_button("read")]},
            {"title": "About", "body": "<b>Us</b>"},
        ],
        "actions": [a_button("z"), a_button("y")],
        "space": {"metadata": {"theme": {"root": {"primaryColor": "red"}}}, "labels": ["vip"]},
    }


async def anatomy(api: Api, space: str) -> Any:
    return (await api(ANATOMY, id=space))["space"]


async def configure(api: Api, space: str, blueprint: Any, **more: Any) -> Any:
    await api.do("configureSpace", "space { id }", spaceId=space, blueprint=blueprint, **more)
    return await anatomy(api, space)


def named(rows: list[Any], key: str) -> list[str]:
    return [row[key] for row in rows]


def ids_of(found: Any) -> dict[tuple[str, ...], str]:
    """Give the id of everything in a Space by the path of names that leads to it."""
    ids: dict[tuple[str, ...], str] = {}

    def visit(path: tuple[str, ...], row: Any) -> None:
        for kind, key in (
            ("workbooks", "name"),
            ("sheets", "slug"),
            ("fields", "key"),
            ("documents", "title"),
            ("actions", "operation"),
        ):
            for part in row.get(kind, ()):
                ids[*path, kind, part[key]] = part["id"]
                visit((*path, kind, part[key]), part)

    visit((), found)
    return ids


async def test_everything_is_built_in_declared_order(api: Api) -> None:
    found = await configure(api, await new_space(api), a_blueprint())
    second, first = found["workbooks"]

    assert (second["name"], first["name"]) == ("Second", "First")
    assert named(second["sheets"], "slug") == ["orders", "contacts"]
    assert named(second["sheets"][1]["fields"], "key") == ["zip", "email", "kind"]
    email = second["sheets"][1]["fields"][1]
    assert named(email["actions"], "operation") == ["check", "alter"]
    assert named(first["actions"], "operation") == ["b", "a"]
    assert named(found["documents"], "title") == ["Welcome", "About"]
    assert named(found["documents"][0]["actions"], "operation") == ["read"]
    assert named(found["actions"], "operation") == ["z", "y"]
    assert found["metadata"] == {"theme": {"root": {"primaryColor": "red"}}}
    assert found["labels"] == ["vip"]
    assert found["documents"][0]["body"].strip() == "<h1>Hi</h1>"


async def test_the_whole_change_is_one_version(api: Api) -> None:
    found = await configure(api, await new_space(api), a_blueprint())

    assert found["version"] == 2


async def test_everything_that_is_built_is_announced_once(api: Api) -> None:
    space = await new_space(api)
    await configure(api, space, a_blueprint())
    told = await api.topics(spaceId=space)

    assert sorted(told) == sorted(
        ["space:created", "space:updated"]
        + ["workbook:created"] * 2
        + ["sheet:created"] * 2
        + ["document:created"] * 2
        + ["action:created"] * 8
    )
    [workbook, _] = await api.heard("payload namespaces", topics=["workbook:created"])
    assert workbook["payload"]["sheetCount"] == 2
    assert workbook["namespaces"] == ["workbook:staging"]
    counts = [
        event["payload"]["fieldCount"]
        for event in await api.heard("payload", topics=["sheet:created"])
    ]
    assert counts == [2, 3]


async def test_the_same_blueprint_again_changes_nothing_and_tells_nothing(api: Api) -> None:
    space = await new_space(api)
    first = await configure(api, space, a_blueprint())
    before = await state(api, space)

    assert await configure(api, space, a_blueprint()) == first
    assert await configure(api, space, first["blueprint"]) == first
    assert await state(api, space) == before


async def test_what_is_there_is_changed_in_place_and_keeps_its_id(api: Api) -> None:
    space = await new_space(api)
    before = ids_of(await configure(api, space, a_blueprint()))
    changed = a_blueprint()
    changed["workbooks"].reverse()
    changed["workbooks"][0]["labels"] = []
    sheets = changed["workbooks"][1]["sheets"]
    sheets.reverse()
    sheets[0]["name"] = "People"
    sheets[0]["fields"][1]["label"] = "Mail"
    sheets[0]["fields"].reverse()
    changed["documents"][1]["body"] = "Them"
    changed["actions"][0]["label"] = "Zed"

    found = await configure(api, space, changed)

    assert ids_of(found) == before
    assert named(found["workbooks"], "name") == ["First", "Second"]
    people = found["workbooks"][1]["sheets"][0]
    assert (people["name"], people["slug"]) == ("People", "contacts")
    assert named(people["fields"], "key") == ["kind", "email", "zip"]
    assert people["fields"][1]["label"] == "Mail"
    assert found["version"] == 3


async def test_what_a_list_leaves_out_is_removed_and_a_list_that_is_absent_stays(
    api: Api,
) -> None:
    space = await new_space(api)
    before = ids_of(await configure(api, space, a_blueprint()))
    less = a_blueprint()["workbooks"]
    less[0]["sheets"] = [a_sheet("contacts", "email", "new")]
    del less[1]

    after = ids_of(await configure(api, space, {"workbooks": less}))

    contacts = ("workbooks", "Second", "sheets", "contacts")
    new = {key: id for key, id in after.items() if key not in before}
    assert list(new) == [(*contacts, "fields", "new")]
    kept = {key for key in before if key[0] != "workbooks"}
    kept |= {("workbooks", "Second"), contacts, (*contacts, "fields", "email")}
    assert {key: id for key, id in after.items() if key not in new} == {
        key: before[key] for key in kept
    }
    assert (await api.topics(topics=["workbook:deleted"])) == ["workbook:deleted"]
    changes = (await api.heard("payload", topics=["workbook:updated"]))[0]["payload"]["changes"]
    assert [(one["type"], one["details"]["slug"]) for one in changes] == [
        ("sheet_removed", "orders")
    ]
    told = (await api.heard("payload", topics=["sheet:updated"]))[0]["payload"]["changes"]
    assert {"field_added", "field_removed", "field_updated"} >= {one["type"] for one in told} - {
        "config_updated"
    }


async def test_empty_lists_remove_everything(api: Api) -> None:
    space = await new_space(api)
    await configure(api, space, a_blueprint())

    found = await configure(api, space, {"workbooks": [], "documents": [], "actions": []})

    assert ids_of(found) == {}
    assert found["labels"] == ["vip"]
    assert (await configure(api, space, {}))["version"] == 3


async def test_the_primary_workbook_is_forgotten_when_it_goes(api: Api) -> None:
    space = await new_space(api)
    workbook = await new_workbook(api, space)
    await api.do("updateSpace", "", id=space, primaryWorkbookId=workbook["id"])

    found = await configure(api, space, {"workbooks": [{"name": "Customers"}]})
    assert found["primaryWorkbookId"] == workbook["id"]
    found = await configure(api, space, {"workbooks": [{"name": "Other"}]})
    assert found["primaryWorkbookId"] is None


# Each of them would take away every document, were it not for its fault.
BROKEN: list[tuple[Any, list[tuple[str, str]]]] = [
    (5, [("INVALID", "")]),
    ([], [("INVALID", "")]),
    ({"sheets": []}, [("INVALID", "sheets")]),
    ({"workbooks": [{}]}, [("REQUIRED", "workbooks.0.name")]),
    ({"workbooks": [{"name": "W"}] * 2}, [("DUPLICATE", "workbooks.1.name")]),
    ({"documents": [{"title": "T"}]}, [("REQUIRED", "documents.0.body")]),
    (
        {"workbooks": [{"name": "W", "sheets": [{"name": "S", "fields": []}]}]},
        [("REQUIRED", "workbooks.0.sheets.0.fields")],
    ),
    (
        {"workbooks": [{"name": "W", "sheets": [a_sheet("s", "a", "a")]}]},
        [("DUPLICATE", "workbooks.0.sheets.0.fields.1.key")],
    ),
    (
        {
            "workbooks": [
                {
                    "name": "W",
                    "sheets": [
                        a_sheet("s")
                        | {
                            "fields": [
                                {
                                    "key": "r",
                                    "type": "reference",
                                    "config": {"ref": "nowhere", "key": "a"},
                                }
                            ]
                        }
                    ],
                }
            ]
        },
        [("INVALID", "workbooks.0.sheets.0.fields.0.config.ref")],
    ),
    ({"actions": [{"operation": "o"}]}, [("REQUIRED", "actions.0.label")]),
    (
        {"space": {"metadata": {"theme": {"root": {"primaryColor": "}"}}}}},
        [("INVALID", "space.metadata.theme.root.primaryColor")],
    ),
    (
        {"actions": [], "space": {"actions": []}},
        [("INVALID", "space.actions")],
    ),
    (
        {"workbooks": [{"name": ""}], "documents": [{"title": "", "body": 5}]},
        [
            ("REQUIRED", "workbooks.0.name"),
            ("REQUIRED", "documents.0.title"),
            ("INVALID", "documents.0.body"),
        ],
    ),
]


async def test_a_blueprint_with_a_fault_changes_nothing_and_names_each_place(
    api: Api,
) -> None:
    space = await new_space(api)
    found = await configure(api, space, a_blueprint())
    before = await state(api, space)
    for blueprint, told in BROKEN:
        whole = {"documents": []} | blueprint if isinstance(blueprint, dict) else blueprint
        refused = await api.refused("configureSpace", spaceId=space, blueprint=whole)

        places = [(code, f"blueprint.{path}".rstrip(".")) for code, path in told]
        assert sorted(refused) == sorted(places)
        assert await anatomy(api, space) == found
        assert await state(api, space) == before


async def test_what_only_the_database_can_refuse_undoes_the_whole_blueprint(api: Api) -> None:
    space = await new_space(api)
    found = await configure(api, space, a_blueprint())
    before = await state(api, space)
    wanted = {"workbooks": [], "documents": [], "space": {"appId": new_id("app")}}

    told = await api.refused("configureSpace", spaceId=space, blueprint=wanted)

    assert told == [("NOT_FOUND", "blueprint.space.appId")]
    assert await anatomy(api, space) == found
    assert await state(api, space) == before


async def test_a_blueprint_for_another_version_is_refused(api: Api) -> None:
    space = await new_space(api)
    await configure(api, space, a_blueprint(), expectedVersion=1)

    for version in (0, 1, 3):
        told = await api.refused(
            "configureSpace", spaceId=space, blueprint={"documents": []}, expectedVersion=version
        )
        assert told == [("STALE_VERSION", "expectedVersion")]
    assert named((await anatomy(api, space))["documents"], "title") == ["Welcome", "About"]


async def test_a_repeated_request_builds_once(api: Api) -> None:
    space = await new_space(api)
    first = await configure(api, space, a_blueprint(), idempotencyKey="k1")
    await api.do("createDocument", "", spaceId=space, title="Later", body="")

    again = await configure(api, space, a_blueprint(), idempotencyKey="k1")

    assert named(again["documents"], "title") == ["Welcome", "About", "Later"]
    assert ids_of(first).items() <= ids_of(again).items()
    told = await api.refused("configureSpace", spaceId=space, blueprint={}, idempotencyKey="k1")
    assert told == [("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")]


async def test_what_belongs_to_one_space_alone_does_not_travel_with_its_blueprint(
    api: Api,
) -> None:
    app = await api.do("createApp", "app { id }", name="A", namespace="red", type="CUSTOM")
    space = await new_space(
        api,
        name="Acme",
        appId=app["app"]["id"],
        namespace="blue",
        archivedAt="2026-01-01T00:00:00Z",
    )
    found = await configure(api, space, a_blueprint())
    own = found["blueprint"]["space"]

    assert set(own) == {"metadata", "labels"}
    copy = await configure(api, await new_space(api, name="Copy"), found["blueprint"])
    assert copy["name"] == "Copy"
    assert copy["blueprint"] == found["blueprint"]


async def test_a_blueprint_configures_the_space_itself_too(api: Api) -> None:
    space = await new_space(api, metadata={"keep": 1})
    wanted = {"space": {"name": "Named", "namespace": "red", "metadata": {"more": 2}}}

    found = await configure(api, space, wanted)

    assert found["name"] == "Named"
    assert found["metadata"] == {"keep": 1, "more": 2}


async def test_structure_changed_piece_by_piece_shows_in_the_blueprint(api: Api) -> None:
    space = await new_space(api)
    workbook = await new_workbook(api, space)
    [sheet] = workbook["sheets"]
    await api.do("createField", "", sheetId=sheet["id"], key="first", index=0)
    await api.do("createAction", "", targetId=sheet["id"], operation="go", label="Go")

    [book] = (await anatomy(api, space))["blueprint"]["workbooks"]

    assert named(book["sheets"][0]["fields"], "key") == ["first", "email", "name"]
    assert book["sheets"][0]["actions"] == [{"operation": "go", "label": "Go"}]


async def test_configuring_needs_the_space_and_the_right_to_write(
    api: Api, gateway: Gateway
) -> None:
    space = await new_space(api)
    reader = await limited(api, gateway, scopes=["SPACE_READ"])
    nobody = new_id("sp")

    assert await reader.refused("configureSpace", spaceId=space, blueprint={}) == [
        ("FORBIDDEN", "")
    ]
    told = await api.refused("configureSpace", spaceId=nobody, blueprint={})
    assert told == [("NOT_FOUND", "spaceId")]
