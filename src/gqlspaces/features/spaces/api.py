"""Spaces in GraphQL."""

from enum import StrEnum
from typing import Any

import strawberry
from sqlalchemy import Select, String, cast, select
from strawberry import auto
from strawberry.scalars import JSON

from gqlspaces.blueprint.space import SpacePatch
from gqlspaces.blueprint.space import SpaceSettings as SpaceSettingsConfig
from gqlspaces.blueprint.theme import Theme as ThemeConfig
from gqlspaces.features.actions.api import Action
from gqlspaces.features.actions.model import Action as ActionRow
from gqlspaces.features.jobs.api import Job
from gqlspaces.features.spaces import model, service
from gqlspaces.features.spaces.topics import CATALOGUE, TOPICS
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.engines import dumps
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.feature import Feature
from gqlspaces.kernel.graphql.connection import PAGED, Connection, Page, Sort, paginate
from gqlspaces.kernel.graphql.context import Info
from gqlspaces.kernel.graphql.exposure import Node, children, exposes, extend, graphql_enum, one
from gqlspaces.kernel.graphql.inputs import accepts, body_of, optional, required, sent
from gqlspaces.kernel.graphql.mutation import mutation
from gqlspaces.kernel.graphql.outputs import output_of
from gqlspaces.kernel.graphql.query import query
from gqlspaces.kernel.transaction import Transaction

Theme = output_of(ThemeConfig)
SpaceSettings = output_of(SpaceSettingsConfig)
_spaces = table(model.Space)


def _theme(root: Any) -> Any:
    """Give the theme as it lies in the metadata of a row."""
    return root.meta.get("theme") or {}


@exposes(model.Space)
class Space(Node):
    """A micro-application for exchanging data with one customer."""

    id: auto
    environment_id: auto
    name: auto
    version: auto
    namespace: auto
    effective_namespace: auto
    app_id: auto
    display_order: auto
    guest_authentication: auto
    space_config_id: auto
    primary_workbook_id: auto
    meta: auto
    settings: SpaceSettings = strawberry.field(description="How the Space behaves.")  # type: ignore[valid-type]
    access: auto
    auto_configure: auto
    labels: auto
    translations_path: auto
    language_override: auto
    is_app_template: auto
    is_collaborative: auto
    created_by: auto
    created_from: auto
    app_revision: auto
    archived_at: auto
    expired_at: auto
    upgraded_at: auto
    last_activity_at: auto
    last_propagated_at: auto
    created_at: auto
    updated_at: auto
    actions: list[Action] = children(
        ActionRow, Action, by="target_id", description="Buttons on the Space, in order."
    )

    theme: Theme = strawberry.field(  # type: ignore[valid-type]
        resolver=_theme, description="How the Space looks; what is null is inherited or default."
    )


class SpaceOrderField(StrEnum):
    """By what Spaces are ordered."""

    NAME = "name"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    LAST_ACTIVITY_AT = "last_activity_at"


class Direction(StrEnum):
    """Which end comes first."""

    ASC = "asc"
    DESC = "desc"


@strawberry.input(description="How Spaces are ordered.")
class SpaceOrder:
    """How Spaces are ordered."""

    field: graphql_enum(SpaceOrderField) = required("By what.")  # type: ignore[valid-type]
    direction: graphql_enum(Direction) | None = optional("Which end comes first; ASC.")  # type: ignore[valid-type]


@strawberry.input(description="Which Spaces are wanted: every member given must match.")
class SpaceFilter:
    """Which Spaces are wanted."""

    app_id: strawberry.ID | None = optional("Those of this App.")
    namespace: str | None = optional("Those whose effective namespace is this.")
    label: str | None = optional("Those that carry this label.")
    archived: bool | None = optional("Only archived ones, or only the others.")
    is_collaborative: bool | None = optional("Only collaborative ones, or only the others.")
    is_app_template: bool | None = optional("Only templates, or only the others.")


@query(Scope.SPACE_READ, id="The Space.")
async def space(info: Info, id: strawberry.ID) -> Space | None:
    """A Space, or null where this key sees none."""
    return await info.context.reader.find(model.Space, id)  # type: ignore[return-value]


