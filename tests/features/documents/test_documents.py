"""Documents through the API."""

from typing import Any

import pytest

from features.structure import limited, new_space, state
from gqlspaces.app import Gateway
from harness import Api

LIST = "query ($id: ID!) { space(id: $id) { documents { title } } }"


async def add(api: Api, space: str, title: str, **more: Any) -> Any:
    payload = await api.do(
        "createDocument",
        "document { id title body source treatments space { id } actions { operation } }",
        **{"spaceId": space, "title": title, "body": f"# {title}"} | more,
    )
    return payload["document"]


async def titles(api: Api, space: str) -> list[str]:
    data = await api(LIST, id=space)
    return [document["title"] for document in data["space"]["documents"]]


async def test_a_document_shows_harmless_html_and_keeps_its_source(api: Api) -> None:
    space = await new_space(api)
    body = "# Hi\n\n<script>alert(1)</script>[mail](mailto:a@b.example)"
    document = await add(
        api,
        space,
        "Guide",
        body=body,
        treatments=["ephemeral"],
        actions=[{"operation": "contacts:submit", "label": "Go"}],
    )
    assert document["source"] == body
    assert document["body"].startswith("<h1>Hi</h1>")
    assert "script" not in document["body"]
    assert document["treatments"] == ["ephemeral"]
    assert document["actions"] == [{"operation": "contacts:submit"}]
    assert document["space"] == {"id": space}

    read = await api("query ($id: ID!) { document(id: $id) { title body } }", id=document["id"])
    assert read["document"] == {"title": "Guide", "body": document["body"]}


async def test_the_source_is_only_for_keys_that_may_write(api: Api, gateway: Gateway) -> None:
    document = await add(api, await new_space(api), "Guide")
    reader = await limited(api, gateway, scopes=["SPACE_READ"])
    result = await reader.run(
        "query ($id: ID!) { document(id: $id) { title source } }", id=document["id"]
    )
    assert result.data == {"document": {"title": "Guide", "source": None}}
    assert result.errors is not None
    [error] = result.errors
    assert (error.extensions or {})["code"] == "FORBIDDEN"


async def test_every_change_is_announced_without_the_text(api: Api) -> None:
    space = await new_space(api, namespace="red")
    document = await add(api, space, "Guide")
    await api.do("updateDocument", "document { id }", id=document["id"], body="New")
    await api.do("deleteDocument", "deletedId", id=document["id"])

    events = await api.heard("topic domain namespaces payload context", domains=["document"])
    assert [event["topic"] for event in events] == [
        "document:created",
        "document:updated",
        "document:deleted",
    ]
    for event in events:
        assert event["payload"] == {}
        assert event["namespaces"] == ["space:red"]
        assert event["context"]["spaceId"] == space
        assert event["context"]["documentId"] == document["id"]
        assert event["context"]["actorId"] == api.principal.key_id


async def test_titles_are_unique_in_their_space(api: Api) -> None:
    space, other = await new_space(api), await new_space(api)
    await add(api, space, "Guide")
    await add(api, other, "Guide")
    second = await add(api, space, "Second")
    before = await state(api, space)
    assert await api.refused("createDocument", spaceId=space, title="Guide", body="") == [
        ("DUPLICATE", "title")
    ]
    assert await api.refused("updateDocument", id=second["id"], title="Guide") == [
        ("DUPLICATE", "title")
    ]
    assert await state(api, space) == before


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"spaceId": "sp_00000000000000000000000000"}, ("NOT_FOUND", "spaceId")),
        ({"title": " "}, ("REQUIRED", "title")),
        ({"title": "x" * 256}, ("TOO_LONG", "title")),
        ({"body": "x" * (256 * 1024 + 1)}, ("TOO_LONG", "body")),
        ({"body": "nul \u0000"}, ("INVALID", "body")),
        ({"treatments": ["a", "a"]}, ("DUPLICATE", "treatments.1")),
        ({"actions": [{"operation": "a", "label": ""}]}, ("REQUIRED", "actions.0.label")),
        ({"index": 7}, ("INVALID", "index")),
    ],
)
async def test_bad_input_is_refused_with_code_and_path(
    api: Api, wrong: dict[str, Any], expected: tuple[str, str]
) -> None:
    space = await new_space(api)
    before = await state(api, space)
    input = {"spaceId": space, "title": "Guide", "body": "Text"} | wrong
    assert await api.refused("createDocument", **input) == [expected]
    assert await state(api, space) == before


