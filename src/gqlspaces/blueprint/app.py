"""Apps: what the Spaces of one purpose have in common."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, Field, Strict

from gqlspaces.blueprint.blueprint import Blueprint
from gqlspaces.blueprint.configuration import Configuration
from gqlspaces.blueprint.json_value import JsonObject
from gqlspaces.blueprint.patch import Patch, patches
from gqlspaces.blueprint.problems import Problem, ProblemCode, refuse
from gqlspaces.blueprint.text import Name, Namespace

SHORTEST_TIMEOUT: Final = 5
LONGEST_TIMEOUT: Final = 86_400

# What one Space has for itself, and all Spaces of an App cannot have alike.
_OF_ONE_SPACE: Final = {
    "name": "name",
    "app_id": "appId",
    "namespace": "namespace",
    "primary_workbook_id": "primaryWorkbookId",
    "archived_at": "archivedAt",
    "is_app_template": "isAppTemplate",
}


def _check_for_many(blueprint: Blueprint) -> Blueprint:
    given = blueprint.space.model_fields_set if blueprint.space else set()
    refuse(
        [
            Problem(ProblemCode.INVALID, "Belongs to one Space, not to all.", ("space", told))
            for name, told in _OF_ONE_SPACE.items()
            if name in given
        ]
    )
    return blueprint


ConfigureTimeout = Annotated[int, Strict(), Field(ge=SHORTEST_TIMEOUT, le=LONGEST_TIMEOUT)]


class AppType(StrEnum):
    """What an App is for."""

    PORTAL = "PORTAL"
    PROJECTS = "PROJECTS"
    MAPPING = "MAPPING"
    WORKBOOKS = "WORKBOOKS"
    CUSTOM = "CUSTOM"


class AppConfig(Configuration):
    """What the Spaces of one purpose have in common (domain reference 2.1)."""

    name: Name = Field(description="What people call the App.")
    namespace: Namespace = Field(description="Inherited by Spaces without one of their own.")
    type: AppType = Field(description="What the App is for.")
    entity: Name | None = Field(
        default=None, description="What this App calls a Space, such as `Project`."
    )
    entity_plural: Name | None = Field(
        default=None, description="What this App calls Spaces, such as `Projects`."
    )
    icon: Name | None = Field(default=None, description="The name of an icon.")
    metadata: JsonObject | None = Field(default=None, description="Free JSON for listeners.")
    environment_filters: JsonObject | None = Field(
        default=None, description="In which environments the App is shown."
    )
    configure_timeout: ConfigureTimeout | None = Field(
        default=None,
        description="How many seconds a `space:configure` Job waits for a listener, from 5 to "
        "86,400, until the App's Blueprint or template is used in its place; without either it "
        "fails. When absent it is 60, or without either for ever.",
    )
    blueprint: Annotated[Blueprint, AfterValidator(_check_for_many)] | None = Field(
        default=None, description="The structure that its Spaces are meant to have."
    )


@patches(AppConfig)
class AppPatch(Patch):
    """Changes to an App: absent leaves unchanged, null clears."""
