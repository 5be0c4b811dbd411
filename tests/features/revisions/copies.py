"""A copy of a Space kept right by what the stream tells, as any JSON Patch library would do it."""

from copy import deepcopy
from typing import Any

from harness import Api

CHANGES = """subscription ($id: ID!, $after: String) { spaceChanges(id: $id, after: $after) {
  cursor version space changes { op path value } actorId } }"""


def patched(document: Any, changes: list[dict[str, Any]]) -> Any:
    """Apply changes as RFC 6902 asks: every place must be there, and what is replaced as well."""
    result = deepcopy(document)
    for change in changes:
        *above, key = change["path"].split("/")[1:]
        holder = result
        for step in above:
            holder = holder[step]
        assert change["op"] in {"add", "remove", "replace"}
        assert change["op"] == "add" or key in holder, change
        if change["op"] == "remove":
            del holder[key]
        else:
            holder[key] = deepcopy(change["value"])
    return result


async def copied(api: Api, space: str) -> dict[str, Any]:
    """Give the first item of a stream: a whole copy, with its cursor."""
    async for item in api.follow(CHANGES, id=space):
        found: dict[str, Any] = item["spaceChanges"]
        assert found["changes"] == []
        return found
    raise AssertionError("no copy came")


async def kept_up(api: Api, space: str, copy: Any, cursor: str, version: int) -> Any:
    """Give a copy brought to a version by what the stream tells behind a cursor."""
    if copy["version"] == version:
        return copy
    async for item in api.follow(CHANGES, id=space, after=cursor):
        step = item["spaceChanges"]
        copy = step["space"] or patched(copy, step["changes"])
        if copy["version"] == version:
            return copy
    raise AssertionError("the stream ended")
