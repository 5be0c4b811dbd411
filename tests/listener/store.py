"""What the gateway of these tests remembers, and the rules of its jobs and its log."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from graphql import GraphQLError

from gqlspaces.matching import EventPattern, topic_matches

AT = "2026-01-01T00:00:00Z"


class Refused(Exception):
    """A mutation ends in a user error."""


class Store:
    """Jobs, events and Spaces in memory; its methods are the root fields of the schema."""

    def __init__(self) -> None:
        self.changed = asyncio.Condition()
        self.jobs: dict[str, dict[str, Any]] = {}
        self.leases: dict[str, str] = {}
        self.events_log: list[dict[str, Any]] = []
        self.floor = 0
        self.workbooks: list[dict[str, Any]] = []
        self.documents: list[dict[str, Any]] = []
        self.space_changes: list[dict[str, Any]] = []
        self.calls: list[tuple[str, dict[str, Any], Mapping[str, str]]] = []
        self.answers: dict[str, dict[str, Any]] = {}
        self.subscribers = 0
        self.introduced: Mapping[str, Any] | None = None
        self.introduction_refused = ""
        self.untold: set[str] = set()
        self._numbers = itertools.count(1)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something happened that makes the condition true."""
        async with self.changed, asyncio.timeout(5):
            await self.changed.wait_for(lambda: bool(condition()))

    async def notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def emit(self, topic: str, **event: Any) -> str:
        number = len(self.events_log) + 1
        plain: dict[str, Any] = {"namespaces": [], "context": {}, "payload": {}, "origin": None}
        self.events_log.append(
            plain
            | {
                "id": f"ev_{number}",
                "topic": topic,
                "domain": topic.partition(":")[0],
                "createdAt": AT,
            }
            | event
        )
        await self.notify()
        return cursor(number)

    async def add_job(
        self, name: str = "space:configure", *, silent: bool = False, **job: Any
    ) -> str:
        kind, _, operation = name.partition(":")
        job_id = f"jb_{next(self._numbers)}"
        self.jobs[job_id] = {
            "id": job_id,
            "type": kind.upper(),
            "operation": operation,
            "name": name,
            "status": "READY",
            "progress": 0,
            "attempt": 0,
            "maxAttempts": 3,
            "isPart": False,
            "spaceId": "sp_1",
            "sourceId": "sp_1",
            "environmentId": "env_1",
            "namespaces": [],
            "parts": [],
            "createdAt": AT,
        } | job
        if not silent:
            await self.announce(job_id)
        return job_id

    async def announce(self, job_id: str, topic: str = "job:ready") -> None:
        job = self.jobs[job_id]
        if topic in self.untold:
            return
        await self.emit(
            topic,
            namespaces=job["namespaces"],
            context={"environmentId": "env_1", "spaceId": job["spaceId"], "jobId": job_id},
            payload={
                "job": job["name"],
                "operation": job["operation"],
                "status": job["status"].lower(),
                "isPart": job["isPart"],
                "input": job.get("input"),
            },
        )

    async def expire(self, job_id: str) -> None:
        """Take the job away from its holder, as the sweeper of the server does."""
        self.leases.pop(job_id)
        self.jobs[job_id]["status"] = "READY"
        await self.announce(job_id)

    def made(self, call: str) -> list[dict[str, Any]]:
        """Return the inputs of the calls of a name."""
        return [input for name, input, _headers in self.calls if name == call]

    def topics(self) -> list[str]:
        return [event["topic"] for event in self.events_log]

    def eventCursor(self, _info: Any) -> str:  # noqa: N802 - a root field
        return cursor(len(self.events_log))

    def job(self, _info: Any, id: str) -> dict[str, Any] | None:
        return self.jobs.get(id)

    def jobs_list(self, _info: Any, last: int, filter: Mapping[str, Any]) -> dict[str, Any]:
        found = [job for job in self.jobs.values() if job["status"] in filter["status"]]
        return {"edges": [{"node": job} for job in reversed(found[:last])]}

    def space(self, _info: Any, id: str = "sp_1") -> dict[str, Any]:
        return {
            "id": id,
            "name": "A Space",
            "version": 1,
            "workbooks": self.workbooks,
            "documents": self.documents,
        }

    async def events(
        self,
        _info: Any,
        *,
        after: str,
        filter: Mapping[str, Any],
        checkpoints: bool = False,
        listener: Mapping[str, Any] | None = None,
    ) -> AsyncIterator[dict[str, Any]]:
        self.introduced = listener
        place = self.place_of(after)
        pattern = EventPattern(
            filter.get("topics", "**"),
            namespaces=[filter["namespaces"]] if "namespaces" in filter else [],
        )
        self.subscribers += 1
        await self.notify()
        try:
            while True:
                while place < len(self.events_log):
                    event = self.events_log[place]
                    place += 1
                    heard = pattern.matches(event)
                    if heard or checkpoints:
                        item = {"cursor": cursor(place), "event": event if heard else None}
                        yield {"events": item}
                await self._after(place)
        finally:
            self.subscribers -= 1

    async def _after(self, place: int) -> None:
        async with self.changed:
            await self.changed.wait_for(lambda: place < len(self.events_log))

    def place_of(self, after: str) -> int:
        number = after.removeprefix("v1.log.")
        if not number.isdecimal() or int(number) > len(self.events_log):
            raise GraphQLError("no such cursor", extensions={"code": "CURSOR_INVALID"})
        if int(number) < self.floor:
            raise GraphQLError("too old a cursor", extensions={"code": "CURSOR_EXPIRED"})
        return int(number)

    async def mutate(
        self, call: str, input: dict[str, Any], headers: Mapping[str, str]
    ) -> dict[str, Any]:
        self.calls.append((call, input, headers))
        key = input.get("idempotencyKey")
        if key is not None and key in self.answers:
            return self.answers[key]
        try:
            self._fence(headers)
            payload = await getattr(self, f"_{call}")(**_arguments(input))
        except Refused as error:
            code, message = error.args
            payload = {"userErrors": [{"code": code, "message": message, "path": ["id"]}]}
            return payload | ({"claims": []} if call == "claimJobs" else {})
        finally:
            await self.notify()
        answer: dict[str, Any] = payload | {"userErrors": []}
        if key is not None:
            self.answers[key] = answer
        return answer

    def _fence(self, headers: Mapping[str, str]) -> None:
        if fence := headers.get("x-gqlspaces-lease"):
            job_id, lease = fence.split(" ")
            self._hold(job_id, lease)

    def _hold(self, job_id: str, lease: str) -> dict[str, Any]:
        job = self.jobs[job_id]
        if job["status"] == "CANCELED":
            raise Refused("JOB_CANCELED", "canceled")
        if self.leases.get(job_id) != lease:
            raise Refused("LEASE_LOST", "not yours any more")
        if job["status"] != "EXECUTING":
            raise Refused("JOB_CONFLICT", f"the job is {job['status']}")
        return job

    def _claim(self, job: dict[str, Any], holder: str) -> dict[str, Any]:
        if job["status"] == "EXECUTING" and job["holder"] == holder:
            return {"job": job, "lease": self.leases[job["id"]], "leaseExpiresAt": AT}
        if job["status"] != "READY":
            raise Refused("JOB_CONFLICT", f"the job is {job['status']}")
        job |= {"status": "EXECUTING", "attempt": job["attempt"] + 1, "progress": 0}
        job["holder"] = holder
        self.leases[job["id"]] = f"lease-{next(self._numbers)}"
        return {"job": job, "lease": self.leases[job["id"]], "leaseExpiresAt": AT}

    async def _ackJob(self, id: str, holder: str, **_rest: Any) -> dict[str, Any]:  # noqa: N802
        if id not in self.jobs:
            raise Refused("NOT_FOUND", "no such job")
        return self._claim(self.jobs[id], holder)

    async def _claimJobs(  # noqa: N802
        self,
        jobs: list[str],
        limit: int,
        holder: str,
        namespaces: list[str] | None = None,
        **_rest: Any,
    ) -> dict[str, Any]:
        ready = [
            job
            for job in self.jobs.values()
            if job["status"] == "READY"
            and topic_matches(job["name"], jobs)
            and (not namespaces or any(topic_matches(ns, namespaces) for ns in job["namespaces"]))
        ]
        return {"claims": [self._claim(job, holder) for job in ready[:limit]]}

    async def _updateJob(self, id: str, lease: str, **changes: Any) -> dict[str, Any]:  # noqa: N802
        job = self._hold(id, lease)
        job |= {key: changes[key] for key in ("progress", "info") if key in changes}
        return {"job": job}

    async def _completeJob(self, id: str, lease: str, **ending: Any) -> dict[str, Any]:  # noqa: N802
        job = self._hold(id, lease)
        job |= {"status": "COMPLETE", "outcome": ending.get("outcome"), "info": ending.get("info")}
        job["result"] = ending.get("result")
        await self.announce(id, "job:completed")
        await self._account_for(job)
        return {"job": job}

    async def _account_for(self, part: dict[str, Any]) -> None:
        whole = self.jobs.get(part.get("parentId", ""))
        if whole and all(one["status"] in {"COMPLETE", "FAILED"} for one in whole["parts"]):
            ends = [one["status"] for one in whole["parts"]]
            done, failed = ends.count("COMPLETE"), ends.count("FAILED")
            whole["partsResult"] = {"total": len(ends), "completed": done, "failed": failed}
            await self.announce(whole["id"], "job:parts-completed")

    async def _splitJob(  # noqa: N802
        self, id: str, lease: str, parts: Any, **more: Any
    ) -> dict[str, Any]:
        job = self._hold(id, lease)
        if job.get("partExecution"):
            raise Refused("JOB_CONFLICT", "it cannot be split again")
        job["partExecution"] = "PARALLEL" if more["runInParallel"] else "SEQUENTIAL"
        described = parts if isinstance(parts, list) else [{"part": n} for n in range(parts)]
        ids = [
            await self.add_job(
                job["name"], silent=True, isPart=True, parentId=id, partData=part, input=part
            )
            for part in described
        ]
        job["parts"] = [self.jobs[part] for part in ids]
        for part in ids:
            await self.announce(part)
        return {"job": job, "parts": job["parts"]}

    async def _deleteWorkbook(self, id: str) -> dict[str, Any]:  # noqa: N802
        left = [workbook for workbook in self.workbooks if workbook["id"] != id]
        if len(left) == len(self.workbooks):
            raise Refused("NOT_FOUND", "no such workbook")
        self.workbooks = left
        return {}

    async def _failJob(  # noqa: N802
        self, id: str, lease: str, retry: bool = False, **ending: Any
    ) -> dict[str, Any]:
        job = self._hold(id, lease)
        job |= {"status": "READY" if retry else "FAILED", "outcome": ending.get("outcome")}
        self.leases.pop(id)
        await self.announce(id, "job:ready" if retry else "job:failed")
        await self._account_for(job)
        return {"job": job}

    async def _createWorkbook(self, **workbook: Any) -> dict[str, Any]:  # noqa: N802
        sheets = [
            {"id": f"sh_{next(self._numbers)}", "access": [], "slug": sheet["name"].lower()} | sheet
            for sheet in workbook.get("sheets", [])
        ]
        made = workbook | {"id": f"wb_{next(self._numbers)}", "sheets": sheets}
        self.workbooks.append(made)
        return {"workbook": made}

    async def _createDocument(self, **document: Any) -> dict[str, Any]:  # noqa: N802
        made = document | {"id": f"dc_{next(self._numbers)}"}
        self.documents.append(made)
        return {"document": made}

    async def _updateSpace(self, **changes: Any) -> dict[str, Any]:  # noqa: N802
        self.space_changes.append(changes)
        return {"space": self.space(None)}

    async def _configureSpace(self, blueprint: dict[str, Any], **_rest: Any) -> dict[str, Any]:  # noqa: N802
        for workbook in blueprint.get("workbooks", []):
            if not workbook.get("name"):
                raise Refused("REQUIRED", "a workbook needs a name")
            await self._createWorkbook(**workbook)
        for document in blueprint.get("documents", []):
            await self._createDocument(**document)
        return {"space": self.space(None)}


def cursor(number: int) -> str:
    return f"v1.log.{number}"


def _arguments(input: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in input.items() if key != "idempotencyKey"}
