"""A mutation with an idempotency key is done once, however often it is sent."""

import asyncio
from typing import Any

import pytest

from gqlspaces.kernel import idempotency
from harness import Api, HandClock
from kernel.ledger import Ledger

SPACE = "space { id name }"


async def create(api: Api, key: str | None = "k", **input: Any) -> str:
    payload = await api.do(
        "createSpace",
        SPACE,
        **({"name": "x", "idempotencyKey": key, "autoConfigure": False} | input),
    )
    return str(payload["space"]["id"])


async def spaces(api: Api) -> int:
    return int((await api("{ spaces { totalCount } }"))["spaces"]["totalCount"])


async def test_a_repeated_request_gets_the_first_answer(api: Api) -> None:
    first = await create(api)

    assert await create(api) == first
    assert await spaces(api) == 1
    assert (await api.topics()).count("space:created") == 1


async def test_requests_without_a_key_are_not_the_same(api: Api) -> None:
    assert await create(api, None) != await create(api, None)


async def test_of_equal_requests_at_the_same_moment_one_is_done(api: Api) -> None:
    answers = await asyncio.gather(*(create(api) for _ in range(5)))

    assert len(set(answers)) == 1
    assert (await api.topics()).count("space:created") == 1


async def test_a_racing_repetition_is_never_refused_for_what_the_first_one_did(api: Api) -> None:
    """The second would find its work done already, was it not for the key."""
    input = {"name": "One of a kind", "namespace": "n", "type": "CUSTOM", "idempotencyKey": "k"}
    payloads = await asyncio.gather(*(api.do("createApp", "app { id }", **input) for _ in range(4)))

    assert len({payload["app"]["id"] for payload in payloads}) == 1


async def test_the_same_key_with_another_input_is_refused(api: Api) -> None:
    await create(api)
    code = ("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")

    assert await api.refused("createSpace", name="y", idempotencyKey="k") == [code]
    assert await api.refused("createWorkbook", spaceId="x", name="y", idempotencyKey="k") == [code]
    assert await spaces(api) == 1


async def test_what_was_refused_is_not_kept(api: Api) -> None:
    assert await api.refused("createSpace", name="", idempotencyKey="k")

    assert await create(api)


@pytest.mark.parametrize("key", ["", "x" * 256, "a\0b", "a\nb", "\ud800"])
async def test_what_cannot_be_a_key_is_refused(api: Api, key: str) -> None:
    refused = await api.refused("createSpace", name="x", idempotencyKey=key)

    assert refused == [("INVALID", "idempotencyKey")]


async def test_a_key_belongs_to_its_caller(api: Api) -> None:
    made = await api.do("createKey", "token", name="other", scopes=["ADMIN"])
    other = await Api.with_key(api.gateway, made["token"])

    assert await create(api) != await create(other)


async def test_an_answer_shows_things_as_they_are_now(api: Api) -> None:
    space = await create(api)
    await api.do("updateSpace", "space { id }", id=space, name="renamed")
    again = await api.do("createSpace", SPACE, name="x", idempotencyKey="k", autoConfigure=False)
    assert again["space"] == {"id": space, "name": "renamed"}

    await api.do("deleteSpace", "deletedId", id=space)
    again = await api.do("createSpace", SPACE, name="x", idempotencyKey="k", autoConfigure=False)
    assert again["space"] is None


async def test_answers_are_forgotten_after_a_day(
    api: Api, ledger: Ledger, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "CHUNK", 2)
    first = [await create(api, str(number)) for number in range(5)]
    clock.pass_by(23 * 3600)
    assert await idempotency.forget(ledger.database) == 0
    young = await create(api, "young")
    clock.pass_by(2 * 3600)

    assert await idempotency.forget(ledger.database) == 5
    assert await create(api, "0") not in first
    assert await create(api, "young") == young


@pytest.mark.parametrize("value", [10**400, float("nan"), True, "\ud800", {"b": 1, "a": [None]}])
def test_any_request_has_a_fingerprint(value: object) -> None:
    assert len(idempotency.fingerprint("op", {"value": value})) == 64


def test_equal_requests_have_equal_fingerprints() -> None:
    def of(value: object) -> str:
        return idempotency.fingerprint("op", value)

    assert of({"a": 1, "b": 2}) == of({"b": 2, "a": 1})
    assert of({"a": 1}) != of({"a": True})
    assert of({"a": 1}) != idempotency.fingerprint("other", {"a": 1})
