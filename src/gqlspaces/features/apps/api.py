"""Apps in GraphQL."""

import strawberry
from sqlalchemy import select
from strawberry import auto
from strawberry.scalars import JSON

from gqlspaces.blueprint.app import AppConfig, AppPatch
from gqlspaces.features.apps import model, service
from gqlspaces.features.apps.topics import TOPICS
from gqlspaces.features.columns import checked
from gqlspaces.features.spaces.api import Space
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.feature import Feature
from gqlspaces.kernel.graphql.connection import PAGED, Connection, Page, Sort, paginate
from gqlspaces.kernel.graphql.context import Info
from gqlspaces.kernel.graphql.exposure import (
    Node,
    children,
    computed,
    exposes,
    extend,
    one,
)
from gqlspaces.kernel.graphql.inputs import accepts, body_of, optional, repeatable, required
from gqlspaces.kernel.graphql.mutation import mutation
from gqlspaces.kernel.graphql.query import query
from gqlspaces.kernel.transaction import Transaction


@exposes(model.AppRevision)
class AppRevision(Node):
    """What the Spaces of an App start from, as it was at some time."""

    id: auto
    app_id: auto
    number: auto
    blueprint: auto
    template_id: auto
    created_by: auto
    created_at: auto


@exposes(model.App)
class App(Node):
    """What the Spaces of one purpose have in common: a namespace, a word for "Space"."""

    id: auto
    name: auto
    namespace: auto
    type: auto
    entity: auto
    entity_plural: auto
    icon: auto
    meta: auto
    environment_filters: auto
    blueprint: auto
    configure_timeout: auto
    activated_at: auto
    created_at: auto
    updated_at: auto
    blueprint_revisions: list[AppRevision] = children(
        model.AppRevision,
        AppRevision,
        by="app_id",
        order=("number",),
        description="What its Spaces started from over time, oldest first: its Blueprints and, "
        "while it has none, what its template Space looked like.",
    )


@query(Scope.SPACE_READ, id="The App.")
async def app(info: Info, id: strawberry.ID) -> App | None:
    """An App, or null where this key sees none."""
    return await info.context.reader.find(model.App, id)  # type: ignore[return-value]


@query(
    Scope.SPACE_READ,
    **PAGED,
)
async def apps(
    info: Info,
    first: int | None = strawberry.UNSET,
    after: str | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
) -> Connection[App]:
    """The Apps of this environment by name."""
    statement = select(table(model.App))
    page = Page.of(first, after, last, before)
    return await paginate(info.context.reader, statement, model.App, page, Sort("name"))


_BLUEPRINT = "The structure that its Spaces start from, as one JSON document."


@accepts(AppConfig)
class CreateAppInput:
    """What a new App is."""

    blueprint: JSON | None = optional(_BLUEPRINT)
    idempotency_key: str | None = repeatable()


@accepts(AppPatch)
class UpdateAppInput:
    """What to change of an App; absent leaves as it is, null clears."""

    id: strawberry.ID = required("The App.")
    blueprint: JSON | None = optional(_BLUEPRINT)


@mutation(Scope.ADMIN, app=App)
async def create_app(tx: Transaction, input: CreateAppInput) -> model.App:
    """Make an App; its Blueprint is the first of its revisions."""
    return await service.create_app(tx, config=checked(AppConfig, body_of(input)))


@mutation(Scope.ADMIN, app=App)
async def update_app(tx: Transaction, input: UpdateAppInput) -> model.App:
    """Change an App; Spaces without a namespace of their own follow its namespace.

    Another Blueprint is a new revision for new Spaces; `rolloutBlueprint` takes it to the others.
    """
    return await service.update_app(tx, id=input.id, patch=body_of(input))


@strawberry.input(description="Which App to delete.")
class DeleteAppInput:
    """Which App to delete."""

    id: strawberry.ID = required("The App.")


@mutation(Scope.ADMIN, deleted_id=strawberry.ID)
async def delete_app(tx: Transaction, input: DeleteAppInput) -> str:
    """Delete an App that no Space belongs to."""
    return (await service.delete_app(tx, id=input.id)).id


extend(
    Space,
    app=one(model.App, App, by="app_id", description="The App it belongs to."),
    entity=computed(
        service.words_for_spaces, str, description="What its App calls a Space, such as `Project`."
    ),
)
extend(AppRevision, app=one(model.App, App, by="app_id", description="The App."))

feature = Feature(
    topics=TOPICS,
    queries=[app, apps],
    mutations=[create_app, update_app, delete_app],
    types=[App, AppRevision],
)
