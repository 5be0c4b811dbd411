"""One of everything that a tenant can have, each full of a word that is the tenant's own."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import SQLModel

from contract.data import fields, fill, settle
from gqlspaces.features.columns import checked
from gqlspaces.features.listeners.introduction import ListenerConfig
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.ids import new_id, numbered_id, prefix_of
from gqlspaces.kernel.own.tables import OWN, outbox
from harness import Api

_DIGIT = "[0-9a-hjkmnp-tv-z]"
NUMBERED = ("rc", "vr", "ss")  # in a Sheet, so that its id is a part of theirs
ID = re.compile(
    rf"\b(?:(?:sp|wb|sh|fd|ac|dc|jb|ev|app|env|key|tk|rv|ar|ro|ls)_{_DIGIT}{{26}}"
    rf"|(?:{'|'.join(NUMBERED)})_(?P<sheet>{_DIGIT}{{26}}){_DIGIT}{{8}})\b"
)

Dump = Mapping[str, list[str]]


@dataclass(frozen=True)
class World:
    """What one tenant has: an id of every noun by its prefix, and the lease of its Job.

    ``fields`` are all the Fields of its Sheet.
    """

    ids: Mapping[str, str]
    lease: str
    fields: Sequence[str]


async def build_world(api: Api, word: str, namespace: str) -> World:
    """Make one of everything in an App and a Space of this namespace."""
    app = await api.do(
        "createApp",
        "app { id }",
        name=f"{word} app",
        namespace=namespace,
        type="CUSTOM",
        entity=word,
        entityPlural=word,
        icon=word,
        metadata={word: word},
        environmentFilters={word: word},
    )
    ids = {"app": app["app"]["id"]}
    made = await api.do(
        "createSpace",
        "space { id } job { id }",
        appId=ids["app"],
        name=f"{word} space",
        labels=[word],
        metadata={"note": word},
    )
    ids |= {"sp": made["space"]["id"], "jb": made["job"]["id"]}
    # Only now, for it would have configured the Space at once.
    structure = {"documents": [{"title": word, "body": word}]}
    await api.do("updateApp", "", id=ids["app"], blueprint=structure)
    ids |= _ids(await _configured(api, ids["sp"], word))
    ids |= await fill(api, ids["sh"], word)
    left = await _configured(api, ids["sp"], word, again=True)
    await settle(api, ids["sp"])
    lease: str = (await api.do("ackJob", "lease", id=ids["jb"], holder=word))["lease"]
    outcome = {"message": word, "heading": word}
    part = {"info": word, "metadata": {"note": word}}
    await api.do("updateJob", "", id=ids["jb"], lease=lease, progress=10, **part)
    done = {"type": "SPACE", "operation": word, "sourceId": ids["sp"], "input": {"note": word}}
    ended = (await api.do("createJob", "job { id }", **done))["job"]["id"]
    ended_lease = (await api.do("ackJob", "lease", id=ended))["lease"]
    await api.do("completeJob", "", id=ended, lease=ended_lease, info=word, outcome=outcome)
    ids["rv"] = await _newest_revision(api, ids["sp"])
    ids |= {"ar": await _app_revision(api, ids["app"]), "ro": await _rollout(api, ids["app"])}
    ids["ls"] = await _listener(api, word)
    ids["ev"] = (await api.heard("id", spaceId=ids["sp"]))[0]["id"]
    return World(ids, lease, [field["id"] for field in left["workbooks"][0]["sheets"][0]["fields"]])


async def _newest_revision(api: Api, space: str) -> str:
    asked = "query ($id: ID!) { space(id: $id) { blueprintRevisions { edges { node { id } } } } }"
    page = (await api(asked, id=space))["space"]["blueprintRevisions"]
    id: str = page["edges"][0]["node"]["id"]
    return id


async def _app_revision(api: Api, app: str) -> str:
    asked = "query ($id: ID!) { app(id: $id) { blueprintRevisions { id } } }"
    id: str = (await api(asked, id=app))["app"]["blueprintRevisions"][0]["id"]
    return id


async def _rollout(api: Api, app: str) -> str:
    """Roll out to the end, which changes no Space; a limited key can have none."""
    if api.principal.namespaces is not None:
        return new_id("ro")
    wanted = {"appId": app, "onDrift": "SKIP"}
    made = await api.do("rolloutBlueprint", "rollout { id jobId }", **wanted)
    progress = "subscription ($id: ID) { jobProgress(jobId: $id) { status } }"
    async for _step in api.follow(progress, id=made["rollout"]["jobId"]):
        pass
    id: str = made["rollout"]["id"]
    return id


async def _listener(api: Api, word: str) -> str:
    """Let a listener come, and forget to say that it left."""
    handler = {"on": [f"{word}:*"], "filters": [{word: word}], "namespaces": [[word]]}
    said = checked(ListenerConfig, {"name": word, "version": word, "registrations": [handler]})
    id = await api.gateway.presence.arrive(api.principal, said, {"topics": [word]})
    assert id is not None
    return id


async def _configured(api: Api, space: str, word: str, *, again: bool = False) -> Any:
    """Give a Space its structure; the second time some Fields that hold values are gone."""
    button = {"operation": word, "label": word, "description": word, "tooltip": word}
    limits = {"constraints": [{"type": "hasData"}, {"type": "hasSelection"}]}
    actions = [{**button, **limits, "messages": [{"type": "error", "content": word}]}]
    columns = fields(word, removed=again)
    columns[0]["actions"] = actions
    sheet: dict[str, Any] = {"name": word, "slug": word, "description": word, "fields": columns}
    sheet["actions"] = actions
    workbook: dict[str, Any] = {"name": word, "labels": [word], "folder": word, "sheets": [sheet]}
    workbook["settings"] = {"trackChanges": True}
    for part in (sheet, workbook):
        part["metadata"] = {word: word}
    document = {"title": word, "body": word, "actions": actions, "treatments": [word]}
    # This one can be run, also by the clock.
    easy = [{**button, "schedule": "hourly", "messages": [{"type": "info", "content": word}]}]
    blueprint = {"workbooks": [workbook], "documents": [document], "actions": easy}
    found = await api.do(
        "configureSpace",
        "space { workbooks { id sheets { id fields { id } } } documents { id } "
        "actions { id ticks { id } } }",
        spaceId=space,
        blueprint=blueprint,
    )
    return found["space"]


def _ids(space: Any) -> dict[str, str]:
    [workbook] = space["workbooks"]
    return {
        "wb": workbook["id"],
        "sh": workbook["sheets"][0]["id"],
        "fd": workbook["sheets"][0]["fields"][0]["id"],
        "dc": space["documents"][0]["id"],
        "ac": space["actions"][0]["id"],
        "tk": space["actions"][0]["ticks"][0]["id"],
    }


async def dump(database: Database) -> Dump:
    """Give every row of every table as text, in an order of its own, also of the Spaces' own."""
    found = {}
    for name, table in sorted(SQLModel.metadata.tables.items()):
        # Of those who are connected a node says by itself, now and then, that they still are.
        kept = [column for column in table.columns if column.name != "last_seen_at"]
        found[name] = _written_out(await database.fetch(select(*kept), {}))
    for space in sorted(await database.own.all()):
        tables = await database.own.read(space, _dump_own)
        found |= {f"{space}.{name}": rows for name, rows in tables.items()}
    return found


def _dump_own(connection: Connection) -> dict[str, list[str]]:
    # What stands in the outbox is in the event log too, and leaves it with whatever comes next.
    tables = [table for table in OWN.sorted_tables if table is not outbox]
    return {table.name: _written_out(connection.execute(select(table))) for table in tables}


def _written_out(rows: Any) -> list[str]:
    return sorted(repr(dict(row._mapping)) for row in rows)  # noqa: SLF001 - public


def ids_in(text: Any) -> set[str]:
    """Give every id in a text, or in whatever is written out as one.

    What is numbered in a Sheet tells the id of the Sheet as well.
    """
    found = set()
    for match in ID.finditer(str(text)):
        found |= {match[0]} | ({f"sh_{match['sheet']}"} if match["sheet"] else set())
    return found


def unknown(id: str) -> str:
    """Give an id of the same noun that nothing has."""
    prefix = prefix_of(id) or ""
    return numbered_id(prefix, new_id("sh"), 1) if prefix in NUMBERED else new_id(prefix)
