"""One of everything that a tenant can have, each full of a word that is the tenant's own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import SQLModel

from gqlspaces.kernel.database import Database
from harness import Api

ID = re.compile(r"\b(?:sp|wb|sh|fd|ac|dc|jb|ev|app|env|key)_[0-9a-hjkmnp-tv-z]{26}\b")

Dump = Mapping[str, list[str]]


@dataclass(frozen=True)
class World:
    """What one tenant has: an id of every noun by its prefix, and the lease of its Job."""

    ids: Mapping[str, str]
    lease: str


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
        blueprint={"documents": [{"title": word, "body": word}]},
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
    ids |= await _configured(api, ids["sp"], word)
    lease: str = (await api.do("ackJob", "lease", id=ids["jb"], holder=word))["lease"]
    outcome = {"message": word, "heading": word}
    part = {"info": word, "metadata": {"note": word}}
    await api.do("updateJob", "", id=ids["jb"], lease=lease, progress=10, **part)
    done = {"type": "SPACE", "operation": word, "sourceId": ids["sp"], "input": {"note": word}}
    ended = (await api.do("createJob", "job { id }", **done))["job"]["id"]
    ended_lease = (await api.do("ackJob", "lease", id=ended))["lease"]
    await api.do("completeJob", "", id=ended, lease=ended_lease, info=word, outcome=outcome)
    ids["ev"] = (await api.heard("id", spaceId=ids["sp"]))[0]["id"]
    return World(ids, lease)


async def _configured(api: Api, space: str, word: str) -> dict[str, str]:
    actions = [{"operation": word, "label": word, "description": word, "tooltip": word}]
    field: dict[str, Any] = {"key": word, "label": word, "description": word, "actions": actions}
    sheet: dict[str, Any] = {"name": word, "slug": word, "description": word, "fields": [field]}
    workbook: dict[str, Any] = {"name": word, "labels": [word], "folder": word, "sheets": [sheet]}
    for part in (field, sheet, workbook):
        part["metadata"] = {word: word}
    document = {"title": word, "body": word, "actions": actions, "treatments": [word]}
    blueprint = {"workbooks": [workbook], "documents": [document], "actions": actions}
    found = await api.do(
        "configureSpace",
        "space { workbooks { id sheets { id fields { id } } } documents { id } actions { id } }",
        spaceId=space,
        blueprint=blueprint,
    )
    [made] = found["space"]["workbooks"]
    return {
        "wb": made["id"],
        "sh": made["sheets"][0]["id"],
        "fd": made["sheets"][0]["fields"][0]["id"],
        "dc": found["space"]["documents"][0]["id"],
        "ac": found["space"]["actions"][0]["id"],
    }


async def dump(database: Database) -> Dump:
    """Give every row of every table as text, in an order of its own."""
    found = {}
    for name, table in sorted(SQLModel.metadata.tables.items()):
        rows = await database.fetch(select(table), {})
        found[name] = sorted(repr(dict(row._mapping)) for row in rows)  # noqa: SLF001 - public
    return found


def ids_in(text: Any) -> set[str]:
    """Give every id in a text, or in whatever is written out as one."""
    return set(ID.findall(str(text)))