@query(
    Scope.SPACE_READ,
    filter="Which Spaces are wanted.",
    search="A part of the name, in any case.",
    order_by="How they are ordered; newest first without it.",
    **PAGED,
)
async def spaces(
    info: Info,
    filter: SpaceFilter | None = strawberry.UNSET,
    search: str | None = strawberry.UNSET,
    order_by: SpaceOrder | None = strawberry.UNSET,
    first: int | None = strawberry.UNSET,
    after: str | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
) -> Connection[Space]:
    """The Spaces this key may see."""
    statement = _filtered(sent(filter) if filter else {})
    if search:
        statement = statement.where(_spaces.c.name.icontains(search, autoescape=True))
    order = sent(order_by) if order_by else {"field": "created_at", "direction": "desc"}
    sort = Sort(order["field"], descending=order.get("direction") == Direction.DESC)
    page = Page.of(first, after, last, before)
    return await paginate(info.context.reader, statement, model.Space, page, sort)


def _filtered(wanted: dict[str, Any]) -> Select[Any]:
    statement = select(_spaces)
    columns = {"namespace": "effective_namespace"}
    for name in ("app_id", "namespace", "is_collaborative", "is_app_template"):
        if wanted.get(name) is not None:
            statement = statement.where(_spaces.c[columns.get(name, name)] == wanted[name])
    if wanted.get("archived") is not None:
        is_null = _spaces.c.archived_at.is_(None)
        statement = statement.where(~is_null if wanted["archived"] else is_null)
    if wanted.get("label") is not None:
        # The list is stored as compact JSON, so a label stands in it between quotes.
        quoted = dumps(wanted["label"])
        statement = statement.where(
            cast(_spaces.c.labels, String).contains(quoted, autoescape=True)
        )
    return statement


_VERSION = "Refuse with STALE_VERSION unless the Space is at this version."


@accepts(SpacePatch)
class UpdateSpaceInput:
    """What to change of a Space; absent leaves as it is, null clears, metadata is merged."""

    id: strawberry.ID = required("The Space.")
    expected_version: int | None = optional(_VERSION)


@strawberry.input(description="Which Space.")
class ArchiveSpaceInput:
    """Which Space to put away."""

    id: strawberry.ID = required("The Space.")


@strawberry.input(description="Which Space.")
class UnarchiveSpaceInput:
    """Which Space to bring back."""

    id: strawberry.ID = required("The Space.")


@strawberry.input(description="Which Space.")
class DeleteSpaceInput:
    """Which Space to delete."""

    id: strawberry.ID = required("The Space.")


@strawberry.input(description="What to change of a theme.")
class UpdateThemeInput:
    """What to change of a theme."""

    id: strawberry.ID = required("The Space.")
    theme: JSON | None = required("What to merge into the theme; null takes it away.")


@mutation(Scope.SPACE_WRITE, space=Space)
async def update_space(tx: Transaction, input: UpdateSpaceInput) -> model.Space:
    """Change a Space."""
    return await service.update_space(
        tx,
        id=input.id,
        patch=body_of(input),
        expected_version=sent(input).get("expected_version"),
    )


@mutation(Scope.SPACE_WRITE, space=Space)
async def update_theme(tx: Transaction, input: UpdateThemeInput) -> model.Space:
    """Merge into the theme of a Space."""
    theme: Any = input.theme
    return await service.update_theme(tx, id=input.id, theme=theme)


@mutation(Scope.SPACE_WRITE, space=Space)
async def archive_space(tx: Transaction, input: ArchiveSpaceInput) -> model.Space:
    """Put a Space away."""
    return await service.archive_space(tx, id=input.id)


@mutation(Scope.SPACE_WRITE, space=Space)
async def unarchive_space(tx: Transaction, input: UnarchiveSpaceInput) -> model.Space:
    """Bring an archived Space back."""
    return await service.unarchive_space(tx, id=input.id)


@mutation(Scope.SPACE_WRITE, deleted_id=strawberry.ID)
async def delete_space(tx: Transaction, input: DeleteSpaceInput) -> str:
    """Delete a Space with everything in it."""
    return (await service.delete_space(tx, id=input.id)).id


extend(Job, space=one(model.Space, Space, by="space_id", description="The Space it works on."))

feature = Feature(
    topics=TOPICS,
    catalogue=CATALOGUE,
    queries=[space, spaces],
    mutations=[
        update_space,
        update_theme,
        archive_space,
        unarchive_space,
        delete_space,
    ],
    types=[Space],
)
