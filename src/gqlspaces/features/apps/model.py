"""The table of Apps."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, UniqueConstraint, select
from sqlmodel import Field

from gqlspaces.blueprint.app import AppType
from gqlspaces.kernel.entity import Entity, json_column, table, time_column, word_column


class App(Entity, table=True):
    """A kind of Space: its name for one, its namespace, its Blueprint (domain reference 2.1)."""

    __tablename__ = "app"
    __table_args__ = (UniqueConstraint("environment_id", "name"),)
    prefix: ClassVar[str] = "app"

    name: str = Field(max_length=255, description="What people call it; unique in its environment.")
    namespace: str = Field(
        max_length=63, description="The namespace of its Spaces that have none of their own."
    )
    type: AppType = word_column("What the App is for.")
    entity: str = Field(default="Space", max_length=255, description="Its word for one Space.")
    entity_plural: str = Field(
        default="Spaces", max_length=255, description="Its word for several Spaces."
    )
    icon: str | None = Field(default=None, max_length=255, description="The name of its icon.")
    meta: dict[str, Any] = json_column("Any JSON of yours.", default_factory=dict)
    environment_filters: dict[str, Any] | None = json_column(
        "Which environments show it.", default=None
    )
    blueprint: dict[str, Any] | None = json_column(
        "The Blueprint its Spaces start from.", default=None
    )
    configure_timeout: int | None = Field(
        default=None,
        description="How many seconds a `space:configure` Job waits for a listener until the "
        "App's Blueprint or template is used in its place; without either it fails.",
    )
    deleted_at: datetime | None = time_column("When it was deleted.", default=None)
    activated_at: datetime | None = time_column("When it was activated.", default=None)

    @classmethod
    def visible_in(cls, namespaces: Collection[str]) -> ColumnElement[bool]:
        """Let a limited key see the Apps of its namespaces."""
        return table(cls).c.namespace.in_(namespaces)


class AppRevision(Entity, table=True):
    """What the Spaces of an App start from, as it was at some time.

    It is the Blueprint of the App or, where that has none, what its template Space looked like.
    """

    __tablename__ = "app_revision"
    __table_args__ = (UniqueConstraint("app_id", "number"),)
    prefix: ClassVar[str] = "ar"

    app_id: str = Field(
        foreign_key="app.id", ondelete="CASCADE", max_length=64, description="The App."
    )
    number: int = Field(description="Its number in the App, from 1.")
    blueprint: dict[str, Any] = json_column("The Blueprint.")
    template_id: str | None = Field(
        default=None, max_length=64, description="The template Space that it was read from."
    )
    created_by: str = Field(max_length=64, description="The key or Job that made it.")

    @classmethod
    def visible_in(cls, namespaces: Collection[str]) -> ColumnElement[bool]:
        """Let a limited key see what the Apps of its namespaces had."""
        visible = select(table(App).c.id).where(App.visible_in(namespaces))
        return table(cls).c.app_id.in_(visible)
