"""Apps: what the Spaces of one purpose have in common."""

from enum import StrEnum

from pydantic import Field

from gqlspaces.blueprint.blueprint import Blueprint
from gqlspaces.blueprint.configuration import Configuration
from gqlspaces.blueprint.json_value import JsonObject
from gqlspaces.blueprint.patch import Patch, patches
from gqlspaces.blueprint.text import Name, Namespace


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
    blueprint: Blueprint | None = Field(
        default=None, description="The structure that its Spaces are meant to have."
    )


@patches(AppConfig)
class AppPatch(Patch):
    """Changes to an App: absent leaves unchanged, null clears."""
