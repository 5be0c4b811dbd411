"""What a listener may say about itself when it subscribes."""

import json
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field

from gqlspaces.blueprint.configuration import Configuration
from gqlspaces.blueprint.json_value import JsonValue
from gqlspaces.blueprint.problems import ProblemCode, reject
from gqlspaces.blueprint.text import Flag, Name, Prose
from gqlspaces.matching import ANY

MOST_REGISTRATIONS: Final = 500
MOST_PATTERNS: Final = 100
DEEPEST: Final = 20
LARGEST_FILTERS: Final = 16 * 1024
LARGEST: Final = 512 * 1024
"""Bytes of JSON: all of it is read whenever somebody asks who listens."""

Pattern = Annotated[Prose, Field(max_length=512)]
Patterns = Annotated[list[Pattern], Field(max_length=MOST_PATTERNS)]


def _check_filters(value: list[Any]) -> list[Any]:
    _check_size(value, LARGEST_FILTERS)
    return value


def _check_size(value: Any, most: int) -> None:
    if len(json.dumps(value, ensure_ascii=False).encode()) > most:
        reject(ProblemCode.TOO_LONG, f"Must be at most {most} bytes of JSON.")


Filters = Annotated[list[JsonValue], Field(max_length=DEEPEST), AfterValidator(_check_filters)]

READY: Final = "job:ready"
"""The topic that offers a Job; who registered for it by that name takes Jobs."""


class ListenerRegistrationConfig(Configuration):
    """One handler: which events it hears."""

    on: Patterns = Field(description="Patterns of topics, alternatives; an empty one is `**`.")
    filters: Filters | None = Field(
        default=None, description="The filters around it from the outside in; all must match."
    )
    namespaces: Annotated[list[Patterns], Field(max_length=DEEPEST)] | None = Field(
        default=None,
        description="The namespaces around it from the outside in; all must match, the patterns "
        "of one level are alternatives.",
    )
    works: Flag | None = Field(
        default=None,
        description="Whether it takes Jobs; without it, whether `job:ready` stands in `on`.",
    )


def _check_registrations(
    value: list[ListenerRegistrationConfig],
) -> list[ListenerRegistrationConfig]:
    _check_size([one.model_dump(mode="json") for one in value], LARGEST)
    return value


Registrations = Annotated[
    list[ListenerRegistrationConfig],
    Field(max_length=MOST_REGISTRATIONS),
    AfterValidator(_check_registrations),
]


class ListenerConfig(Configuration):
    """Who listens, so that `listeners` and `diagnosis` can tell of it."""

    name: Name = Field(description="What it calls itself: the same name by which it holds Jobs.")
    version: Name | None = Field(
        default=None, description="The version of the library that it is built on."
    )
    registrations: Registrations | None = Field(
        default=None, description="Its handlers; without them the filter stands for a single one."
    )


def registrations_of(said: ListenerConfig, filter: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the handlers that a listener told of, or the one that its filter amounts to."""
    if said.registrations is not None:
        return [_written(one) for one in said.registrations]
    namespaces = filter.get("namespaces")
    given = ListenerRegistrationConfig(
        on=filter.get("topics") or [ANY],
        filters=_filters_of(filter),
        namespaces=None if namespaces is None else [namespaces],
    )
    return [_written(given)]


def _written(one: ListenerRegistrationConfig) -> dict[str, Any]:
    return {
        "on": one.on,
        "filters": one.filters or [],
        "namespaces": one.namespaces or [],
        "works": READY in one.on if one.works is None else one.works,
    }


def _filters_of(filter: dict[str, Any]) -> list[Any]:
    exact = {
        "payload.job": filter.get("job"),
        "context.spaceId": filter.get("space_id"),
        "context.workbookId": filter.get("workbook_id"),
        "context.sheetId": filter.get("sheet_id"),
        "context.documentId": filter.get("document_id"),
        "context.jobId": filter.get("job_id"),
    }
    given = {key: value for key, value in exact.items() if value is not None}
    where = filter.get("where")
    more = where if isinstance(where, list) else [where] if where is not None else []
    return ([given] if given else []) + more
