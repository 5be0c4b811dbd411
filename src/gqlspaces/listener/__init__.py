"""Write listeners: programs that hear what happens in Spaces and do the work of their jobs.

    from gqlspaces.listener import Listener

    listener = Listener()

    @listener.on("job:ready", {"job": "space:configure"})
    async def configure(event):
        ...

It talks GraphQL and imports nothing of the server.
"""

from gqlspaces.listener.api import Api
from gqlspaces.listener.client import Client, Connection
from gqlspaces.listener.entities import Claim, Document, Job, JobOutcome, Sheet, Space, Workbook
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
from gqlspaces.listener.listener import Listener, Plugin, Scope
from gqlspaces.listener.pace import Clock, Pace
from gqlspaces.listener.plugins import Tick, configure_space, job_handler
from gqlspaces.listener.registration import Handler
from gqlspaces.listener.runner import Options, Runner

__all__ = [
    "Api",
    "ApiError",
    "Claim",
    "Client",
    "Clock",
    "Connection",
    "CursorRefused",
    "Document",
    "Event",
    "Handler",
    "Job",
    "JobCanceled",
    "JobConflict",
    "JobOutcome",
    "LeaseLost",
    "Listener",
    "Options",
    "Pace",
    "Plugin",
    "Problem",
    "Runner",
    "Scope",
    "Sheet",
    "Space",
    "Tick",
    "Unreachable",
    "Workbook",
    "configure_space",
    "job_handler",
]