async def test_a_change_leaves_what_is_absent_and_clears_what_is_null(api: Api) -> None:
    space = await new_space(api)
    actions = [{"operation": "a", "label": "A"}]
    document = await add(api, space, "Guide", treatments=["ephemeral"], actions=actions)
    payload = await api.do(
        "updateDocument",
        "document { title body source treatments actions { operation } }",
        id=document["id"],
        body="**New**",
        treatments=None,
    )
    assert payload["document"] == {
        "title": "Guide",
        "body": "<p><strong>New</strong></p>",
        "source": "**New**",
        "treatments": [],
        "actions": [{"operation": "a"}],
    }
    payload = await api.do(
        "updateDocument", "document { source actions { id } }", id=document["id"], actions=None
    )
    assert payload["document"] == {"source": "**New**", "actions": []}
    assert await api.refused("updateDocument", id=document["id"], body=None) == [
        ("REQUIRED", "body")
    ]


async def test_a_change_that_changes_nothing_is_silent(api: Api) -> None:
    space = await new_space(api)
    document = await add(api, space, "Guide")
    before = await state(api, space)
    await api.do("updateDocument", "document { id }", id=document["id"], body="# Guide")
    assert await state(api, space) == before


async def test_documents_keep_the_order_they_are_given(api: Api) -> None:
    space = await new_space(api)
    made = {title: (await add(api, space, title))["id"] for title in ("a", "c")}
    made["b"] = (await add(api, space, "b", index=1))["id"]
    assert await titles(api, space) == ["a", "b", "c"]

    ids = [made[title] for title in ("c", "a", "b")]
    payload = await api.do("reorderDocuments", "documents { title }", spaceId=space, ids=ids)
    assert [document["title"] for document in payload["documents"]] == ["c", "a", "b"]
    assert await titles(api, space) == ["c", "a", "b"]

    before = await state(api, space)
    assert await api.refused("reorderDocuments", spaceId=space, ids=ids[1:]) == [("INVALID", "ids")]
    assert await state(api, space) == before


async def test_a_repeated_creation_makes_one_document(api: Api) -> None:
    space = await new_space(api)
    first = await add(api, space, "Guide", idempotencyKey="k")
    assert await add(api, space, "Guide", idempotencyKey="k") == first
    assert await titles(api, space) == ["Guide"]


async def test_a_space_has_at_most_two_hundred_documents(api: Api) -> None:
    space = await new_space(api)
    documents = [{"title": f"d{n}", "body": ""} for n in range(200)]
    await api.do(
        "configureSpace", "space { id }", spaceId=space, blueprint={"documents": documents}
    )
    assert await api.refused("createDocument", spaceId=space, title="more", body="") == [
        ("LIMIT_EXCEEDED", "")
    ]


async def test_a_key_of_another_namespace_finds_no_document(api: Api, gateway: Gateway) -> None:
    space = await new_space(api, namespace="red")
    document = await add(api, space, "Guide")
    green = await limited(api, gateway, namespaces=["green"])
    read = await green("query ($id: ID!) { document(id: $id) { id } }", id=document["id"])
    assert read == {"document": None}
    assert await green.refused("createDocument", spaceId=space, title="T", body="") == [
        ("NOT_FOUND", "spaceId")
    ]
    assert await green.refused("updateDocument", id=document["id"], title="T") == [
        ("NOT_FOUND", "id")
    ]
    assert await green.refused("deleteDocument", id=document["id"]) == [("NOT_FOUND", "id")]
    assert await green.refused("reorderDocuments", spaceId=space, ids=[document["id"]]) == [
        ("NOT_FOUND", "spaceId")
    ]
