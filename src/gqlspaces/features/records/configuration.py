"""What may be said about a record beside its values, and about a snapshot."""

from typing import Annotated

from pydantic import Field

from gqlspaces.blueprint.configuration import Configuration
from gqlspaces.blueprint.json_value import JsonObject
from gqlspaces.blueprint.limits import FIELDS_PER_SHEET
from gqlspaces.blueprint.text import Flag, Key, Name


class CellConfig(Configuration):
    """How one cell behaves."""

    readonly: Flag = Field(default=False, description="Whether its value stays as it is.")


class RecordConfig(Configuration):
    """What of a record is read-only (domain reference 2.11)."""

    readonly: Flag = Field(default=False, description="Whether nothing of it may be changed.")
    fields: Annotated[dict[Key, CellConfig], Field(max_length=FIELDS_PER_SHEET)] = Field(
        default={}, description="Single cells, by the key of their Field."
    )


class RecordDetails(Configuration):
    """The parts of a record that are its own and not of a Field."""

    metadata: JsonObject | None = Field(default=None, description="Any JSON of yours.")
    config: RecordConfig | None = Field(default=None, description="What of it is read-only.")


class SnapshotDetails(Configuration):
    """What may be said about a snapshot."""

    label: Name | None = Field(default=None, description="What people call it.")
