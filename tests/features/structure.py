"""What tests of a Space's structure begin with."""

from typing import Any

from gqlspaces.app import Gateway
from harness import Api


async def new_space(api: Api, **input: Any) -> str:
    """Make an empty Space that nobody is asked to configure; give its id."""
    payload = await api.do(
        "createSpace", "space { id }", **{"name": "Acme", "autoConfigure": False} | input
    )
    id: str = payload["space"]["id"]
    return id


async def new_workbook(api: Api, space: str, *sheets: Any, **input: Any) -> Any:
    """Make a Workbook, by default with one Sheet of two columns; give it with the ids inside."""
    made = sheets or (a_sheet("Contacts", "email", "name"),)
    payload = await api.do(
        "createWorkbook",
        "workbook { id sheets { id slug fields { id key } } }",
        **{"spaceId": space, "name": "Customers", "sheets": list(made)} | input,
    )
    return payload["workbook"]


def a_sheet(name: str, *keys: str, **more: Any) -> dict[str, Any]:
    """Describe a Sheet whose columns are strings."""
    return {"name": name, "fields": [{"key": key} for key in keys]} | more


def a_reference(key: str, ref: str, target: str) -> dict[str, Any]:
    """Describe a column that refers to another Sheet."""
    return {"key": key, "type": "REFERENCE", "config": {"ref": ref, "key": target}}


async def limited(api: Api, gateway: Gateway, **limits: Any) -> Api:
    """Give a caller whose key is limited."""
    key = {"name": "limited", "scopes": ["SPACE_READ", "SPACE_WRITE", "EVENT_READ"]} | limits
    payload = await api.do("createKey", "token", **key)
    return await Api.with_key(gateway, payload["token"])


async def state(api: Api, space: str) -> tuple[int, int]:
    """Give the version of a Space and the number of events so far: equal when nothing happened."""
    data = await api("query ($id: ID!) { space(id: $id) { version } }", id=space)
    return data["space"]["version"], len(await api.topics())
