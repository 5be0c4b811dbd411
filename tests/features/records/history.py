"""What tests of snapshots share: making one, looking at what became of records, and undoing it."""

from typing import Any

from sqlalchemy import Connection, func, select

from features.records.sheets import insert, records, update
from gqlspaces.features.records.model import snapshot_record
from harness import Api

SNAPSHOTS = """query ($id: ID!, $first: Int, $after: String) { sheet(id: $id) {
  snapshots(first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor }
    edges { node { id label changes { created updated deleted } } } } } }"""
DIFFERENCE = """query ($id: ID!, $change: RecordChange, $first: Int, $after: String) {
  snapshot(id: $id) { changes { created updated deleted }
    records(change: $change, first: $first, after: $after) {
      totalCount pageInfo { hasNextPage endCursor }
      edges { node { recordId change before after fields } } } } }"""
UNCHANGED = {"created": 0, "updated": 0, "deleted": 0}


async def snapshot(api: Api, sheet_id: str, **input: Any) -> Any:
    """Keep the records of a Sheet as they are."""
    members = "id sheetId label createdBy createdAt total valid sheet { slug }"
    made = await api.do("createSnapshot", f"snapshot {{ {members} }}", sheetId=sheet_id, **input)
    return made["snapshot"]


async def restore(api: Api, id: str, **input: Any) -> Any:
    """Bring records back."""
    selection = "commit { id created updated deleted } rejected { recordId code path }"
    return await api.do("restoreSnapshot", selection, id=id, **input)


async def delete(api: Api, sheet_id: str, *ids: str) -> None:
    """Delete these records, or all."""
    chosen = {"ids": list(ids)} if ids else {}
    await api.do("deleteRecords", "commit { id }", sheetId=sheet_id, selection=chosen)


async def content(api: Api, sheet_id: str) -> dict[str, Any]:
    """Give the records by id with all that a snapshot brings back."""
    found = {record.pop("id"): record for record in await records(api, sheet_id)}
    for record in found.values():
        del record["commitId"]
    return found


async def values(api: Api, sheet_id: str) -> dict[str, Any]:
    """Give the values of the records by id."""
    return {record["id"]: record["values"] for record in await records(api, sheet_id)}


async def difference(api: Api, id: str, **arguments: Any) -> list[Any]:
    """Give what became of records since a snapshot."""
    found = (await api(DIFFERENCE, id=id, **arguments))["snapshot"]["records"]["edges"]
    return [edge["node"] for edge in found]


async def changes(api: Api, id: str) -> Any:
    """Count what became of records since a snapshot."""
    return (await api(DIFFERENCE, id=id))["snapshot"]["changes"]


async def make_history(api: Api, sheet_id: str) -> tuple[str, list[str]]:
    """Change the first of three records since a snapshot, delete the second, and add a fourth."""
    made = await insert(
        api,
        sheet_id,
        {"email": "a@b.c", "age": 5},
        {"email": "d@e.f", "firstName": "Dan"},
        {"email": "g@h.i"},
    )
    ids = made["recordIds"]
    id = (await snapshot(api, sheet_id))["id"]
    await update(api, sheet_id, {"id": ids[0], "values": {"age": None, "firstName": "Ann"}})
    await delete(api, sheet_id, ids[1])
    added = await insert(api, sheet_id, {"email": "d@e.f"})
    return id, [*ids, *added["recordIds"]]


async def space_of(api: Api, sheet_id: str) -> str:
    """Give the Space of a Sheet."""
    found = await api("query ($id: ID!) { sheet(id: $id) { spaceId } }", id=sheet_id)
    id: str = found["sheet"]["spaceId"]
    return id


def kept_rows(connection: Connection) -> int:
    """Count what all snapshots of a Space hold."""
    return int(connection.scalar(select(func.count()).select_from(snapshot_record)) or 0)
