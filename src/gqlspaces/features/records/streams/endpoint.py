"""The endpoints of record streams: who may use them, and what is refused before a byte flows."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from gqlspaces.features.records.desk import Desk, seated
from gqlspaces.features.records.reading.sheet import read_sheet
from gqlspaces.features.records.streams.export import Exporter
from gqlspaces.features.records.streams.formats import FORMATS
from gqlspaces.features.records.streams.intake import MOST_REJECTED, Intake
from gqlspaces.features.records.streams.lines import Lines
from gqlspaces.features.records.streams.parameters import (
    Import,
    check_upload,
    read_export,
    read_import,
)
from gqlspaces.features.records.streams.uploads import Name, Upload, gap
from gqlspaces.kernel import auth
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.database import Database
from gqlspaces.kernel.errors import DomainError
from gqlspaces.kernel.http.answer import common_headers, encode
from gqlspaces.kernel.http.caller import Credentials, request_id_of
from gqlspaces.kernel.http.content import check_content
from gqlspaces.kernel.http.draining import Attendance
from gqlspaces.kernel.http.refusal import HttpRefusal, admitted, closing, refused
from gqlspaces.kernel.http.streaming import ByteStream, received
from gqlspaces.kernel.reader import Reader

NDJSON: Final = "application/x-ndjson"
JSON_LINES: Final = (NDJSON, "application/jsonl", "application/json-lines")


class Caller(Protocol):
    """Who sends a request, and the database that is asked."""

    @property
    def database(self) -> Database:
        """The database."""

    @property
    def principal(self) -> Principal:
        """What the caller may do."""

    @property
    def lease(self) -> str | None:
        """The fencing token of the job that the caller works on, if any."""


Authenticate: TypeAlias = Callable[[Credentials], Awaitable[Caller]]


class RecordStreams:
    """The endpoints of all Sheets; ``receive_seconds`` is how long a client may pause sending."""

    def __init__(
        self, authenticate: Authenticate, *, ending: asyncio.Event, receive_seconds: float
    ) -> None:
        self.authenticate = authenticate
        self.receive_seconds = receive_seconds
        self.attendance = Attendance(ending)

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """Where they are."""
        fetch = {name: _Fetch(name) for name in FORMATS}
        return [
            Route("/sheets/{sheet}/records.jsonl", self._at(GET=fetch["jsonl"], POST=_take)),
            Route("/sheets/{sheet}/records.csv", self._at(GET=fetch["csv"])),
            Route("/sheets/{sheet}/uploads/{upload}", self._at(GET=_tell, HEAD=_tell)),
        ]

    def _at(self, **handlers: "Handler") -> "_Endpoint":
        return _Endpoint(self, handlers)

    async def drain(self, seconds: float) -> None:
        """Refuse new requests and end streams, each where it can be gone on with."""
        await self.attendance.drain(seconds)


@dataclass(frozen=True)
class Visit:
    """One request."""

    streams: RecordStreams
    request: Request
    request_id: str

    @property
    def sheet_id(self) -> str:
        """The Sheet that its path names."""
        return str(self.request.path_params["sheet"])

    async def reader(self) -> Reader:
        """Give the caller's view; raise what a key that is no more, or too weak, is told."""
        caller = await self._caller(auth.Scope.SPACE_READ)
        return caller.database.reader(caller.principal)

    async def desk(self) -> Desk:
        """Seat the caller to write; raise what a key or lease that is no more is told."""
        caller = await self._caller(auth.Scope.SPACE_WRITE)
        return await seated(caller.database, caller.principal, caller.lease)

    async def _caller(self, scope: auth.Scope) -> Caller:
        caller = await admitted(self.streams.authenticate, self.request, self.request_id)
        caller.principal.require(scope)
        return caller

    def headers(self, media_type: str, **more: str) -> dict[str, str]:
        """Give the headers of an answer."""
        own = {"content-type": f"{media_type}; charset=utf-8", "cache-control": "no-store"}
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {**common_headers(self.request_id), **own, **named}

    def json(self, status: int, body: Any, **headers: str) -> Response:
        """Answer with one value."""
        return Response(encode(body), status, self.headers("application/json", **headers))


Handler: TypeAlias = Callable[[Visit], Awaitable[ASGIApp]]


@dataclass(frozen=True)
class _Endpoint:
    """One path."""

    streams: RecordStreams
    handlers: Mapping[str, Handler]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        visit = Visit(self.streams, request, request_id_of(request.headers))
        with self.streams.attendance.attending():
            try:
                response = await self._answer(visit)
            except ClientDisconnect:
                return
            except Exception as error:  # noqa: BLE001 - the boundary where bugs become masked errors
                refusal = refused(error)
                response = visit.json(refusal.status, refusal.body)
                response.headers.update(refusal.headers)
            await response(scope, receive, send)

    async def _answer(self, visit: Visit) -> ASGIApp:
        if self.streams.attendance.closing.is_set():
            raise closing()
        handler = self.handlers.get(visit.request.method)
        if handler is None:
            methods = ", ".join(self.handlers)
            message = f"This is asked by {methods}."
            raise HttpRefusal(405, "METHOD_NOT_ALLOWED", message, {"allow": methods})
        return await handler(visit)


