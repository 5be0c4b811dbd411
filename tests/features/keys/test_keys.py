"""API keys: who may do what, where, and for how long."""

from typing import Any

import pytest

from features.structure import limited, new_space
from gqlspaces.app import Gateway
from gqlspaces.features.keys import token
from gqlspaces.features.keys.model import Key
from gqlspaces.features.keys.service import own_key
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.errors import Unauthenticated
from gqlspaces.kernel.graphql.server import Credentials
from gqlspaces.kernel.ids import new_id
from harness import Api, HandClock

KEY = "id name kind hint scopes namespaces expiresAt revokedAt createdAt"
KEYS = f"{{ keys {{ {KEY} }} }}"


async def new_key(api: Api, **input: Any) -> Any:
    wanted = {"name": "reader", "scopes": ["SPACE_READ"]} | input
    return await api.do("createKey", f"token key {{ {KEY} }}", **wanted)


async def test_a_token_is_shown_once_and_only_its_hash_is_kept(api: Api) -> None:
    made = await new_key(api, namespaces=["red"])
    listed = (await api(KEYS))["keys"]

    assert token.is_well_formed(made["token"])
    assert made["key"] == listed[0]
    assert made["token"].startswith(made["key"]["hint"])
    assert len(made["key"]["hint"]) < 16
    assert made["token"] not in str(listed)
    [row] = await own_key((await Api.with_key(api.gateway, made["token"])).context.reader)
    assert row.hash == token.digest(made["token"])
    assert made["token"] not in str(row)


async def test_a_key_is_what_was_asked_for(api: Api) -> None:
    made = await new_key(
        api,
        name="listener of red",
        scopes=["JOB_WORK", "EVENT_READ"],
        namespaces=["red", "blue"],
        expiresAt="2026-06-01T00:00:00.000Z",
    )
    key = made["key"]

    assert key["name"] == "listener of red"
    assert key["kind"] == "SECRET"
    assert key["scopes"] == ["JOB_WORK", "EVENT_READ"]
    assert key["namespaces"] == ["red", "blue"]
    assert key["expiresAt"] == "2026-06-01T00:00:00.000Z"
    assert key["revokedAt"] is None


async def test_the_newest_key_is_listed_first(api: Api) -> None:
    for name in ("first", "second"):
        await new_key(api, name=name)

    assert [key["name"] for key in (await api(KEYS))["keys"]] == ["second", "first", "first key"]


BROKEN: list[Any] = [
    ({"name": ""}, ("REQUIRED", "name")),
    ({"name": "   "}, ("REQUIRED", "name")),
    ({"name": "x" * 256}, ("TOO_LONG", "name")),
    ({"name": "a\x00"}, ("INVALID", "name")),
    ({"scopes": []}, ("INVALID", "scopes")),
    ({"namespaces": ["red", "Not One"]}, ("INVALID", "namespaces.1")),
    ({"namespaces": ["x" * 64]}, ("INVALID", "namespaces.0")),
]


async def test_a_key_that_cannot_be_is_refused(api: Api) -> None:
    for input, told in BROKEN:
        wanted = {"name": "reader", "scopes": ["SPACE_READ"]} | input

        assert await api.refused("createKey", **wanted) == [told]
        assert len((await api(KEYS))["keys"]) == 1


async def test_a_caller_can_ask_who_it_is_whatever_it_may_do(api: Api, gateway: Gateway) -> None:
    made = await new_key(api, scopes=["EVENT_READ"], namespaces=["red"])
    caller = await Api.with_key(gateway, made["token"])
    data = await caller("{ viewer { key { id scopes namespaces } environment { name } } }")

    assert data["viewer"] == {
        "key": {"id": made["key"]["id"], "scopes": ["EVENT_READ"], "namespaces": ["red"]},
        "environment": {"name": "development"},
    }


OPERATIONS = {
    Scope.SPACE_READ: "query ($id: ID!) { space(id: $id) { id } }",
    Scope.SPACE_WRITE: "mutation ($id: ID!) { archiveSpace(input: {id: $id}) { %s } }",
    Scope.JOB_WORK: "mutation ($id: ID!) { ackJob(input: {id: $id}) { %s } }",
    Scope.EVENT_READ: "query { eventCursor }",
    Scope.ADMIN: "mutation ($id: ID!) { revokeKey(input: {id: $id}) { %s } }",
}


