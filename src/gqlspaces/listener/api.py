"""The typed client: what a handler finds as `event.api`, and what a script may use by itself."""

import math
from collections.abc import Mapping
from typing import Any

from gqlspaces.listener.calls import Calls
from gqlspaces.listener.client import Client
from gqlspaces.listener.jobs import Jobs
from gqlspaces.listener.lease import Lease
from gqlspaces.listener.records import Commits, Records
from gqlspaces.listener.structure import Documents, Sheets, Spaces, Workbooks


class Api:
    """Calls to gqlspaces by noun and verb, such as `await api.jobs.complete(job_id)`.

    A refused call raises `ApiError`. In a handler, calls are bound to the event: they carry its
    job's lease, and idempotency keys which let a handler that runs again repeat nothing.
    """

    def __init__(
        self,
        client: Client,
        *,
        origin: str | None = None,
        lease: Lease | None = None,
        patience: float | None = None,
    ) -> None:
        self._calls = Calls(client, origin=origin, lease=lease, patience=patience)
        self.spaces = Spaces(self._calls)
        self.workbooks = Workbooks(self._calls)
        self.documents = Documents(self._calls)
        self.sheets = Sheets(self._calls)
        self.records = Records(self._calls)
        self.commits = Commits(self._calls)
        self.jobs = Jobs(self._calls)

    async def query(
        self, document: str, variables: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the data of any GraphQL document, for all that has no method here."""
        return await self._calls.query(document, variables)

    def bound(self, origin: str, lease: Lease | None = None) -> "Api":
        """Return a client for the calls of one event or, with a lease, of one job."""
        return Api(self._calls.client, origin=origin, lease=lease)

    def patient(self) -> "Api":
        """Return the same client for calls that wait for the server for as long as it takes."""
        calls = self._calls
        return Api(calls.client, origin=calls.origin, lease=calls.lease, patience=math.inf)
