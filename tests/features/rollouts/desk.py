"""What tests of rollouts do: make an App with Spaces, change its Blueprint, and take steps."""

from dataclasses import dataclass, field
from typing import Any

from features.structure import a_sheet
from harness import Api

ROLLOUT = "id status total migrated skipped failed revision revertsId job { id status progress }"
SPACE = "id version appRevision lastPropagatedAt blueprint drift { kind path text }"


def a_blueprint(*keys: str, **more: Any) -> dict[str, Any]:
    """Describe Spaces with one Sheet of these columns."""
    return {"workbooks": [{"name": "Data", "sheets": [a_sheet("Contacts", *keys)]}]} | more


ONE = a_blueprint("email")
TWO = a_blueprint("email", "phone")


@dataclass
class Desk:
    """A caller with an App."""

    api: Api
    app: str = ""
    spaces: list[str] = field(default_factory=list)

    async def open(self, count: int, blueprint: Any = ONE, **input: Any) -> "Desk":
        """Make the App, and Spaces from its Blueprint."""
        wanted = {"name": "Portal", "namespace": "red", "type": "PORTAL"} | input
        wanted |= {"entity": "Project", "entityPlural": "Projects", "blueprint": blueprint}
        self.app = (await self.api.do("createApp", "app { id }", **wanted))["app"]["id"]
        self.spaces = [await self.space(name=f"Space {n}") for n in range(count)]
        return self

    async def space(self, **input: Any) -> str:
        """Make a Space of the App."""
        wanted = {"appId": self.app} | input
        made = await self.api.do("createSpace", "space { id }", **wanted)
        return str(made["space"]["id"])

    async def revise(self, blueprint: Any = TWO) -> None:
        """Give the App another Blueprint."""
        await self.api.do("updateApp", "", id=self.app, blueprint=blueprint)

    async def begin(self, **input: Any) -> Any:
        """Begin a rollout."""
        wanted = {"appId": self.app} | input
        return (await self.api.do("rolloutBlueprint", f"rollout {{ {ROLLOUT} }}", **wanted))[
            "rollout"
        ]

    async def revert(self, id: str, **input: Any) -> Any:
        """Take a rollout back, to the end."""
        made = await self.api.do("revertRollout", "rollout { id }", id=id, **input)
        await self.finish()
        return await self.rollout(made["rollout"]["id"])

    async def step(self) -> bool:
        """Take one Space further."""
        return await self.api.gateway.rollouts.turn(self.api.gateway.database)

    async def finish(self) -> None:
        """Take all the steps there are."""
        while await self.step():
            pass

    async def roll(self, **input: Any) -> Any:
        """Roll out to the end."""
        id = (await self.begin(**input))["id"]
        await self.finish()
        return await self.rollout(id)

    async def rollout(self, id: str) -> Any:
        asked = f"{ROLLOUT} exceptions {{ spaceId outcome message space {{ id }} }}"
        query = f"query ($id: ID!) {{ rollout(id: $id) {{ {asked} }} }}"
        return (await self.api(query, id=id))["rollout"]

    async def read(self, space: str) -> Any:
        return (await self.api(f"query ($id: ID!) {{ space(id: $id) {{ {SPACE} }} }}", id=space))[
            "space"
        ]

    async def keys(self, space: str) -> list[str]:
        """Give the columns of the first Sheet."""
        [sheet] = (await self.read(space))["blueprint"]["workbooks"][0]["sheets"]
        return [one["key"] for one in sheet["fields"]]

    async def change(self, space: str, blueprint: Any) -> None:
        """Change a Space by hand."""
        await self.api.do("configureSpace", "", spaceId=space, blueprint=blueprint)

    async def drifted(self) -> list[str]:
        query = "query ($id: ID!) { app(id: $id) { drift { id drift { text } } } }"
        found = (await self.api(query, id=self.app))["app"]["drift"]
        assert all(space["drift"] for space in found)
        return [space["id"] for space in found]

    async def parts(self, space: str) -> list[Any]:
        """Give the Jobs by which rollouts changed a Space, oldest first."""
        query = """query ($filter: JobFilter) { jobs(filter: $filter) { edges { node {
          id status info managed parentId result outcome { message } } } } }"""
        found = await self.api(query, filter={"spaceId": space, "job": ["space:rollout"]})
        return [edge["node"] for edge in reversed(found["jobs"]["edges"])]
