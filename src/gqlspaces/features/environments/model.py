"""The table of environments."""

from collections.abc import Collection
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, true
from sqlmodel import Field

from gqlspaces.blueprint.space import GuestAuthentication
from gqlspaces.kernel.entity import Entity, json_column


class Environment(Entity, table=True):
    """An isolated world of Apps, Spaces, keys and events (domain reference 2.1)."""

    __tablename__ = "environment"
    prefix: ClassVar[str] = "env"

    name: str = Field(max_length=255, description="What people call it.")
    slug: str = Field(max_length=255, unique=True, description="Its unique name in code.")
    is_prod: bool = Field(default=False, description="Whether real customers use it.")
    guest_authentication: list[GuestAuthentication] = json_column(
        "How guests may come in unless their Space says otherwise; empty means both ways."
    )
    features: dict[str, Any] = json_column("Switches of this environment.", default_factory=dict)
    meta: dict[str, Any] = json_column("Any JSON of yours.", default_factory=dict)
    translations_path: str | None = Field(
        default=None, max_length=2048, description="Where translations of the interface lie."
    )
    namespaces: list[str] = json_column("Namespaces in use here.", default_factory=list)
    language_override: str | None = Field(
        default=None, max_length=35, description="The language shown whatever the browser wants."
    )

    @classmethod
    def visible_in(cls, namespaces: Collection[str]) -> ColumnElement[bool]:
        """Let every key see the environment it works in."""
        del namespaces
        return true()
