"""How a call made for an event is sent: with a key of its own, fenced by the lease of its job."""

import hashlib
import json
import re
import uuid
from collections import Counter
from collections.abc import Mapping
from typing import Any

from gqlspaces.listener.client import Client
from gqlspaces.listener.documents import Mutation
from gqlspaces.listener.errors import JobCanceled, LeaseLost
from gqlspaces.listener.lease import Lease

LEASE_HEADER = "x-gqlspaces-lease"

_IS_MUTATION = re.compile(r"^\s*mutation\b", re.MULTILINE)


class Calls:
    """Sends what one handler asks for; everything in `gqlspaces.listener.api` goes through here.

    `origin` is the id of the job or event that the calls are made for. Their idempotency keys
    are derived from it, so that a handler which is run again repeats nothing that it has done.
    Without an origin every call is new. `patience` is that of the client unless it is given.
    """

    def __init__(
        self,
        client: Client,
        *,
        origin: str | None = None,
        lease: Lease | None = None,
        patience: float | None = None,
    ) -> None:
        self.client = client
        self.origin = origin
        self.lease = lease
        self._patience = patience
        self.leases = {lease.job_id: lease} if lease else {}
        self._made: Counter[str] = Counter()

    async def query(self, document: str, variables: Mapping[str, Any] | None) -> dict[str, Any]:
        """Send a document as it is; one that holds a mutation is not repeated if lost."""
        repeatable = not _IS_MUTATION.search(document)
        try:
            return await self.client.execute(
                document,
                variables,
                headers=self._fence(),
                repeatable=repeatable,
                patience=self._patience,
            )
        except (LeaseLost, JobCanceled) as error:
            await self._stop(self.lease, error)
            raise

    async def mutate(self, mutation: Mutation, input: Mapping[str, Any]) -> dict[str, Any]:
        """Send a mutation inside the fence of the job that the handler works on."""
        try:
            return await self.client.mutate(
                mutation,
                self._keyed(mutation, input),
                headers=self._fence(),
                patience=self._patience,
            )
        except (LeaseLost, JobCanceled) as error:
            await self._stop(self.lease, error)
            raise

    async def mutate_leased(
        self, mutation: Mutation, input: Mapping[str, Any], lease: Lease | None
    ) -> dict[str, Any]:
        """Send a mutation of a job, which presents the lease in its input and needs no fence.

        A fence would refuse the repetition of a settlement whose answer was lost.
        """
        leased = {**input, "lease": lease.token} if lease else input
        asked_at = self.client.pace.clock.now()
        try:
            payload = await self.client.mutate(mutation, self._keyed(mutation, leased))
        except (LeaseLost, JobCanceled) as error:
            await self._stop(lease, error)
            raise
        if lease:
            lease.renewed(asked_at)
        return payload

    def _fence(self) -> dict[str, str]:
        # Who has settled the job is free to go on without it.
        return {LEASE_HEADER: self.lease.header} if self.lease and not self.lease.settled else {}

    def _keyed(self, mutation: Mutation, input: Mapping[str, Any]) -> Mapping[str, Any]:
        if not mutation.keyed or "idempotencyKey" in input:
            return input
        return {**input, "idempotencyKey": self._key(mutation.field, input)}

    def _key(self, call: str, input: Mapping[str, Any]) -> str:
        # Equal calls are counted apart from others, so that a handler which takes another turn
        # the second time still finds the answers of the calls that it made before.
        if self.origin is None:
            return uuid.uuid4().hex
        text = json.dumps(input, sort_keys=True, default=str)
        same = f"{call}.{hashlib.sha256(text.encode()).hexdigest()[:32]}"
        self._made[same] += 1
        return f"{self.origin}.{same}.{self._made[same]}"

    async def _stop(self, lease: Lease | None, error: LeaseLost | JobCanceled) -> None:
        if lease:
            await lease.stop(error)
