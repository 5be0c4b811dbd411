"""The generated inputs are good: what refuses a broken one refuses it for what is broken."""

from dataclasses import replace

from contract.inputs import FREE, KINDS, minimal, places
from contract.schema import mutations, payload_of
from contract.world import World, build_world
from harness import Api

# What the state of a Job that is held does not allow.
NEVER = {
    name: ["JOB_CONFLICT"] for name in ("ackJob", "executeJob", "retryJob", "acknowledgeJobOutcome")
}
# Nor what is over of a rollout.
NEVER |= {name: ["CONFLICT"] for name in ("stopRollout", "resumeRollout")}
FIRST = "reorder"
# What ends a Job leaves nothing for the next to do, and the copy of a Sheet leads to the Sheet. The
# first version of a Space is empty, and an App has one rollout at a time.
ENDING = ["completeJob", "failJob", "cancelJob", "splitJob", "deleteJob", "deleteSheet"]
ENDING += ["revertBlueprint", "revertRollout"]
# What deletes goes from the small to the large.
NOUNS = ("Records", "Snapshot", "Action", "Document", "Field", "Workbook", "Space", "App")
DELETING = [f"delete{noun}" for noun in NOUNS]


async def test_the_least_input_of_every_mutation_is_taken(api: Api) -> None:
    refused = {}
    world = await new_world(api, "first")
    others = [name for name in mutations() if name not in {*ENDING, *DELETING}]
    for name in [*sorted(others, key=lambda n: not n.startswith(FIRST)), *DELETING, *ENDING]:
        if name in ENDING:
            world = await new_world(api, name)
        rows = "rejected { code }" if "rejected" in payload_of(name) else ""
        payload = await api.attempt(name, rows, **minimal(name, world))
        if errors := [*payload["userErrors"], *payload.get("rejected", ())]:
            refused[name] = [error["code"] for error in errors]

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
