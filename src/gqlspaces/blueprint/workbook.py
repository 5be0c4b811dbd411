"""Workbooks: the Sheets that belong together."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final

from pydantic import AfterValidator, Field, Strict

from gqlspaces.blueprint.action import Actions
from gqlspaces.blueprint.configuration import Configuration
from gqlspaces.blueprint.field_type import FieldType
from gqlspaces.blueprint.json_value import JsonObject
from gqlspaces.blueprint.limits import LIST_ITEMS, SHEETS_PER_WORKBOOK
from gqlspaces.blueprint.patch import Patch, patches
from gqlspaces.blueprint.problems import Problem, ProblemCode, echo, refuse, repeated
from gqlspaces.blueprint.sheet import SheetConfig
from gqlspaces.blueprint.text import Flag, Ids, Name, Names, Namespace, check_distinct


class WorkbookTreatment(StrEnum):
    """A hint about where the data of a Workbook comes from."""

    EXTRACTED_FROM_SOURCE = "EXTRACTED_FROM_SOURCE"
    SMALL_DATA = "SMALL_DATA"


class StorageStrategy(StrEnum):
    """The engines of the original system; kept as a hint."""

    RAINBOW_TABLES = "RAINBOW_TABLES"
    CELL_HISTORY = "CELL_HISTORY"
    HYPERCUBE = "HYPERCUBE"
    QUICKSTORE = "QUICKSTORE"
    DUCKDB = "DUCKDB"
    FOREIGNDB = "FOREIGNDB"
    MEMCSV = "MEMCSV"


class CommitPolicy(StrEnum):
    """What becomes of a commit that no listener completes in time."""

    COMPLETE = "complete"
    BLOCK = "block"


COMMIT_TIMEOUT: Final = 300


class WorkbookSettings(Configuration):
    """How a Workbook behaves (domain reference 2.4)."""

    track_changes: Flag = Field(
        default=False, description="Whether Actions wait until all commits are completed."
    )
    commit_policy: CommitPolicy = Field(
        default=CommitPolicy.COMPLETE,
        description="Whether a tracked commit that no listener completes in time is completed "
        "without it, or blocks Actions until somebody does.",
    )
    commit_timeout: Annotated[int, Strict(), Field(ge=1, le=86_400)] = Field(
        default=COMMIT_TIMEOUT,
        description="How many seconds listeners have to complete a tracked commit.",
    )
    no_mapping_redirect: Flag = Field(
        default=False, description="Whether people stay where they are after a mapping."
    )
    sheet_sidebar_order: Ids = Field(
        default=[], description="Ids of Sheets in the order of the sidebar."
    )
    auto_run_analysis: Flag = Field(
        default=True, description="Whether the data is analysed without being asked."
    )


@patches(WorkbookSettings)
class WorkbookSettingsPatch(Patch):
    """Changes to the settings of a Workbook: absent leaves unchanged, null clears."""


def check_sheets(sheets: list[SheetConfig]) -> list[SheetConfig]:
    """The Sheets of one Workbook; raises equal slugs and references that lead nowhere."""
    refuse(repeated((s.slug for s in sheets), "Sheet slug", "slug"))
    refuse(_broken_references(sheets))
    return sheets


def _broken_references(sheets: list[SheetConfig]) -> Iterator[Problem]:
    by_slug = {sheet.slug: sheet for sheet in sheets}
    for place, sheet in enumerate(sheets):
        for index, field in enumerate(sheet.fields):
            if field.type in {FieldType.REFERENCE, FieldType.REFERENCE_LIST}:
                for key, message in reference_faults(field.config or {}, sheet, by_slug):
                    path = (str(place), "fields", str(index), "config", *key.split("."))
                    yield Problem(ProblemCode.INVALID, message, path)


def reference_faults(
    config: dict[str, Any], sheet: SheetConfig, by_slug: dict[str, SheetConfig]
) -> Iterator[tuple[str, str]]:
    """Dotted keys and messages of what in a reference's settings leads nowhere."""
    target = by_slug.get(config["ref"])
    if target is None:
        yield "ref", f"No Sheet of this Workbook has the slug {echo(config['ref'])}."
        return
    # The key `id` may also mean the record itself.
    if (key := config.get("key", "id")) != "id" and not _has(target, key):
        yield "key", f"Sheet {echo(target.slug)} has no Field {echo(key)}."
    if chosen := config.get("filter"):
        if not _has(target, chosen["refField"]):
            message = f"Sheet {echo(target.slug)} has no Field {echo(chosen['refField'])}."
            yield "filter.refField", message
        if not _has(sheet, chosen["recordField"]):
            message = f"Sheet {echo(sheet.slug)} has no Field {echo(chosen['recordField'])}."
            yield "filter.recordField", message


def _has(sheet: SheetConfig, key: str) -> bool:
    return sheet.allow_additional_fields or any(field.key == key for field in sheet.fields)


class WorkbookConfig(Configuration):
    """Sheets that belong together (domain reference 2.4)."""

    # The original plug-in sends them along; the place of a Workbook is said elsewhere.
    ignored_keys: ClassVar[frozenset[str]] = frozenset({"environmentId", "spaceId"})

    name: Name = Field(description="What people call the Workbook.")
    namespace: Namespace | None = Field(
        default=None, description="Which listeners hear its events, beside those of its Space."
    )
    labels: Names = Field(default=[], description="Labels; `pinned` puts it first in the sidebar.")
    sheets: Annotated[
        list[SheetConfig], Field(max_length=SHEETS_PER_WORKBOOK), AfterValidator(check_sheets)
    ] = Field(default=[], description="Its Sheets in order.")
    actions: Actions = Field(default=[], description="Buttons on the Workbook.")
    settings: WorkbookSettings = Field(
        default=WorkbookSettings(), description="How the Workbook behaves."
    )
    metadata: JsonObject | None = Field(default=None, description="Free JSON for listeners.")
    treatments: Annotated[
        list[WorkbookTreatment], Field(max_length=LIST_ITEMS), AfterValidator(check_distinct)
    ] = Field(default=[], description="Hints about where its data comes from.")
    storage_strategy: StorageStrategy = Field(
        default=StorageStrategy.QUICKSTORE, description="The engine the original would use; a hint."
    )
    folder: Name | None = Field(default=None, description="The folder it is shown in.")


@patches(WorkbookConfig, nested={"settings": WorkbookSettingsPatch})
class WorkbookPatch(Patch):
    """Changes to a Workbook: absent leaves unchanged, null clears; `sheets` is the whole list."""
