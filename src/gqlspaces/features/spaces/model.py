"""The table of Spaces."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Index
from sqlmodel import Field

from gqlspaces.blueprint.space import GuestAuthentication, SpaceAccess
from gqlspaces.kernel.entity import EPOCH, Entity, json_column, table, time_column


class Space(Entity, table=True):
    """A micro-application for exchanging data with one customer (domain reference 2.2)."""

    __tablename__ = "space"
    __table_args__ = (
        Index("ix_space_created", "environment_id", "created_at", "id"),
        Index("ix_space_app", "app_id", "id"),
        Index("ix_space_namespace", "environment_id", "effective_namespace"),
    )
    prefix: ClassVar[str] = "sp"

    name: str = Field(max_length=255, description="What people call it.")
    version: int = Field(
        default=1, description="Raised once by every change inside the Space; for optimistic locks."
    )
    namespace: str | None = Field(
        default=None, max_length=63, description="Its own namespace, which replaces its App's."
    )
    effective_namespace: str | None = Field(
        default=None,
        max_length=63,
        description="The namespace its events carry: its own or, without one, its App's.",
    )
    app_id: str | None = Field(
        default=None, foreign_key="app.id", max_length=64, description="The App it belongs to."
    )
    display_order: int | None = Field(default=None, description="Its place where people sort.")
    guest_authentication: list[GuestAuthentication] | None = json_column(
        "How guests may come in; null leaves it to the Environment.", default=None
    )
    space_config_id: str | None = Field(
        default=None, max_length=64, description="An id of yours for the configuration used."
    )
    primary_workbook_id: str | None = Field(
        default=None, max_length=64, description="The Workbook shown first."
    )
    meta: dict[str, Any] = json_column(
        "Any JSON of yours; `theme`, `sidebarConfig` and `userInfo` have a meaning.",
        default_factory=dict,
    )
    settings: dict[str, Any] = json_column("How the Space behaves.", default_factory=dict)
    access: list[SpaceAccess] | None = json_column("What guests may do in the Space.", default=None)
    auto_configure: bool = Field(
        default=False, description="Whether a `space:configure` Job was started at creation."
    )
    labels: list[str] = json_column("Labels of yours.", default_factory=list)
    translations_path: str | None = Field(
        default=None, max_length=2048, description="Where translations of the interface lie."
    )
    language_override: str | None = Field(
        default=None, max_length=35, description="The language shown whatever the browser wants."
    )
    is_app_template: bool = Field(
        default=False, description="Whether it is the template of its App; at most one is."
    )
    is_collaborative: bool = Field(default=False, description="Whether several guests share it.")
    created_by: str = Field(default="", max_length=64, description="The key that created it.")
    created_from: str | None = Field(
        default=None, max_length=64, description="The template Space it was made from."
    )
    app_revision: int | None = Field(
        default=None, description="The revision of its App's Blueprint that it was last given."
    )
    archived_at: datetime | None = time_column("When it was archived.", default=None)
    expired_at: datetime | None = time_column("When its data was removed.", default=None)
    upgraded_at: datetime | None = time_column("When it was last upgraded.", default=None)
    last_activity_at: datetime = time_column(
        "When its data or structure last changed.", default=EPOCH
    )
    last_propagated_at: datetime | None = time_column(
        "When its template was last applied to it.", default=None
    )

    @classmethod
    def visible_in(cls, namespaces: Collection[str]) -> ColumnElement[bool]:
        """Let a limited key see the Spaces of its namespaces."""
        return table(cls).c.effective_namespace.in_(namespaces)
