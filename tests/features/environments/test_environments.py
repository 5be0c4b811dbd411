"""The environment through the API."""

from typing import Any

from features.structure import limited, new_space
from gqlspaces.app import Gateway
from gqlspaces.bootstrap import create_first_environment
from harness import Api

ENVIRONMENT = """
  id name slug isProd guestAuthentication features metadata translationsPath namespaces
  languageOverride
"""
READ = f"{{ environment {{ {ENVIRONMENT} }} viewer {{ environment {{ id }} }} }}"


async def read(api: Api) -> Any:
    return (await api(READ))["environment"]


async def test_a_key_sees_the_environment_it_works_in(api: Api) -> None:
    data = await api(READ)

    assert data["environment"]["id"] == data["viewer"]["environment"]["id"]
    assert data["environment"] == {
        "id": api.principal.environment_id,
        "name": "development",
        "slug": "development",
        "isProd": False,
        "guestAuthentication": [],
        "features": {},
        "metadata": {},
        "translationsPath": None,
        "namespaces": [],
        "languageOverride": None,
    }


async def test_every_attribute_of_an_environment_can_be_changed(api: Api) -> None:
    sent = {
        "name": "Production",
        "isProd": True,
        "guestAuthentication": ["MAGIC_LINK"],
        "features": {"beta": True},
        "metadata": {"a": 1},
        "translationsPath": "https://example.com/de.json",
        "namespaces": ["red"],
        "languageOverride": "de",
    }
    made = await api.do("updateEnvironment", f"environment {{ {ENVIRONMENT} }}", **sent)

    assert made["environment"] == await read(api)
    assert {key: made["environment"][key] for key in sent} == sent
    assert made["environment"]["slug"] == "development"


async def test_a_change_merges_metadata_and_is_told(api: Api) -> None:
    await api.do("updateEnvironment", "", metadata={"a": 1, "b": 2})
    await api.do("updateEnvironment", "", metadata={"a": None}, name="Other")

    assert (await read(api))["metadata"] == {"b": 2}
    _, event = await api.heard("domain namespaces context payload", topics=["environment:updated"])
    assert event["domain"] == "environment"
    assert event["namespaces"] == []
    assert event["context"]["environmentId"] == api.principal.environment_id
    assert event["payload"]["changes"] == [
        {"field": "name", "previousValue": "development", "newValue": "Other"},
        {"field": "metadata", "previousValue": {"a": 1, "b": 2}, "newValue": {"b": 2}},
    ]


BROKEN: list[Any] = [
    ({"name": ""}, ("REQUIRED", "name")),
    ({"name": None}, ("REQUIRED", "name")),
    ({"metadata": 5}, ("INVALID", "metadata")),
    ({"guestAuthentication": ["MAGIC_LINK"] * 2}, ("DUPLICATE", "guestAuthentication.1")),
]


async def test_an_environment_that_cannot_be_is_refused(api: Api) -> None:
    before = await read(api)

    for input, told in BROKEN:
        assert await api.refused("updateEnvironment", **input) == [told]
        assert await read(api) == before


async def test_only_an_administrator_of_all_of_it_changes_an_environment(
    api: Api, gateway: Gateway
) -> None:
    writer = await limited(api, gateway)
    red = await limited(api, gateway, scopes=["ADMIN"], namespaces=["red"])

    for caller in (writer, red):
        assert await caller.refused("updateEnvironment", name="Mine") == [("FORBIDDEN", "")]
    assert (await read(red))["name"] == "development"


async def test_two_environments_know_nothing_of_each_other(api: Api, gateway: Gateway) -> None:
    token = await create_first_environment(gateway.database, "production")
    other = await Api.with_key(gateway, token)
    space = await new_space(api, name="here")
    page = "{ spaces { edges { node { id } } } keys { id } eventCursor }"

    assert (await other(page))["spaces"]["edges"] == []
    assert [key["id"] for key in (await other(page))["keys"]] == [other.principal.key_id]
    assert await other.topics() == ["environment:created"]
    assert await other.refused("updateSpace", id=space, name="x") == [("NOT_FOUND", "id")]
    for foreign in (space, api.principal.environment_id, api.principal.key_id):
        data = await other("query ($id: ID!) { node(id: $id) { id } }", id=foreign)
        assert data == {"node": None}


async def test_each_environment_counts_its_events_by_itself(api: Api, gateway: Gateway) -> None:
    token = await create_first_environment(gateway.database, "production")
    other = await Api.with_key(gateway, token)
    await new_space(api)

    ours, theirs = [(await one("{ eventCursor }"))["eventCursor"] for one in (api, other)]

    assert ours.rpartition(".")[2] == "2"
    assert theirs.rpartition(".")[2] == "1"
    result = await other.run("query ($a: String) { events(after: $a) { totalCount } }", a=ours)
    assert [(error.extensions or {})["code"] for error in result.errors or ()] == ["CURSOR_INVALID"]
