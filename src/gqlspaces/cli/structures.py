"""What has a Blueprint at a gateway, a Space or an App: read, compared and changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

from gqlspaces.blueprint.blueprint import Blueprint
from gqlspaces.blueprint.configuration import dump
from gqlspaces.blueprint.difference import describe, differences
from gqlspaces.cli.failure import Failure
from gqlspaces.cli.gateway import ask
from gqlspaces.listener.client import Client
from gqlspaces.listener.documents import Mutation

Document = dict[str, Any]

SPACE = "query Structure($id: ID!) { space(id: $id) { id name version blueprint } }"
APP = "query Structure($id: ID!) { app(id: $id) { id name entityPlural blueprint } }"
_PLANNED = """
mutation Change($input: %sInput!) {
  %s(input: $input) {
    space { name version }
    plan { changes { kind path before after text } effects { kind path records text } }
    userErrors { code message path }
  }
}
"""
CONFIGURE, REVERT = (
    Mutation(field, _PLANNED % (field[0].upper() + field[1:], field), keyed=True)
    for field in ("configureSpace", "revertBlueprint")
)
UPDATE_APP = Mutation(
    "updateApp",
    """
    mutation Update($input: UpdateAppInput!) {
      updateApp(input: $input) { app { id } userErrors { code message path } }
    }
    """,
    keyed=False,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a change would do; `version` is what it starts from."""

    changes: list[Document]
    effects: list[Document]
    version: int | None = None

    @property
    def loses(self) -> list[str]:
        """What it takes from people's sight, data that is there."""
        return [one["text"] for one in self.effects if one["kind"] in _LOSSES]


_LOSSES = frozenset({"RECORDS_REMOVED", "VALUES_HIDDEN"})


class Structure(Protocol):
    """Something with a Blueprint; `title` is what people call it, known after it was read."""

    title: str

    async def read(self, client: Client) -> Document:
        """The Blueprint as it is; fails in words where there is none."""

    async def plan(self, client: Client, change: Mapping[str, Any]) -> Plan:
        """What the change would do."""

    async def write(self, client: Client, change: Mapping[str, Any], plan: Plan) -> str:
        """Do it as it was planned; a sentence about what was done."""


class SpaceStructure:
    """The Blueprint of one Space; a change is `{"blueprint": …}` or `{"number": …}`."""

    def __init__(self, id: str) -> None:
        self.id = id
        self.title = f"the Space {id}"

    async def read(self, client: Client) -> Document:
        """The structure it has."""
        space = (await ask(client, SPACE, {"id": self.id}))["space"]
        if space is None:
            raise Failure(f"no Space {self.id}", advice="`gqlspaces spaces list` names them.")
        self.title = f"the Space {space['name']}"
        return dict(space["blueprint"])

    async def plan(self, client: Client, change: Mapping[str, Any]) -> Plan:
        """What the change would do to the structure and to data."""
        answer = await self._send(client, {**change, "dryRun": True})
        self.title = f"the Space {answer['space']['name']}"
        plan = answer["plan"]
        return Plan(plan["changes"], plan["effects"], answer["space"]["version"])

    async def write(self, client: Client, change: Mapping[str, Any], plan: Plan) -> str:
        """Do it, unless the Space changed since the plan."""
        answer = await self._send(client, {**change, "expectedVersion": plan.version})
        return f"The Space {answer['space']['name']} is at version {answer['space']['version']}."

    async def _send(self, client: Client, change: Mapping[str, Any]) -> Document:
        mutation = CONFIGURE if "blueprint" in change else REVERT
        input = {"spaceId": self.id, "idempotencyKey": uuid4().hex, **change}
        return await client.mutate(mutation, input, patience=0)


class AppStructure:
    """The Blueprint that an App gives its new Spaces; a change is `{"blueprint": …}`."""

    def __init__(self, id: str) -> None:
        self.id = id
        self.title = f"the App {id}"
        self._spaces = "Spaces"

    async def read(self, client: Client) -> Document:
        """The Blueprint, which is empty where the App has none."""
        app = (await ask(client, APP, {"id": self.id}))["app"]
        if app is None:
            raise Failure(f"no App {self.id}", advice="The query `apps` names them.")
        self.title = f"the App {app['name']}"
        self._spaces = app["entityPlural"]
        return dump(Blueprint.model_validate(app["blueprint"] or {}))

    async def plan(self, client: Client, change: Mapping[str, Any]) -> Plan:
        """What the change would do to the Blueprint; data is in Spaces, and stays as it is."""
        before = await self.read(client)
        found = differences(before, change["blueprint"])
        changes = [
            {
                "kind": one.kind.name,
                "path": [*one.path],
                "before": one.before,
                "after": one.after,
                "text": describe(one),
            }
            for one in found
        ]
        return Plan(changes, [])

    async def write(self, client: Client, change: Mapping[str, Any], plan: Plan) -> str:
        """Give the App the Blueprint."""
        del plan
        input = {"id": self.id, "blueprint": change["blueprint"]}
        await client.mutate(UPDATE_APP, input, patience=0)
        return (
            f"New {self._spaces} of {self.title} start from it; a rollout brings it to the others."
        )