async def test_a_scope_opens_what_it_names_and_admin_opens_everything(
    api: Api, gateway: Gateway
) -> None:
    for scope in Scope:
        made = await new_key(api, scopes=[scope.name])
        caller = await Api.with_key(gateway, made["token"])
        for needed in Scope:
            document = OPERATIONS[needed].replace("%s", "userErrors { code }")
            result = await caller.run(document, id=new_id("sp"))
            told = [result.data, *(error.extensions for error in result.errors or ())]

            assert ("FORBIDDEN" in str(told)) is (scope not in {needed, Scope.ADMIN}), needed


async def admitted(gateway: Gateway, secret: str | None) -> bool:
    try:
        await gateway.admit(Credentials(bearer=secret, request_id="test"))
    except Unauthenticated:
        return False
    return True


async def test_a_revoked_key_opens_nothing_and_revoking_again_changes_nothing(
    api: Api, gateway: Gateway, clock: HandClock
) -> None:
    made = await new_key(api)
    assert await admitted(gateway, made["token"])
    revoked = await api.do("revokeKey", "key { revokedAt }", id=made["key"]["id"])
    clock.pass_by(60)

    assert revoked["key"]["revokedAt"] is not None
    assert revoked == await api.do("revokeKey", "key { revokedAt }", id=made["key"]["id"])
    assert not await admitted(gateway, made["token"])
    assert await api.refused("revokeKey", id=new_id("key")) == [("NOT_FOUND", "id")]


async def test_a_key_opens_nothing_from_the_moment_it_expires(
    api: Api, gateway: Gateway, clock: HandClock
) -> None:
    made = await new_key(api, expiresAt="2026-01-01T01:00:00Z")
    clock.pass_by(3590)
    assert await admitted(gateway, made["token"])

    clock.pass_by(10)
    assert not await admitted(gateway, made["token"])


async def test_every_bad_token_is_refused_in_the_same_words(api: Api, gateway: Gateway) -> None:
    good = (await new_key(api))["token"]
    revoked = await new_key(api)
    await api.do("revokeKey", "", id=revoked["key"]["id"])
    other = token.new_token("secret")
    changed = ("a" if good[10] != "a" else "b").join((good[:10], good[11:]))
    told = set()
    for secret in (None, "", "nonsense", changed, other, revoked["token"], good + "0", good[:-1]):
        with pytest.raises(Unauthenticated) as refusal:
            await gateway.admit(Credentials(bearer=secret, request_id="test"))
        told.add(refusal.value.message)

    assert told == {"This needs a valid API key: Authorization: Bearer gsk_…"}
    assert await admitted(gateway, good)


async def test_junk_is_told_from_a_token_without_asking_the_database(
    api: Api, gateway: Gateway
) -> None:
    good = (await new_key(api))["token"]
    before = gateway.database.statements
    for junk in (good[:-1] + ("0" if good[-1] != "0" else "1"), "gsk_x", good.upper(), "a" * 5000):
        assert not await admitted(gateway, junk)

    assert gateway.database.statements == before


TOO_MUCH: list[Any] = [None, [], ["green"], ["red", "green"]]


async def test_a_limited_key_makes_no_key_that_sees_more(api: Api, gateway: Gateway) -> None:
    red = await limited(api, gateway, scopes=["ADMIN"], namespaces=["red", "blue"])
    for namespaces in TOO_MUCH:
        wanted = {"name": "x", "scopes": ["ADMIN"]}
        wanted |= {} if namespaces is None else {"namespaces": namespaces}

        assert await red.refused("createKey", **wanted) == [("FORBIDDEN", "namespaces")]
        made = await new_key(red, namespaces=["red"])
        weaker = await Api.with_key(gateway, made["token"])
        assert weaker.principal.namespaces == frozenset({"red"})


async def test_a_key_without_a_namespace_list_sees_spaces_of_none(
    api: Api, gateway: Gateway
) -> None:
    nowhere = await new_space(api)
    red = await limited(api, gateway, namespaces=["red"])
    whole = await limited(api, gateway)
    see = "query ($id: ID!) { space(id: $id) { id } }"

    assert await red(see, id=nowhere) == {"space": None}
    assert await whole(see, id=nowhere) == {"space": {"id": nowhere}}


async def test_a_limited_key_sees_no_other_key(api: Api, gateway: Gateway) -> None:
    red = await limited(api, gateway, scopes=["ADMIN"], namespaces=["red"])

    assert (await red(KEYS))["keys"] == []
    own = {"id": api.principal.key_id}
    assert await red("query ($id: ID!) { node(id: $id) { id } }", **own) == {"node": None}
    assert await red.refused("revokeKey", **own) == [("NOT_FOUND", "id")]


def test_a_stored_key_has_no_room_for_the_key_itself() -> None:
    assert "token" not in Key.model_fields
    assert Key.model_fields["hint"].metadata
