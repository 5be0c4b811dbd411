"""What a listener may say about itself when it subscribes."""

from typing import Annotated, Any, Final

from pydantic import Field

from gqlspaces.blueprint.configuration import Configuration
from gqlspaces.blueprint.json_value import JsonValue
from gqlspaces.blueprint.text import Flag, Name, Prose
from gqlspaces.matching import ANY

MOST_REGISTRATIONS: Final = 500
MOST_PATTERNS: Final = 100
DEEPEST: Final = 20

Pattern = Annotated[Prose, Field(max_length=512)]
Patterns = Annotated[list[Pattern], Field(max_length=MOST_PATTERNS)]

READY: Final = "job:ready"
"""The topic that offers a Job; who registered for it by that name takes Jobs."""


class ListenerRegistrationConfig(Configuration):
    """One handler: which events it hears."""

    on: Patterns = Field(description="Patterns of topics, alternatives; an empty one is `**`.")
    filters: Annotated[list[JsonValue], Field(max_length=DEEPEST)] | None = Field(
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


class ListenerConfig(Configuration):
    """Who listens, so that `listeners` and `diagnosis` can tell of it."""

    name: Name = Field(description="What it calls itself: the same name by which it holds Jobs.")
    version: Name | None = Field(
        default=None, description="The version of the library that it is built on."
    )
    registrations: (
        Annotated[list[ListenerRegistrationConfig], Field(max_length=MOST_REGISTRATIONS)] | None
    ) = Field(
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
