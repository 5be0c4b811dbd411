"""What a person is shown when a Job has ended, and where they go next (domain reference 2.9)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field

from gqlspaces.blueprint.configuration import Configuration
from gqlspaces.blueprint.json_value import JsonObject
from gqlspaces.blueprint.problems import ProblemCode, echo, reject
from gqlspaces.blueprint.text import Flag, Ids, Keys, Name, Prose, Word

_URL_LENGTH: Final = 2048
_FILES: Final = 100

RETRY: Final = "retry"
"""The next step that begins the Job again."""


def _check_url(value: str) -> str:
    if not value.startswith(("https://", "http://")):
        reject(ProblemCode.INVALID, "Must be an address that begins with https:// or http://.")
    return value


Url = Annotated[Word, Field(max_length=_URL_LENGTH), AfterValidator(_check_url)]


class OutcomeTrigger(StrEnum):
    """How the next step begins."""

    MANUAL = "manual"
    AUTOMATIC = "automatic"
    AUTOMATIC_SILENT = "automatic_silent"


class Audience(StrEnum):
    """For whom the next step begins."""

    ORIGINATOR = "originator"
    ALL = "all"


class TargetedTrigger(Configuration):
    """How the next step begins, and for whom."""

    type: OutcomeTrigger = Field(description="How it begins.")
    audience: Audience = Field(description="For whom it begins.")


class OutcomeFile(Configuration):
    """A File offered to the person."""

    file_id: Word = Field(description="The File.")
    label: Name | None = Field(default=None, description="Its link's text.")


class _Next(Configuration):
    type: str


class _Labelled(_Next):
    label: Name | None = None


class NextId(_Labelled):
    """Go to the thing with this id."""

    id: Word
    path: Prose | None = None
    query: Prose | None = None


class NextUrl(_Labelled):
    """Go to this address."""

    url: Url


class NextDownload(_Labelled):
    """Download from this address."""

    url: Url
    file_name: Name | None = None


class NextFiles(_Labelled):
    """Download these Files."""

    files: Annotated[list[OutcomeFile], Field(min_length=1, max_length=_FILES)]


class NextWait(_Next):
    """Stay where one is."""

    fade: Flag | None = None
    confetti: Flag | None = None


class NextSnapshot(_Next):
    """Look at a snapshot of a Sheet."""

    snapshot_id: Word
    sheet_id: Word


class NextRetry(_Labelled):
    """Start the Job again."""


class NextView(_Labelled):
    """Look at a Sheet with some of its columns hidden."""

    sheet_id: Word
    hidden_columns: Keys = Field(default=[])


class NextClearFilters(_Labelled):
    """Look at Sheets without filters."""

    sheet_ids: Ids | None = None


_KINDS: Final[Mapping[str, type[_Next]]] = {
    "id": NextId,
    "url": NextUrl,
    "download": NextDownload,
    "files": NextFiles,
    "wait": NextWait,
    "snapshot": NextSnapshot,
    RETRY: NextRetry,
    "view": NextView,
    "clearFilters": NextClearFilters,
}


def _check_next(value: dict[str, Any]) -> dict[str, Any]:
    """Give the canonical form of a next step; its ``type`` says which members it has."""
    if "type" not in value:
        reject(ProblemCode.REQUIRED, "Is required.", "type")
    kind = value["type"]
    if not isinstance(kind, str) or kind not in _KINDS:
        told = echo(kind) if isinstance(kind, str) else "This"
        reject(ProblemCode.INVALID, f"{told} is none of {', '.join(_KINDS)}.", "type")
    step = _KINDS[kind].model_validate(value)
    return step.model_dump(mode="json", by_alias=True, exclude_none=True)


def _check_trigger(value: Any) -> Any:
    """Give the canonical form of a trigger: a word, or a word with an audience."""
    if isinstance(value, dict):
        return TargetedTrigger.model_validate(value).model_dump(mode="json")
    if value not in list(OutcomeTrigger):
        known = ", ".join(OutcomeTrigger)
        reject(ProblemCode.INVALID, f"Must be one of {known}, or an object with an audience.")
    return str(value)


class JobOutcomeConfig(Configuration):
    """What a person is shown when a Job has ended."""

    acknowledge: Flag = Field(
        default=False, description="Whether the person is asked to acknowledge it."
    )
    heading: Name | None = Field(default=None, description="The title of the dialog.")
    message: Prose | None = Field(default=None, description="The text of the dialog.")
    button_text: Name | None = Field(default=None, description="The text of its button.")
    hide_default_button: Flag = Field(
        default=False, description="Whether the dialog has no button of its own."
    )
    next: Annotated[JsonObject, AfterValidator(_check_next)] | None = Field(
        default=None,
        description=f"Where the person goes next; its `type` is {', '.join(_KINDS)}.",
    )
    trigger: Annotated[Any, BeforeValidator(_check_trigger)] = Field(
        default=None,
        description=(
            "How the next step begins: `manual`, `automatic` or `automatic_silent`, alone or as "
            "the `type` of an object whose `audience` is `originator` or `all`."
        ),
    )
