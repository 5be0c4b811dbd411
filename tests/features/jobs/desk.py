"""A desk from which tests make Jobs, take them and settle them through the API."""

from dataclasses import dataclass
from typing import Any

from gqlspaces.app import Gateway
from gqlspaces.features.jobs.sweeper import sweep
from harness import Api, HandClock

JOB = """
  id name status progress attempt maxAttempts holder info leaseExpiresAt availableAt
  startedAt finishedAt outcome { message acknowledge }
"""


@dataclass
class Desk:
    """A Space in which a test makes Jobs."""

    api: Api
    gateway: Gateway
    clock: HandClock
    space: str

    @classmethod
    async def open(cls, api: Api, gateway: Gateway, clock: HandClock) -> "Desk":
        made = await api.do("createSpace", "space { id }", name="Acme", autoConfigure=False)
        return cls(api, gateway, clock, made["space"]["id"])

    async def create(self, **input: Any) -> str:
        wanted = {"type": "SPACE", "operation": "configure", "sourceId": self.space} | input
        id: str = (await self.api.do("createJob", "job { id }", **wanted))["job"]["id"]
        return id

    async def ack(self, id: str, **input: Any) -> str:
        lease: str = (await self.api.do("ackJob", "lease", id=id, **input))["lease"]
        return lease

    async def taken(self, **input: Any) -> tuple[str, str]:
        """Make a Job and take it; give its id and its lease."""
        id = await self.create(**input)
        return id, await self.ack(id)

    async def do(self, mutation: str, id: str, **input: Any) -> Any:
        """Take a step that must be allowed; give the Job after it."""
        return (await self.api.do(mutation, f"job {{ {JOB} }}", id=id, **input))["job"]

    async def job(self, id: str, selection: str = JOB) -> Any:
        document = f"query ($id: ID!) {{ job(id: $id) {{ {selection} }} }}"
        return (await self.api(document, id=id))["job"]

    async def status(self, id: str) -> str:
        status: str = (await self.job(id, "status"))["status"]
        return status

    async def topics(self, id: str) -> list[str]:
        return await self.api.topics(jobId=id)

    async def pass_by(self, seconds: float) -> int:
        """Let time pass and sweep once; give how many Jobs moved."""
        self.clock.pass_by(seconds)
        return await sweep(self.gateway.database)
