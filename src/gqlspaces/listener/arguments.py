"""What the client's calls take: keyword arguments in Python's spelling, JSON inside them.

Inside nested dictionaries keys are camelCase and enum values have the domain's spelling, as in a
blueprint. A key that is left out stays unchanged; None clears it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Required, TypedDict

JsonObject = Mapping[str, Any]


class Progress(TypedDict, total=False):
    """How far a job has come; `progress` goes from 0 to 100."""

    progress: int
    info: str | None
    estimated_completion_at: datetime | str | None


class JobChanges(Progress, total=False):
    """What a job's holder may change."""

    metadata: JsonObject | None


class NewJob(TypedDict, total=False):
    """A job to create, such as type "workbook", operation "submit"."""

    type: Required[str]
    operation: Required[str]
    source_id: Required[str]
    space_id: str
    destination_id: str
    trigger: str
    mode: str
    config: JsonObject
    input: JsonObject
    subject: JsonObject
    info: str
    metadata: JsonObject
    run_at: datetime | str
    predecessor_ids: Sequence[str]
    max_attempts: int
    estimated_completion_at: datetime | str


class SpaceChanges(TypedDict, total=False):
    """What may change about a Space; `metadata` is merged (RFC 7386)."""

    name: str
    namespace: str | None
    app_id: str | None
    actions: Sequence[JsonObject]
    labels: Sequence[str]
    metadata: JsonObject
    settings: JsonObject
    access: Sequence[str]
    display_order: int | None
    is_app_template: bool
    guest_authentication: Sequence[str]
    language_override: str | None
    primary_workbook_id: str | None
    translations_path: str | None
    expected_version: int


class NewSpace(TypedDict, total=False):
    """A Space to create; with `auto_configure` it gets a `space:configure` job."""

    name: str
    namespace: str | None
    app_id: str
    auto_configure: bool
    actions: Sequence[JsonObject]
    labels: Sequence[str]
    metadata: JsonObject
    settings: JsonObject
    access: Sequence[str]
    display_order: int
    guest_authentication: Sequence[str]
    language_override: str
    translations_path: str


class WorkbookChanges(TypedDict, total=False):
    """What may change about a workbook."""

    name: str
    namespace: str | None
    labels: Sequence[str]
    metadata: JsonObject | None
    settings: JsonObject
    folder: str | None
    treatments: Sequence[str]
    actions: Sequence[JsonObject]
    storage_strategy: str


class NewWorkbook(WorkbookChanges, total=False):
    """A workbook to create, with its sheets and actions in order."""

    space_id: Required[str]
    sheets: Sequence[JsonObject]


class DocumentChanges(TypedDict, total=False):
    """What may change about a document; `body` is Markdown or HTML."""

    title: str
    body: str
    treatments: Sequence[str]
    actions: Sequence[JsonObject]


class NewDocument(DocumentChanges, total=False):
    """A document to create in a Space."""

    space_id: Required[str]


class SheetChanges(TypedDict, total=False):
    """What may change about a sheet; a list replaces the whole list."""

    name: str
    slug: str
    fields: Sequence[JsonObject]
    actions: Sequence[JsonObject]
    constraints: Sequence[JsonObject]
    description: str | None
    access: Sequence[str]
    collection: str | None
    metadata: JsonObject | None
    readonly: bool
    allow_additional_fields: bool
    mapping_confidence_threshold: float | None


class NewField(TypedDict, total=False):
    """A column to add to a sheet, at the end unless `index` says where."""

    key: Required[str]
    type: str
    label: str
    index: int
    description: str
    constraints: Sequence[JsonObject]
    readonly: bool
    appearance: JsonObject
    config: JsonObject
    alternative_names: Sequence[str]
    actions: Sequence[JsonObject]
    metadata: JsonObject
    treatments: Sequence[str]


class RecordMessageInput(TypedDict, total=False):
    """A message on a record: `level` is error, warn or info; without `field` it is on the whole."""

    field: str
    level: Required[str]
    message: Required[str]


class RecordDetails(TypedDict, total=False):
    """What a record has beside its values; `config` says what of it is read-only."""

    metadata: JsonObject
    config: JsonObject
    messages: Sequence[RecordMessageInput]


class NewRecord(RecordDetails, total=False):
    """A record to add: its values by the keys of the Fields."""

    values: Required[JsonObject]


class RecordChanges(RecordDetails, total=False):
    """What to change of a record; with `commitId` only if that Commit was the last to change it."""

    id: Required[str]
    commitId: str
    values: JsonObject


class Selection(TypedDict, total=False):
    """Which records are meant; `filter` is all, valid, error or none, `q` a query (FFQL)."""

    filter: str
    filterField: str
    search: str
    searchField: str
    q: str
    ids: Sequence[str]
    commitId: str
    sinceCommitId: str


class Answering(TypedDict, total=False):
    """Of a write that answers a commit, which hooks then pass over.

    The commit answered is completed unless `completes` is False or a row is rejected.
    """

    answers: str
    completes: bool
    idempotency_key: str


class Overriding(Answering, total=False):
    """Of a write that may change what is locked or read-only."""

    override_readonly: bool
