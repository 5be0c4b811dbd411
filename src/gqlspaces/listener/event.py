"""An event as a handler sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from gqlspaces.listener.api import Api
from gqlspaces.listener.entities import Job
from gqlspaces.listener.lease import Lease
from gqlspaces.matching import EventView

READY = "job:ready"
PARTS_COMPLETED = "job:parts-completed"
COMMIT_CREATED = "commit:created"
WORK = frozenset({READY, PARTS_COMPLETED})
"""Topics that call for work on a job, by the one replica that holds it."""

_PLACES = (
    "environmentId",
    "appId",
    "spaceId",
    "workbookId",
    "sheetId",
    "documentId",
    "actionId",
)


@dataclass(frozen=True)
class Event:
    """A fact about a Space or what is in it, and a client to act upon it (domain reference 2.10).

    `context` says where it happened (`spaceId`, `jobId`, …), `payload` what. `cursor` is its place
    in the log; an event made up for a job that was found ready has none.
    """

    id: str
    topic: str
    domain: str
    api: Api = field(repr=False, compare=False)
    namespaces: tuple[str, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)
    payload: Mapping[str, Any] = field(default_factory=dict)
    origin: Mapping[str, Any] | None = None
    created_at: datetime | None = None
    cursor: str | None = None

    @property
    def job_id(self) -> str | None:
        """The job that the event speaks of."""
        found = self.context.get("jobId")
        return found if isinstance(found, str) else None

    @cached_property
    def view(self) -> EventView:
        """The event as subscriptions are matched with it."""
        return EventView(
            {
                "id": self.id,
                "topic": self.topic,
                "domain": self.domain,
                "namespaces": self.namespaces,
                "context": self.context,
                "payload": self.payload,
                "origin": self.origin,
            }
        )

    def held(self, lease: Lease) -> "Event":
        """Return the same event for the handler that works on its job."""
        return replace(self, api=self.api.bound(lease.job_id, lease))


def event_of(node: Mapping[str, Any], cursor: str, api: Api) -> Event:
    """Return an event of the log, as a subscription brings it."""
    return Event(
        id=node["id"],
        topic=node["topic"],
        domain=node["domain"],
        api=api.bound(node["id"]),
        namespaces=tuple(node["namespaces"]),
        context=node["context"],
        payload=node["payload"],
        origin=node["origin"],
        created_at=datetime.fromisoformat(node["createdAt"]),
        cursor=cursor,
    )


def event_of_job(job: Job, api: Api, topic: str = READY) -> Event:
    """Return the event of a job that was found ready, or with its parts ended, without one."""
    context = {"jobId": job["id"]} | {name: job.get(name) for name in _PLACES}
    if job.get("actionId"):
        context["actionName"] = job["operation"]
    payload: dict[str, Any] = {
        "domain": job["name"].partition(":")[0],
        "operation": job["operation"],
        "job": job["name"],
        "status": "ready" if topic == READY else "executing",
        "isPart": job["isPart"],
        "progress": job["progress"],
        "attempt": job["attempt"],
        "info": job["info"],
        "input": job["input"],
        "parts": job["partsResult"] if topic == PARTS_COMPLETED else None,
    }
    return Event(
        id=job["id"],
        topic=topic,
        domain="job",
        api=api.bound(job["id"]),
        namespaces=tuple(job["namespaces"]),
        context={key: value for key, value in context.items() if value is not None},
        payload={key: value for key, value in payload.items() if value is not None},
        origin={"id": job["sourceId"]},
        created_at=datetime.fromisoformat(job["createdAt"]),
    )
