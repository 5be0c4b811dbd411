"""What the client answers with: plain dictionaries, typed."""

from typing import Any, TypedDict

Json = dict[str, Any]


class PartsResult(TypedDict):
    """How the parts of a job have ended, in numbers."""

    total: int
    completed: int
    failed: int
    canceled: int


class Job(TypedDict):
    """A piece of work; `name` is `<type>:<operation>`, progress goes from 0 to 100.

    Of a part, `partData` says which part of the work it does. Of a job that was split,
    `partExecution` is set, and `partsResult` once all parts have ended.
    """

    id: str
    type: str
    operation: str
    name: str
    status: str
    progress: int
    info: str | None
    attempt: int
    maxAttempts: int
    isPart: bool
    part: int | None
    partData: Json | None
    partExecution: str | None
    partsResult: PartsResult | None
    parentId: str | None
    environmentId: str
    appId: str | None
    spaceId: str | None
    workbookId: str | None
    sheetId: str | None
    documentId: str | None
    actionId: str | None
    sourceId: str
    namespaces: list[str]
    input: Json | None
    subject: Json | None
    result: Json | None
    metadata: Json | None
    createdAt: str


class Claim(TypedDict):
    """A job that is now held, and the token that says so."""

    job: Job
    lease: str
    leaseExpiresAt: str


class NamedWorkbook(TypedDict):
    """A workbook as a Space lists it."""

    id: str
    name: str


class TitledDocument(TypedDict):
    """A document as a Space lists it."""

    id: str
    title: str


class Space(TypedDict):
    """A Space with the names of what it holds, in declared order."""

    id: str
    name: str
    namespace: str | None
    version: int
    metadata: Json | None
    workbooks: list[NamedWorkbook]
    documents: list[TitledDocument]


class SluggedSheet(TypedDict):
    """A sheet as its workbook lists it."""

    id: str
    name: str
    slug: str


class Workbook(TypedDict):
    """A workbook with its sheets in declared order."""

    id: str
    name: str
    namespace: str | None
    sheets: list[SluggedSheet]


class Document(TypedDict):
    """A document of a Space."""

    id: str
    title: str
    body: str


class Sheet(TypedDict):
    """A sheet; `access` is empty when nobody may change its records."""

    id: str
    name: str
    slug: str
    access: list[str]
    lockedAt: str | None
    metadata: Json | None


class Field(TypedDict):
    """A column of a sheet; `type` has its name in the API, such as `ENUM_LIST`."""

    id: str
    key: str
    type: str
    label: str
    metadata: Json


class JobOutcome(TypedDict, total=False):
    """What a person is shown when a job has ended."""

    message: str
    acknowledge: bool
    heading: str
    buttonText: str
    hideDefaultButton: bool
    next: Json
    trigger: Any


class RecordMessage(TypedDict):
    """Something to know about a record or the cell of a Field."""

    field: str | None
    level: str
    source: str
    message: str


class StoredRecord(TypedDict):
    """A row of a sheet; empty cells are left out of its values."""

    id: str
    values: Json
    valid: bool
    messages: list[RecordMessage]
    metadata: Json
    commitId: str


class Commit(TypedDict):
    """What one write did to the records of a sheet."""

    id: str
    sheetId: str
    completedAt: str | None
    answers: str | None
    created: int
    updated: int
    deleted: int


class RejectedRow(TypedDict):
    """A row that was not taken; `index` is its place among those sent."""

    index: int
    code: str
    message: str
    path: list[str]


class WrittenRecords(TypedDict):
    """What a write did; its commit is None if there was nothing to do."""

    commit: Commit | None
    rejected: list[RejectedRow]


class AddedRecords(WrittenRecords):
    """What a write did, with the ids of the records in the order of their rows."""

    recordIds: list[str]
