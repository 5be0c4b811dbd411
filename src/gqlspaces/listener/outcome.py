"""What a person is shown when a job has ended, and where they go from there."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, fields
from typing import Any, ClassVar, Literal, cast

from gqlspaces.listener.entities import JobOutcome
from gqlspaces.listener.spelling import camel_case

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FileLink:
    """A file offered to the person."""

    file_id: str
    label: str | None = None


class NextStep:
    """Where the person goes when the dialog closes; each kind is a class of its own.

    A `label` is the text of the button that leads there.
    """

    __slots__ = ()
    kind: ClassVar[str]

    def as_json(self) -> Json:
        """Return the step as the API takes it."""
        return {"type": self.kind, **_members(self)}


@dataclass(frozen=True, slots=True)
class GoTo(NextStep):
    """Go to a Sheet, a document or anything else that has an id."""

    kind: ClassVar[str] = "id"
    id: str
    label: str | None = None
    _: KW_ONLY
    path: str | None = None
    query: str | None = None


@dataclass(frozen=True, slots=True)
class Visit(NextStep):
    """Go to an address on the web."""

    kind: ClassVar[str] = "url"
    url: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Download(NextStep):
    """Download from an address."""

    kind: ClassVar[str] = "download"
    url: str
    label: str | None = None
    _: KW_ONLY
    file_name: str | None = None


@dataclass(frozen=True, slots=True)
class DownloadFiles(NextStep):
    """Download files of the Space."""

    kind: ClassVar[str] = "files"
    files: Sequence[FileLink]
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(NextStep):
    """Stay here."""

    kind: ClassVar[str] = "wait"
    fade: bool | None = None
    confetti: bool | None = None


@dataclass(frozen=True, slots=True)
class ShowSnapshot(NextStep):
    """Look at a Sheet as it was."""

    kind: ClassVar[str] = "snapshot"
    snapshot_id: str
    sheet_id: str


@dataclass(frozen=True, slots=True)
class Retry(NextStep):
    """Begin the job again, with its failed parts."""

    kind: ClassVar[str] = "retry"
    label: str | None = None


@dataclass(frozen=True, slots=True)
class ShowSheet(NextStep):
    """Look at a Sheet with some of its columns hidden."""

    kind: ClassVar[str] = "view"
    sheet_id: str
    label: str | None = None
    _: KW_ONLY
    hidden_columns: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ClearFilters(NextStep):
    """Look at Sheets, or at the one that is open, without filters."""

    kind: ClassVar[str] = "clearFilters"
    sheet_ids: Sequence[str] | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended, for people: a dialog with a text, a button and a next step.

    With `acknowledge` it stays until somebody closes it. `trigger` says whether the next step
    begins by itself, and `audience` for whom: who started the job, or everybody in the Space.
    """

    message: str | None = None
    _: KW_ONLY
    acknowledge: bool | None = None
    heading: str | None = None
    button_text: str | None = None
    hide_default_button: bool | None = None
    next: NextStep | None = None
    trigger: Literal["manual", "automatic", "automatic_silent"] | None = None
    audience: Literal["originator", "all"] | None = None

    def as_json(self) -> JobOutcome:
        """Return the outcome as the API takes it; what is not said is left out."""
        said = _members(self)
        if audience := said.pop("audience", None):
            said["trigger"] = {"type": self.trigger or "manual", "audience": audience}
        return cast("JobOutcome", said)


def outcome_input(outcome: Outcome | JobOutcome | None) -> JobOutcome | None:
    """Return an outcome as the API takes it, however it was given."""
    return outcome.as_json() if isinstance(outcome, Outcome) else outcome


def _members(of: Any) -> Json:
    said = {field.name: getattr(of, field.name) for field in fields(of)}
    return {camel_case(name): _plain(value) for name, value in said.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, NextStep):
        return value.as_json()
    if isinstance(value, FileLink):
        return _members(value)
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
