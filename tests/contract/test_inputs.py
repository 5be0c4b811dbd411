"""The generated inputs are good: what refuses a broken one refuses it for what is broken."""

from dataclasses import replace

from contract.inputs import FREE, KINDS, minimal, places
from contract.schema import mutations
from contract.world import World, build_world
from harness import Api

# What the state of a Job that is held does not allow.
NOT_NOW = {"ackJob", "executeJob", "retryJob", "acknowledgeJobOutcome"}
# Of the Fields of a Sheet the last one stays, and an App stays while it has Spaces.
NEVER = {name: ["JOB_CONFLICT"] for name in NOT_NOW} | {
    "deleteApp": ["CONFLICT"],
    "deleteField": ["CONFLICT"],
}
FIRST = "reorder"
LAST = ("delete", "complete", "fail", "cancel", "revoke", "split")


async def test_the_least_input_of_every_mutation_is_taken(api: Api) -> None:
    refused = {}
    world = await new_world(api, "first")
    for name in sorted(mutations(), key=lambda n: n.startswith(LAST) - n.startswith(FIRST)):
        if name.startswith(LAST):
            world = await new_world(api, name)
        payload = await api.attempt(name, "", **minimal(name, world))
        if payload["userErrors"]:
            refused[name] = [error["code"] for error in payload["userErrors"]]

    assert refused == NEVER


async def new_world(api: Api, word: str) -> World:
    world = await build_world(api, word, "red")
    key = await api.do("createKey", "key { id }", name=word, scopes=["SPACE_READ"])
    return replace(world, ids={**world.ids, "key": key["key"]["id"]})


def test_every_member_that_takes_an_id_is_known() -> None:
    named = set()
    for mutation in mutations():
        for place in places(mutation):
            if place.kind == "ID" and (place.owner, place.name) not in FREE:
                named.add(place.name)

    assert named <= {*KINDS, "id", "ids"}