@dataclass(frozen=True)
class _Fetch:
    """Sends the records of a Sheet in one format."""

    format: str

    async def __call__(self, visit: Visit) -> ASGIApp:
        reader = await visit.reader()
        export = read_export(visit.request.query_params, visit.sheet_id)
        exporter = Exporter(visit.sheet_id, export, FORMATS[self.format](export))
        begun = await exporter.begin(reader)
        name = quote(f"{begun.slug}.{self.format}")
        more = {"content_disposition": f"attachment; filename*=UTF-8''{name}"}
        if begun.total is not None:
            more["x_gqlspaces_total"] = str(begun.total)
        return ByteStream(
            exporter.parts(begun.page, visit.reader),
            headers=visit.headers(exporter.format.media_type, **more),
            ending=visit.streams.attendance.closing,
        )


async def _tell(visit: Visit) -> ASGIApp:
    """Tell how far an upload got."""
    name = str(visit.request.path_params["upload"])
    check_upload(name)
    found = await _find(visit, await visit.desk(), name)
    return visit.json(200, found.shown(), x_gqlspaces_lines=str(found.lines))


async def _take(visit: Visit) -> ASGIApp:
    """Take the records of a body."""
    desk = await visit.desk()
    check_content(visit.request, JSON_LINES)
    wanted = read_import(visit.request.query_params)
    lines = await _begun(visit, desk, wanted)
    intake = Intake(visit.sheet_id, wanted, lines=lines.first + lines.skip)
    chunks = received(
        visit.request.receive,
        seconds=visit.streams.receive_seconds,
        ending=visit.streams.attendance.closing,
    )
    answers = intake.take_all(chunks, lines, visit.desk)
    if _wants_progress(visit.request):
        return _Progress(intake, answers, chunks, visit.headers(NDJSON))
    async with aclosing(chunks):
        return await _summed_up(visit, intake, answers)


async def _begun(visit: Visit, desk: Desk, wanted: Import) -> Lines:
    """See to it that lines can be taken from the first one sent on."""
    if wanted.key is not None:
        structure = await desk.structure(visit.sheet_id)
        if all(field.key != wanted.key for field in structure.fields):
            msg = "Must be the key of a Field of the Sheet."
            raise DomainError(msg, path=("key",), code="BAD_USER_INPUT")
    if wanted.upload is None:
        await desk.structure(visit.sheet_id)
        return Lines(wanted.offset)
    taken = (await _find(visit, desk, wanted.upload)).lines
    if wanted.offset > taken:
        raise gap(taken)
    return Lines(wanted.offset, skip=taken - wanted.offset)


async def _find(visit: Visit, desk: Desk, name: str) -> Upload:
    reader = desk.database.reader(desk.principal)
    mine = Name(desk.principal.key_id, name)
    return await read_sheet(
        reader, visit.sheet_id, lambda sheet: mine.find(sheet.connection, sheet.state)
    )


async def _summed_up(
    visit: Visit, intake: Intake, answers: AsyncGenerator[dict[str, Any], None]
) -> Response:
    """Take everything, then answer at once."""
    rejected: list[Any] = []
    try:
        async for answer in answers:
            rejected += answer["rejectedRows"][: MOST_REJECTED - len(rejected)]
    except ClientDisconnect:
        raise
    except Exception as error:
        refusal = refused(error)
        refusal.extensions = {**intake.summary(), **refusal.extensions}
        raise refusal from error
    return visit.json(200, {"done": True, **intake.summary(), "rejectedRows": rejected})


@dataclass(frozen=True)
class _Progress:
    """An ASGI response that tells of every batch when it is durable, while more of them come.

    Who asks for it reads it while sending; who does not is cut off like anyone who does not read.
    """

    intake: Intake
    answers: AsyncGenerator[dict[str, Any], None]
    chunks: AsyncGenerator[bytes, None]
    headers: Mapping[str, str]

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        end: dict[str, Any] = {"done": True}
        try:
            async with aclosing(self.chunks):
                async for answer in self.answers:
                    await _send_line(send, answer)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - the boundary where bugs become masked errors
            end = {"done": False, **refused(error).body}
        await _send_line(send, end | self.intake.summary())
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _send_line(send: Send, value: Any) -> None:
    line = encode(value) + b"\n"
    await send({"type": "http.response.body", "body": line, "more_body": True})


def _wants_progress(request: Request) -> bool:
    accepted = ",".join(request.headers.getlist("accept")).lower().split(",")
    return any(one.partition(";")[0].strip() in JSON_LINES for one in accepted)
