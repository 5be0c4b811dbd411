"""The real gateway with a Workbook, and hooks that are told what happened in it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from gqlspaces.listener import Api as ListenerApi
from gqlspaces.listener import Client, Connection, Event, Listener
from gqlspaces.listener.event import event_of
from harness import Api

EVENT = "id topic domain namespaces context payload origin createdAt"
RECORDS = """query ($id: ID!, $after: String) { sheet(id: $id) {
  records(first: 1000, after: $after) {
    edges { node { id values valid metadata messages { field level source message } } }
    pageInfo { hasNextPage endCursor } } } }"""
COMMITS = """query ($id: ID!) { sheet(id: $id) { commits(first: 100) {
  edges { node { id answers completedAt created updated } } } } }"""


class Wire(httpx2.AsyncBaseTransport):
    """Passes requests on and remembers the operations.

    As many requests as `down` says find nobody; `lost` answers to mutations never arrive.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self.sent: list[dict[str, Any]] = []
        self.down = 0
        self.lost = 0
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        content = json.loads(await request.aread())
        if self.down:
            self.down -= 1
            raise httpx2.ConnectError("nobody is there")
        self.sent.append(content)
        answer = await self._inner.handle_async_request(request)
        if self.lost and "mutation" in content["query"]:
            self.lost -= 1
            await answer.aread()
            raise httpx2.ReadError("the connection broke")
        return answer

    def writes(self) -> list[dict[str, Any]]:
        """Give the inputs of the updates that were sent."""
        return [
            content["variables"]["input"]
            for content in self.sent
            if "mutation UpdateRecords" in content["query"]
        ]


@dataclass
class Office:
    """A caller who edits records, and the wire between a listener and the gateway."""

    caller: Api
    client: Client
    wire: Wire
    told: int = 0
    sheets: dict[str, str] = field(default_factory=dict)

    async def make_sheets(self, *sheets: Any, namespace: str | None = None, **settings: Any) -> str:
        """Make a Workbook, which tracks changes unless told otherwise; give the first Sheet."""
        space = await self.caller.do("createSpace", "space { id }", name="Acme")
        made = await self.caller.do(
            "createWorkbook",
            "workbook { sheets { id slug } }",
            spaceId=space["space"]["id"],
            name="Data",
            namespace=namespace,
            sheets=list(sheets),
            settings={"trackChanges": True, **settings},
        )
        ids: list[dict[str, str]] = made["workbook"]["sheets"]
        self.sheets |= {sheet["slug"]: sheet["id"] for sheet in ids}
        return ids[0]["id"]

    async def insert(self, sheet_id: str, *values: Any, **more: Any) -> list[str]:
        """Add records and give their ids."""
        records = [{"values": one, **more} for one in values]
        made = await self.caller.do(
            "insertRecords", "recordIds rejected { code }", sheetId=sheet_id, records=records
        )
        ids: list[str] = made["recordIds"]
        return ids

    async def change(self, sheet_id: str, id: str, **values: Any) -> None:
        await self.caller.do(
            "updateRecords",
            "rejected { code }",
            sheetId=sheet_id,
            records=[{"id": id, "values": values}],
        )

    async def news(self) -> list[Event]:
        """Give what happened since this was asked for the last time, as a listener hears it."""
        heard = await self.caller.heard(EVENT, topics=["commit:created"])
        new, self.told = heard[self.told :], len(heard)
        return [event_of(node, "", ListenerApi(self.client)) for node in new]

    async def tell(self, listener: Listener) -> list[Exception]:
        """Tell a listener all that happens until nothing does; give what it raised."""
        raised: list[Exception] = []
        while events := await self.news():
            for event in events:
                raised += await listener.dispatch(event)
        return raised

    async def records(self, sheet_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after = None
        while True:
            sheet = (await self.caller(RECORDS, id=sheet_id, after=after))["sheet"]
            found += [edge["node"] for edge in sheet["records"]["edges"]]
            after = sheet["records"]["pageInfo"]["endCursor"]
            if not sheet["records"]["pageInfo"]["hasNextPage"]:
                return found

    async def values(self, sheet_id: str, key: str) -> list[Any]:
        return [record["values"].get(key) for record in await self.records(sheet_id)]

    async def said(self, sheet_id: str) -> list[list[tuple[Any, ...]]]:
        """Give the messages of listeners on each record."""
        return [
            [
                (one["field"], one["level"], one["message"])
                for one in record["messages"]
                if one["source"] == "CUSTOM_LOGIC"
            ]
            for record in await self.records(sheet_id)
        ]

    async def commits(self, sheet_id: str) -> list[dict[str, Any]]:
        """Give the commits, oldest first."""
        sheet = (await self.caller(COMMITS, id=sheet_id))["sheet"]
        return [edge["node"] for edge in reversed(sheet["commits"]["edges"])]

    async def open_commits(self, sheet_id: str) -> int:
        return sum(one["completedAt"] is None for one in await self.commits(sheet_id))


def fields(*keys: str) -> Sequence[dict[str, Any]]:
    return [{"key": key} for key in keys]


def open_office(caller: Api, app: Any, key: str, **client: Any) -> Office:
    """Open a client whose requests go to the app without a socket in between."""
    wire = Wire(httpx2.ASGITransport(app=app))
    connection = Connection("http://gateway.test", key)
    return Office(caller, Client(connection, transport=wire, **client), wire)
