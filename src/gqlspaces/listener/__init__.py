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
    PartsResult,
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
from gqlspaces.listener.outcome import (
    ClearFilters,
    Download,
    DownloadFiles,
    FileLink,
    GoTo,
    NextStep,
    Outcome,
    Retry,
    ShowSheet,
    ShowSnapshot,
    Visit,
    Wait,
)
from gqlspaces.listener.pace import Clock, Pace
from gqlspaces.listener.parts import job_in_parts
from gqlspaces.listener.plugins import Ending, Tick, configure_space, job_handler
from gqlspaces.listener.record import Message, Record
from gqlspaces.listener.records import RecordPage
from gqlspaces.listener.registration import Handler
from gqlspaces.listener.runner import Options, Runner

__all__ = [
    "AddedRecords",
    "Api",
    "ApiError",
    "Claim",
    "ClearFilters",
    "Client",
    "Clock",
    "Commit",
    "Connection",
    "CursorRefused",
    "Document",
    "Download",
    "DownloadFiles",
    "Ending",
    "Event",
    "Field",
    "FileLink",
    "GoTo",
    "Handler",
    "Job",
    "JobCanceled",
    "JobConflict",
    "JobOutcome",
    "LeaseLost",
    "Listener",
    "Message",
    "NextStep",
    "Options",
    "Outcome",
    "Pace",
    "PartsResult",
    "Plugin",
    "Problem",
    "Record",
    "RecordPage",
    "Retry",
    "Runner",
    "Scope",
    "Sheet",
    "ShowSheet",
    "ShowSnapshot",
    "Space",
    "StoredRecord",
    "Tick",
    "Unreachable",
    "Verdict",
    "Visit",
    "Wait",
    "Workbook",
    "WrittenRecords",
    "configure_space",
    "job_handler",
    "job_in_parts",
]
