"""JSON keeps its kinds: 1, 1.0 and true are equal in Python and different to everybody else."""

import json

import pytest

from harness import Api


@pytest.mark.parametrize(("before", "after"), [(1, True), (0, False), (True, 1)])
async def test_a_change_of_kind_alone_is_stored(api: Api, before: object, after: object) -> None:
    made = await api.do(
        "createSpace", "space { id }", name="Kinds", autoConfigure=False, metadata={"a": before}
    )
    await api.do("updateSpace", "space { id }", id=made["space"]["id"], metadata={"a": after})
    found = await api("query ($id: ID!) { space(id: $id) { metadata } }", id=made["space"]["id"])
    assert json.dumps({"a": after}) == json.dumps(found["space"]["metadata"])
