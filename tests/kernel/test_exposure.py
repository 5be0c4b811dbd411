"""What GraphQL shows of rows, inputs and times."""

from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError
from pydantic import BaseModel, Field

from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.graphql.exposure import EXPOSED
from gqlspaces.kernel.graphql.inputs import accepts, body_of, input_of, optional, sent
from gqlspaces.kernel.graphql.outputs import output_of
from gqlspaces.kernel.graphql.scalars import DATE_TIME
from gqlspaces.kernel.ids import new_id
from harness import Api

NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


async def caller(api: Api, *scopes: str) -> Api:
    made = await api.do("createKey", "token", name="limited", scopes=list(scopes))
    return await Api.with_key(api.gateway, made["token"])


async def test_nodes_come_in_the_order_asked_for(api: Api) -> None:
    made = await api.do("createSpace", "space { id } job { id }", name="x")
    space, job = made["space"]["id"], made["job"]["id"]
    unknown = ["", "sp_x", new_id("sp"), new_id("zz")]
    found = await api(NODES, ids=[job, *unknown, space, job])

    assert found["nodes"] == [
        {"__typename": "Job", "id": job},
        *[None] * len(unknown),
        {"__typename": "Space", "id": space},
        {"__typename": "Job", "id": job},
    ]


async def test_a_node_needs_the_scope_of_its_noun(api: Api) -> None:
    key = api.principal.key_id
    reader = await caller(api, "SPACE_READ")

    assert await reader(NODES, ids=[key]) == {"nodes": [None]}
    assert await api(NODES, ids=[key]) == {"nodes": [{"__typename": "Key", "id": key}]}
    assert {prefix for prefix, exposed in EXPOSED.items() if exposed.scope is Scope.ADMIN} == {
        "key"
    }


async def test_too_many_nodes_are_refused(api: Api) -> None:
    result = await api.run(NODES, ids=["x"] * 101)

    assert result.errors is not None
    assert [(error.extensions or {})["code"] for error in result.errors] == ["BAD_USER_INPUT"]


class Colour(StrEnum):
    """A colour."""

    RED = "red"


class InnerConfig(BaseModel):
    """Something inside."""

    colour: Colour | None = Field(default=None, description="Its colour.")


class OuterConfig(BaseModel):
    """Something outside."""

    name: str = Field(description="Its name.")
    inner: list[InnerConfig] | None = Field(default=None, description="What is inside.")
    secret: int | None = Field(default=None, description="Not for the API.")


@accepts(OuterConfig, leave_out=frozenset({"secret"}))
class OuterInput:
    """What may be sent."""

    id: strawberry.ID = strawberry.field(description="Which one.")
    idempotency_key: str | None = optional("Repeat safely.")


def made(**values: Any) -> Any:
    return OuterInput(**values)


def test_an_input_tells_null_from_absent() -> None:
    assert sent(made(id="x", name="a")) == {"id": "x", "name": "a"}
    assert sent(made(id="x", name="a", inner=None)) == {"id": "x", "name": "a", "inner": None}


def test_an_input_is_given_as_plain_data() -> None:
    inner: Any = input_of(InnerConfig, "InnerInput", "")(colour=Colour.RED)
    given = body_of(made(id="x", name="a", inner=[inner], idempotency_key="k"))

    assert given == {"name": "a", "inner": [{"colour": "red"}]}
    assert type(given["inner"][0]["colour"]) is str


def test_what_is_left_out_cannot_be_sent() -> None:
    with pytest.raises(TypeError):
        made(id="x", name="a", secret=1)


def test_an_output_is_made_once_per_model() -> None:
    assert output_of(InnerConfig) is output_of(InnerConfig)


def test_a_moment_is_written_in_utc_with_milliseconds() -> None:
    moment = datetime(2026, 1, 31, 14, 0, 0, 123456, timezone(timedelta(hours=2)))

    assert DATE_TIME.serialize is not None
    assert DATE_TIME.serialize(moment) == "2026-01-31T12:00:00.123Z"


@pytest.mark.parametrize("text", ["2026-01-31T12:00:00Z", "2026-01-31T14:00:00.000+02:00"])
def test_a_moment_is_read_with_its_zone(text: str) -> None:
    assert DATE_TIME.parse_value is not None
    assert DATE_TIME.parse_value(text) == datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    ["2026-01-31T12:00:00", "2026-01-31", "noon", "", 5, None, "0001-01-01T00:00:00+14:00"],
)
def test_what_is_no_moment_is_refused(value: object) -> None:
    assert DATE_TIME.parse_value is not None
    with pytest.raises((TypeError, ValueError, GraphQLError)):
        DATE_TIME.parse_value(value)
