"""Repeating a request whose answer was lost repeats nothing."""

import asyncio
from typing import Any

from features.structure import limited, new_space, new_workbook
from gqlspaces.app import Gateway
from gqlspaces.kernel import idempotency
from harness import Api, HandClock

MADE = "space { id name } job { id }"


async def test_the_same_key_and_input_give_the_first_answer_again(api: Api) -> None:
    wanted = {"name": "Acme", "metadata": {"b": 1, "a": [1]}, "idempotencyKey": "k1"}
    first = await api.do("createSpace", MADE, **wanted)
    heard = await api.topics()
    again = await api.do("createSpace", MADE, **wanted)
    turned = await api.do("createSpace", MADE, **wanted | {"metadata": {"a": [1], "b": 1}})

    assert first == again == turned
    assert await api.topics() == heard


async def test_the_same_key_with_another_input_is_refused(api: Api) -> None:
    await api.do("createSpace", "", name="Acme", idempotencyKey="k1")

    told = await api.refused("createSpace", name="Other", idempotencyKey="k1")

    assert told == [("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")]
    space = (await api("{ spaces { totalCount } }"))["spaces"]
    assert space == {"totalCount": 1}


async def test_the_same_key_for_another_mutation_is_refused(api: Api) -> None:
    space = await new_space(api, idempotencyKey="k1")

    told = await api.refused(
        "createDocument", spaceId=space, title="T", body="B", idempotencyKey="k1"
    )

    assert told == [("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")]


async def test_a_refused_request_leaves_its_key_free(api: Api) -> None:
    await api.refused("createSpace", name="", idempotencyKey="k1")

    assert await new_space(api, idempotencyKey="k1")


UNFIT: list[Any] = ["", "x" * 256, "a\x00b", "a\ud800"]


async def test_a_key_that_cannot_be_kept_is_refused(api: Api) -> None:
    for key in UNFIT:
        told = await api.refused("createSpace", name="Acme", idempotencyKey=key)

        assert told == [("INVALID", "idempotencyKey")]
        assert (await api("{ spaces { totalCount } }"))["spaces"]["totalCount"] == 0


async def test_the_keys_of_two_callers_do_not_meet(api: Api, gateway: Gateway) -> None:
    other = await limited(api, gateway)

    assert await new_space(api, idempotencyKey="k1") != await new_space(other, idempotencyKey="k1")


async def test_many_at_the_same_time_are_one(api: Api) -> None:
    wanted = {"name": "Acme", "idempotencyKey": "k1"}
    payloads = await asyncio.gather(*(api.do("createSpace", MADE, **wanted) for _ in range(8)))

    assert all(payload == payloads[0] for payload in payloads)
    assert await api.topics(topics=["space:created"]) == ["space:created"]


async def test_a_repeated_answer_shows_things_as_they_are_now(api: Api) -> None:
    wanted = {"name": "Acme", "idempotencyKey": "k1"}
    made = await api.do("createSpace", MADE, **wanted)
    await api.do("updateSpace", "", id=made["space"]["id"], name="Renamed")

    again = await api.do("createSpace", MADE, **wanted)

    assert again["space"] == made["space"] | {"name": "Renamed"}
    await api.do("deleteSpace", "", id=made["space"]["id"])
    assert await api.do("createSpace", MADE, **wanted) == {
        "space": None,
        "job": None,
        "userErrors": [],
    }


async def test_answers_are_forgotten_after_a_day(
    api: Api, gateway: Gateway, clock: HandClock
) -> None:
    first = await new_space(api, idempotencyKey="k1")
    clock.pass_by(idempotency.KEPT.total_seconds() - 60)
    assert await idempotency.forget(gateway.database) == 0
    assert await new_space(api, idempotencyKey="k1") == first

    clock.pass_by(120)
    assert await idempotency.forget(gateway.database) == 1
    assert await new_space(api, idempotencyKey="k1") != first


async def creations(api: Api) -> dict[str, dict[str, Any]]:
    """Give an input for every mutation that makes something."""
    space = await new_space(api)
    workbook = await new_workbook(api, space)
    sheet = workbook["sheets"][0]["id"]
    return {
        "createApp": {"name": "A", "namespace": "a", "type": "CUSTOM"},
        "createDocument": {"spaceId": space, "title": "T", "body": "B"},
        "createWorkbook": {"spaceId": space, "name": "W"},
        "createSheet": {"workbookId": workbook["id"], "name": "S", "fields": [{"key": "a"}]},
        "duplicateSheet": {"id": sheet},
        "createField": {"sheetId": sheet, "key": "new"},
        "createAction": {"targetId": space, "operation": "go", "label": "Go"},
        "createJob": {"type": "SPACE", "operation": "go", "sourceId": space},
        "configureSpace": {"spaceId": space, "blueprint": {"documents": []}},
    }


async def test_everything_that_is_made_is_made_once_under_one_key(api: Api) -> None:
    for mutation, input in (await creations(api)).items():
        member = "space" if mutation == "configureSpace" else mutation.removeprefix("create")
        member = member.removeprefix("duplicate").lower()
        keyed = input | {"idempotencyKey": mutation}

        first = await api.do(mutation, f"{member} {{ id }}", **keyed)
        heard = await api.topics()

        assert await api.do(mutation, f"{member} {{ id }}", **keyed) == first, mutation
        assert await api.topics() == heard, mutation
