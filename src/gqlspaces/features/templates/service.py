"""The rules by which an App configures its Spaces."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from gqlspaces.blueprint.blueprint import Blueprint
from gqlspaces.blueprint.space import SpaceConfig
from gqlspaces.features.apps.model import App, AppRevision
from gqlspaces.features.apps.service import newest_revision, note_revision
from gqlspaces.features.blueprints.service import blueprint_in, configure_space
from gqlspaces.features.columns import checked
from gqlspaces.features.jobs.model import JobStatus
from gqlspaces.features.jobs.service import steps
from gqlspaces.features.listeners.service import answers
from gqlspaces.features.spaces import service as spaces
from gqlspaces.features.spaces.model import Space
from gqlspaces.features.spaces.service import NewSpace
from gqlspaces.kernel.auth import Principal
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.errors import Conflict, DomainError
from gqlspaces.kernel.transaction import Transaction

CONFIGURE = "space:configure"

_spaces = table(Space).c


class Unusable(Conflict):
    """What an App keeps ready for its Spaces was refused by one of them."""


async def create_space(tx: Transaction, *, config: SpaceConfig) -> NewSpace:
    """Make a Space, configured at once from its App's Blueprint or template Space.

    Its ``space:configure`` Job is ready for a listener instead when the App has neither, or when a
    listener for the namespace of the Space is connected: that one overrides what is the default.
    """
    made = await spaces.create_space(tx, config=config)
    space, job = made
    if job is None or space.app_id is None or await _is_overridden(tx, space):
        return made
    app = await tx.find(App, space.app_id, path=("appId",))
    start = await start_of(tx, app, besides=space)
    if start is None:
        return made
    await give(tx, app, space, start)
    space.created_from = start.template_id
    job.managed, job.started_at = True, tx.now
    job.info = f"Configured from {origin_of(app, start)}."
    steps.end(job, JobStatus.COMPLETE, tx.now)
    return made


async def start_of(
    tx: Transaction, app: App, *, besides: Space | None = None
) -> AppRevision | None:
    """Give what Spaces of an App start from: its Blueprint or, without one, its template Space.

    ``besides`` is a Space that cannot be its own template. What the template looks like now
    becomes a revision, unless it is the newest already.
    """
    if app.blueprint is not None:
        return await newest_revision(tx, app)
    # What an App gives is for all who may make its Spaces, whichever namespaces they see.
    whole = replace(tx, principal=Principal(app.environment_id, tx.principal.key_id))
    wanted = select(Space).where(_spaces.app_id == app.id, _spaces.is_app_template)
    if besides is not None:
        wanted = wanted.where(_spaces.id != besides.id)
    template = await whole.first(Space, wanted.order_by(_spaces.id))
    if template is None:
        return None
    blueprint = await blueprint_in(tx, template)
    return await note_revision(tx, app, blueprint, template_id=template.id)


async def give(
    tx: Transaction,
    app: App,
    space: Space,
    start: AppRevision,
    document: Mapping[str, Any] | None = None,
) -> None:
    """Configure a Space from a revision of its App, or from a document made with it.

    Raises Unusable when the document is refused.
    """
    try:
        blueprint = checked(Blueprint, start.blueprint if document is None else document)
        await configure_space(tx, id=space.id, blueprint=blueprint)
    except DomainError as error:
        msg = f"The Blueprint of the App {app.name!r} cannot be used: {error.message}"
        raise Unusable(msg, path=("appId",)) from error
    space.app_revision = start.number
    space.last_propagated_at = tx.now


def origin_of(app: App, start: AppRevision) -> str:
    """Say for people where a revision comes from."""
    source = "Blueprint" if start.template_id is None else "template"
    return f"the {source} of the App {app.name!r}"


async def _is_overridden(tx: Transaction, space: Space) -> bool:
    namespace = space.effective_namespace
    if namespace is None:
        return False
    return await answers(
        tx,
        space.environment_id,
        CONFIGURE,
        [f"space:{namespace}"],
        namespaced_only=True,
        context={"spaceId": space.id, "appId": space.app_id},
    )
