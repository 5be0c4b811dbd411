"""A served gateway with Spaces and held Jobs in it, all made through its own API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.process import Server, running
from benchmarks.requests import asked
from benchmarks.rounds import Advance
from gqlspaces import migration
from gqlspaces.app import Gateway
from gqlspaces.bootstrap import create_first_environment
from gqlspaces.settings import Settings

CREATE_SPACE = """
mutation ($input: CreateSpaceInput!) {
  createSpace(input: $input) { space { id } userErrors { message } }
}
"""
CONFIGURE = """
mutation ($input: ConfigureSpaceInput!) {
  configureSpace(input: $input) { userErrors { message } }
}
"""
CREATE_JOB = """
mutation ($input: CreateJobInput!) {
  createJob(input: $input) { job { id } userErrors { message } }
}
"""
ACK_JOB = """
mutation ($input: AckJobInput!) {
  ackJob(input: $input) { lease userErrors { message } }
}
"""
LEASE_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class World:
    """A gateway that is served, and a key for it."""

    server: Server
    key: str

    async def ask(self, document: str, **variables: Any) -> Any:
        """The data that one request gets."""
        return await asked(self.server, self.key, document, variables)

    async def cursor(self) -> str:
        """The cursor behind the newest event."""
        return str((await self.ask("{ eventCursor }"))["eventCursor"])

    async def head(self) -> int:
        """The number of the newest event."""
        return int((await self.cursor()).rpartition(".")[2])

    async def new_space(self, name: str) -> str:
        """The id of a new Space that no listener is asked to configure."""
        wanted = {"name": name, "autoConfigure": False}
        made = await self.ask(CREATE_SPACE, input=wanted)
        return str(made["createSpace"]["space"]["id"])

    async def seed_spaces(self, count: int, advance: Advance) -> list[str]:
        """The ids of new Spaces, each of the whole anatomy."""
        ids = []
        for number in range(count):
            id = await self.new_space(f"Space {number:05d}")
            await self.ask(CONFIGURE, input={"spaceId": id, "blueprint": blueprint()})
            ids.append(id)
            advance()
        return ids

    async def hold_job(self, space_id: str) -> tuple[str, str]:
        """The id and the lease of a new Job that is held for longer than any run."""
        wanted = {"sourceId": space_id, "type": "SPACE", "operation": "measure"}
        made = await self.ask(CREATE_JOB, input=wanted)
        id = made["createJob"]["job"]["id"]
        ack = {"id": id, "holder": "benchmark", "leaseSeconds": LEASE_SECONDS}
        return id, (await self.ask(ACK_JOB, input=ack))["ackJob"]["lease"]


@asynccontextmanager
async def gateway(folder: Path) -> AsyncIterator[World]:
    """A gateway on SQLite as `gqlspaces serve` runs it, with its database in `folder`."""
    url = f"sqlite:///{folder}/gqlspaces.db"
    await migration.upgrade(url)
    founder = Gateway(Settings(database_url=url, data_dir=folder))
    key = await create_first_environment(founder.database, "development")
    await founder.close()
    settings = {"GQLSPACES_DATABASE_URL": url, "GQLSPACES_LOG_LEVEL": "warning"}
    async with running("gqlspaces", "serve", folder=folder, settings=settings) as server:
        yield World(server, key)


def blueprint() -> dict[str, Any]:
    """A Space of 57 rows: a document, and 2 workbooks of 3 sheets of 6 fields, with actions."""
    return {
        "space": {"metadata": {"theme": theme()}},
        "documents": [{"title": "Welcome", "body": "<h1>Welcome</h1><p>Upload a file.</p>"}],
        "workbooks": [
            {
                "name": f"Workbook {workbook}",
                "namespace": f"workbook-{workbook}",
                "actions": [_action(number) for number in range(2)],
                "sheets": [_sheet(number) for number in range(3)],
            }
            for workbook in range(2)
        ],
    }


def theme() -> dict[str, Any]:
    """A theme of 13 keys."""
    return {
        "root": {
            "primaryColor": "#4F46E5",
            "dangerColor": "#DC2626",
            "warningColor": "#D97706",
            "successColor": "#059669",
            "borderColor": "#E5E7EB",
            "fontFamily": "Inter, system-ui, sans-serif",
            "buttonBorderRadius": "4px",
            "badgeBorderRadius": "8px",
            "modalBorderRadius": "12px",
        },
        "sidebar": {
            "backgroundColor": "#1F2937",
            "textColor": "#F9FAFB",
            "titleColor": "#4F46E5",
            "focusBgColor": "#111827",
        },
    }


def _sheet(number: int) -> dict[str, Any]:
    return {
        "name": f"Sheet {number}",
        "slug": f"sheet-{number}",
        "actions": [_action(0)],
        "fields": [
            {
                "key": f"field{field}",
                "type": "string",
                "label": f"Field {field}",
                "description": "What stands in this column.",
            }
            for field in range(6)
        ],
    }


def _action(number: int) -> dict[str, Any]:
    return {
        "operation": f"operation-{number}",
        "label": f"Action {number}",
        "mode": "foreground",
        "primary": not number,
    }
