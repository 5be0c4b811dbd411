"""Spaces: micro-applications for exchanging data with one customer."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field

from gqlspaces.blueprint.action import Actions
from gqlspaces.blueprint.configuration import Configuration
from gqlspaces.blueprint.limits import LIST_ITEMS
from gqlspaces.blueprint.patch import Patch, patches
from gqlspaces.blueprint.problems import ProblemCode, reject
from gqlspaces.blueprint.space_metadata import check_space_metadata
from gqlspaces.blueprint.text import (
    Count,
    Flag,
    Ids,
    Name,
    Names,
    Namespace,
    Word,
    check_distinct,
)


class GuestAuthentication(StrEnum):
    """How guests get in: by the address of the Space, or by a link in a mail."""

    SHARED_LINK = "shared_link"
    MAGIC_LINK = "magic_link"


class SpaceAccess(StrEnum):
    """What guests may do in a Space."""

    ALL = "*"
    UPLOAD = "upload"


class ExtractionAlgorithm(StrEnum):
    """How headers are found in an uploaded file."""

    AI_DETECTION = "aiDetection"
    DEFAULT = "default"
    EXPLICIT_HEADERS = "explicitHeaders"
    SPECIFIC_ROWS = "specificRows"
    DATA_ROW_AND_SUB_HEADER_DETECTION = "dataRowAndSubHeaderDetection"


class ExtractionOptions(Configuration):
    """How data is read from uploaded files."""

    algorithm: ExtractionAlgorithm = Field(description="How headers are found.")
    rows_to_search: Count | None = Field(default=None, description="How many rows to look at.")
    skip: Count | None = Field(default=None, description="How many rows to leave out first.")
    headers: Annotated[list[Name], Field(max_length=LIST_ITEMS)] = Field(
        default=[], description="The headers themselves, for `explicitHeaders`."
    )
    row_numbers: Annotated[list[Count], Field(max_length=LIST_ITEMS)] = Field(
        default=[], description="The rows with headers, for `specificRows`."
    )


class SpaceSidebar(Configuration):
    """The order of things in the sidebar."""

    workbook_sidebar_order: Ids = Field(
        default=[], description="Ids of Workbooks in order; others follow by name."
    )


class SpaceSettings(Configuration):
    """How a Space behaves (domain reference 2.2)."""

    sidebar_config: SpaceSidebar | None = Field(
        default=None, description="The order of things in the sidebar."
    )
    files_mapped_after_job: Name | None = Field(
        default=None, description="The Job after which uploaded files are mapped."
    )
    extraction_options: ExtractionOptions | None = Field(
        default=None, description="How data is read from uploaded files."
    )
    omit_actions: Names = Field(
        default=[], description="Built-in actions to leave out, such as `file.import`."
    )


@patches(SpaceSettings)
class SpaceSettingsPatch(Patch):
    """Changes to the settings of a Space: absent leaves unchanged, null clears."""


def _check_moment(value: Any) -> Any:
    if not isinstance(value, str | datetime):
        reject(ProblemCode.INVALID, "Must be a date and time such as '2026-01-31T12:00:00Z'.")
    return value


def _check_zone(value: datetime) -> datetime:
    if value.utcoffset() is None:
        reject(ProblemCode.INVALID, "Must have a time zone, such as a final Z.")
    return value


Moment = Annotated[datetime, BeforeValidator(_check_moment), AfterValidator(_check_zone)]
SpaceMetadata = Annotated[dict[str, Any], AfterValidator(check_space_metadata)]
GuestAuthentications = Annotated[
    list[GuestAuthentication], Field(max_length=LIST_ITEMS), AfterValidator(check_distinct)
]
Accesses = Annotated[
    list[SpaceAccess], Field(max_length=LIST_ITEMS), AfterValidator(check_distinct)
]


class SpaceConfig(Configuration):
    """Everything that a Space can be configured with (domain reference 2.2)."""

    # A Space belongs to the environment of the key that made it.
    ignored_keys: ClassVar[frozenset[str]] = frozenset({"environmentId"})

    name: Name | None = Field(default=None, description="What people call the Space.")
    namespace: Namespace | None = Field(
        default=None, description="Which listeners hear its events; that of its App when absent."
    )
    display_order: Count | None = Field(default=None, description="Its place among Spaces.")
    guest_authentication: GuestAuthentications | None = Field(
        default=None, description="How guests get in; as its environment says when absent."
    )
    space_config_id: Word | None = Field(
        default=None, description="The id of the configuration it was made from."
    )
    primary_workbook_id: Word | None = Field(
        default=None, description="The id of the Workbook that opens first."
    )
    metadata: SpaceMetadata | None = Field(
        default=None, description="Free JSON: `theme`, `sidebarConfig`, `userInfo` and your own."
    )
    settings: SpaceSettings | None = Field(default=None, description="How the Space behaves.")
    actions: Actions | None = Field(default=None, description="Buttons on the Space.")
    access: Accesses | None = Field(default=None, description="What guests may do.")
    auto_configure: Flag | None = Field(
        default=None, description="Whether a new Space gets a `space:configure` Job."
    )
    labels: Names | None = Field(default=None, description="Labels to find it by.")
    translations_path: Name | None = Field(default=None, description="Where its translations are.")
    language_override: Name | None = Field(
        default=None, description="The language shown whatever the browser asks for."
    )
    archived_at: Moment | None = Field(default=None, description="When it was archived.")
    app_id: Word | None = Field(default=None, description="The id of its App.")
    is_app_template: Flag | None = Field(
        default=None, description="Whether it is the template of its App."
    )

    @classmethod
    def prepared(cls, document: dict[str, Any]) -> dict[str, Any]:
        """The document in today's spelling, without the empty id that some clients send."""
        if "autoconfigure" in document:
            document.setdefault("autoConfigure", document.pop("autoconfigure"))
        if document.get("primaryWorkbookId") == "":
            del document["primaryWorkbookId"]
        return document


@patches(SpaceConfig, without={"auto_configure"}, nested={"settings": SpaceSettingsPatch})
class SpacePatch(Patch):
    """Changes to a Space: absent leaves unchanged, null clears, metadata and settings merge."""
