"""Environments: isolated worlds with their own keys, Apps, Spaces and events."""

from typing import Annotated

from pydantic import AfterValidator, Field

from gqlspaces.blueprint.configuration import Configuration
from gqlspaces.blueprint.json_value import JsonObject
from gqlspaces.blueprint.limits import LIST_ITEMS
from gqlspaces.blueprint.patch import Patch, patches
from gqlspaces.blueprint.space import GuestAuthentication, GuestAuthentications
from gqlspaces.blueprint.text import Flag, Name, Namespace, check_distinct


class EnvironmentConfig(Configuration):
    """An isolated world (domain reference 2.1)."""

    name: Name = Field(description="What people call the environment.")
    is_prod: Flag = Field(description="Whether it is a production environment.")
    guest_authentication: GuestAuthentications = Field(
        default=list(GuestAuthentication), description="How guests get in unless a Space says more."
    )
    features: JsonObject | None = Field(default=None, description="Features that are turned on.")
    metadata: JsonObject | None = Field(default=None, description="Free JSON for listeners.")
    translations_path: Name | None = Field(default=None, description="Where its translations are.")
    namespaces: Annotated[
        list[Namespace], Field(max_length=LIST_ITEMS), AfterValidator(check_distinct)
    ] = Field(default=[], description="Kept for clients that send them; without effect.")
    language_override: Name | None = Field(
        default=None, description="The language shown whatever the browser asks for."
    )


@patches(EnvironmentConfig)
class EnvironmentPatch(Patch):
    """Changes to an environment: absent leaves unchanged, null clears."""
