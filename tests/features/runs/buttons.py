"""A Space with a button on everything, for tests that press them."""

from dataclasses import dataclass
from typing import Any

from features.records.sheets import CONTACTS
from harness import Api

JOB = """job { id name type operation sourceId spaceId workbookId sheetId documentId mode status
  actionId action { id } input metadata runAt
  subject { type resource params query } }"""


def a_button(operation: str, **more: Any) -> dict[str, Any]:
    return {"operation": operation, "label": operation.capitalize()} | more


@dataclass(frozen=True)
class Room:
    """The Space: ids of its things and of its buttons, by short names."""

    api: Api
    ids: dict[str, str]

    @classmethod
    async def built(cls, api: Api, **settings: Any) -> "Room":
        """Make a Space with a Workbook of two Sheets and a Document."""
        space = await api.do("createSpace", "space { id }", name="Acme", autoConfigure=False)
        ids = {"space": space["space"]["id"]}
        companies = {"name": "Companies", "fields": [{"key": "name"}]}
        made = await api.do(
            "createWorkbook",
            "workbook { id sheets { id slug fields { id key } } }",
            spaceId=ids["space"],
            name="Customer Data",
            sheets=[CONTACTS, companies],
            settings=settings,
        )
        ids["workbook"] = made["workbook"]["id"]
        for sheet in made["workbook"]["sheets"]:
            ids[sheet["slug"]] = sheet["id"]
            ids |= {f"{sheet['slug']}.{one['key']}": one["id"] for one in sheet["fields"]}
        page = await api.do(
            "createDocument", "document { id }", spaceId=ids["space"], title="Guide", body="Hello"
        )
        return cls(api, ids | {"document": page["document"]["id"]})

    async def button(self, on: str, operation: str = "submit", **more: Any) -> str:
        """Put a button on something; give its id."""
        made = await self.api.do(
            "createAction",
            "action { id }",
            targetId=self.ids[on],
            **a_button(operation, **more),
        )
        id: str = made["action"]["id"]
        return id

    async def press(self, action: str, **input: Any) -> Any:
        """Run an Action; give the Job."""
        return (await self.api.do("runAction", JOB, actionId=action, **input))["job"]

    async def refused(self, action: str, **input: Any) -> list[tuple[str, str]]:
        return await self.api.refused("runAction", actionId=action, **input)

    async def obstacles(self, action: str, **arguments: Any) -> list[str]:
        """Give what `availability` says is in the way."""
        declared = {
            "selection": "RecordSelection",
            "selected": "Int",
            "sourceId": "ID",
            "columnKey": "String",
        }
        head = "".join(f", ${name}: {declared[name]}" for name in arguments)
        passed = ", ".join(f"{name}: ${name}" for name in arguments)
        call = f"availability({passed})" if passed else "availability"
        document = f"""query ($id: ID!{head}) {{ node(id: $id) {{ ... on Action {{
          {call} {{ available obstacles {{ type message }} }} }} }} }}"""
        told = (await self.api(document, id=action, **arguments))["node"]["availability"]
        assert told["available"] is not bool(told["obstacles"])
        assert all(obstacle["message"] for obstacle in told["obstacles"])
        return [obstacle["type"] for obstacle in told["obstacles"]]
