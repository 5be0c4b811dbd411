"""Whatever a Space was built from, its blueprint builds an equal Space."""

from typing import Any

from hypothesis import HealthCheck, given, settings

from blueprint.generated import blueprints
from features.structure import new_space
from gqlspaces.blueprint import Blueprint, dump
from harness import Api

READ = "query ($id: ID!) { space(id: $id) { version blueprint } }"


async def built(api: Api, document: Any) -> tuple[str, Any]:
    """Build a Space; give its id and the blueprint it tells."""
    space = await new_space(api)
    await api.do("configureSpace", "", spaceId=space, blueprint=document)
    return space, (await api(READ, id=space))["space"]["blueprint"]


def bare(value: Any) -> Any:
    """Give JSON without members that hold nothing: their absence says the same."""
    if isinstance(value, dict):
        inner = {key: bare(item) for key, item in value.items()}
        return {key: item for key, item in inner.items() if item not in ({}, [], None)}
    return [bare(item) for item in value] if isinstance(value, list) else value


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
    max_examples=20,
)
@given(document=blueprints)
async def test_the_blueprint_of_a_space_builds_an_equal_one(
    api: Api, document: dict[str, Any]
) -> None:
    given_parts = dump(Blueprint.model_validate(document))
    space, told = await built(api, document)

    for part in ("workbooks", "documents", "actions"):
        assert bare(told.get(part)) == bare(given_parts.get(part, [])), part
    copy, again = await built(api, told)
    assert again == told
    for id in (space, copy):
        version = (await api(READ, id=id))["space"]["version"]
        await api.do("configureSpace", "", spaceId=id, blueprint=told)
        assert (await api(READ, id=id))["space"] == {"version": version, "blueprint": told}
