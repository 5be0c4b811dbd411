"""The typed client: what a handler finds as `event.api`, and what a script may use by itself."""

from collections.abc import Mapping
from typing import Any

from gqlspaces.listener.calls import Calls
from gqlspaces.listener.client import Client
from gqlspaces.listener.jobs import Jobs
from gqlspaces.listener.lease import Lease
from gqlspaces.listener.structure import Documents, Sheets, Spaces, Workbooks


class Api:
    """Calls to gqlspaces by noun and verb, such as `await api.jobs.complete(job_id)`.

    A refused call raises `ApiError`. In a handler, calls are bound to the event: they carry its
    job's lease, and idempotency keys which let a handler that runs again repeat nothing.
    """

    def __init__(
        self, client: Client, *, origin: str | None = None, lease: Lease | None = None
    ) -> None:
        self._calls = Calls(client, origin=origin, lease=lease)
        self.spaces = Spaces(self._calls)
        self.workbooks = Workbooks(self._calls)
        self.documents = Documents(self._calls)
        self.sheets = Sheets(self._calls)
        self.jobs = Jobs(self._calls)

    async def query(
        self, document: str, variables: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the data of any GraphQL document, for all that has no method here."""
        return await self._calls.query(document, variables)

    def bound(self, origin: str, lease: Lease | None = None) -> "Api":
        """Return a client for the calls of one event or, with a lease, of one job."""
        return Api(self._calls.client, origin=origin, lease=lease)
