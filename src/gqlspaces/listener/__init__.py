"""Write listeners: programs that hear what happens in Spaces and do the work of their jobs.

    from gqlspaces.listener import Listener

    listener = Listener()

    @listener.on("job:ready", {"job": "space:configure"})
    async def configure(event):
        ...

    @listener.record_hook("contacts")
    def clean(record, event):
        record["name"] = record.get("name", "").strip()

It talks GraphQL and imports nothing of the server.
"""

from gqlspaces.listener.api import Api
from gqlspaces.listener.client import Client, Connection
from gqlspaces.listener.entities import (
    AddedRecords,
    Claim,
    Commit,
    Document,
    Field,
    Job,
    JobOutcome,
    Sheet,
    Space,
    StoredRecord,
    Workbook,
    WrittenRecords,
)
from gqlspaces.listener.errors import (
    ApiError,
    CursorRefused,
    JobCanceled,
    JobConflict,
    LeaseLost,
    Problem,
    Unreachable,
)
from gqlspaces.listener.event import Event
from gqlspaces.listener.hooks import Verdict
from gqlspaces.listener.listener import Listener, Plugin, Scope
from gqlspaces.listener.pace import Clock, Pace
from gqlspaces.listener.plugins import Tick, configure_space, job_handler
from gqlspaces.listener.record import Message, Record
from gqlspaces.listener.records import RecordPage
from gqlspaces.listener.registration import Handler
from gqlspaces.listener.runner import Options, Runner

__all__ = [
    "AddedRecords",
    "Api",
    "ApiError",
    "Claim",
    "Client",
    "Clock",
    "Commit",
    "Connection",
    "CursorRefused",
    "Document",
    "Event",
    "Field",
    "Handler",
    "Job",
    "JobCanceled",
    "JobConflict",
    "JobOutcome",
    "LeaseLost",
    "Listener",
    "Message",
    "Options",
    "Pace",
    "Plugin",
    "Problem",
    "Record",
    "RecordPage",
    "Runner",
    "Scope",
    "Sheet",
    "Space",
    "StoredRecord",
    "Tick",
    "Unreachable",
    "Verdict",
    "Workbook",
    "WrittenRecords",
    "configure_space",
    "job_handler",
]
