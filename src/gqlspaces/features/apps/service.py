"""The rules of Apps."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select

from gqlspaces.blueprint.app import AppConfig, AppPatch
from gqlspaces.blueprint.configuration import dump
from gqlspaces.features.apps.model import App, AppRevision
from gqlspaces.features.columns import checked, patched, store
from gqlspaces.features.jobs.model import FINAL, Job
from gqlspaces.features.jobs.service import cancel_job
from gqlspaces.features.spaces.model import Space
from gqlspaces.kernel.entity import Json, table
from gqlspaces.kernel.errors import Conflict, Duplicate, Forbidden
from gqlspaces.kernel.reader import Reader
from gqlspaces.kernel.transaction import Transaction

_columns = table(App).c
_revisions = table(AppRevision).c
_spaces, _jobs = table(Space).c, table(Job).c
_WORDS = (
    select(_spaces.id, _columns.entity)
    .join_from(table(Space), table(App), _columns.id == _spaces.app_id)
    .where(_spaces.id.in_(bindparam("ids", expanding=True)))
)
_JSON = Json()


async def create_app(tx: Transaction, *, config: AppConfig) -> App:
    """Make an App; its name is unique in its environment."""
    _refuse_foreign(tx, config.namespace)
    await _refuse_duplicate(tx, config.name)
    app = App(name=config.name, namespace=config.namespace, type=config.type)
    app.activated_at = tx.now
    store(app, config)
    tx.add(app)
    await tx.flush()
    await _note(tx, app, config)
    return app


async def update_app(tx: Transaction, *, id: str, patch: Mapping[str, Any]) -> App:
    """Change an App; the Spaces that inherit its namespace follow it."""
    app = await tx.find(App, id)
    namespace = app.namespace
    # Asked before the change is made: the database would refuse it without saying what is wrong.
    name = checked(AppPatch, patch).get("name")
    if name not in {None, app.name}:
        await _refuse_duplicate(tx, name)
    config = patched(app, AppConfig, AppPatch, patch)
    _refuse_foreign(tx, config.namespace)
    if app.namespace != namespace:
        inheriting = (_spaces.app_id == id, _spaces.namespace.is_(None))
        for space in await tx.siblings(Space, *inheriting):
            space.effective_namespace = app.namespace
    if "blueprint" in patch:
        await _note(tx, app, config)
    return app


async def delete_app(tx: Transaction, *, id: str) -> App:
    """Delete an App that no Space belongs to."""
    app = await tx.find(App, id)
    if await tx.siblings(Space, _spaces.app_id == id):
        msg = f"{app.entity_plural} still belong to the App {app.name!r}; delete them first."
        raise Conflict(msg)
    # Nobody is left to end what was to be done to the App.
    open_jobs = select(Job).where(_jobs.source_id == app.id, _jobs.status.not_in(FINAL))
    for job in await tx.all(Job, open_jobs.order_by(_jobs.id)):
        await cancel_job(tx, id=job.id, info=f"The App {app.name!r} was deleted.")
    await tx.remove(app)
    return app


async def words_for_spaces(reader: Reader, ids: Sequence[str]) -> list[str]:
    """Give what the App of each Space calls it, or Space where the caller sees no App."""
    rows = await reader.scoped_rows(_WORDS, App, {"ids": list(ids)})
    words = {row.id: row.entity for row in rows}
    return [words.get(id, "Space") for id in ids]


async def newest_revision(tx: Transaction, app: App) -> AppRevision | None:
    """Give what the Spaces of an App last started from, if that was ever said."""
    statement = select(AppRevision).where(_revisions.app_id == app.id)
    return await tx.first(AppRevision, statement.order_by(_revisions.number.desc()))


async def revision_of(tx: Transaction, app_id: str, number: int) -> AppRevision | None:
    """Give a revision of what the Spaces of an App start from."""
    return await tx.first(
        AppRevision,
        select(AppRevision).where(_revisions.app_id == app_id, _revisions.number == number),
    )


async def note_revision(
    tx: Transaction, app: App, blueprint: Mapping[str, Any], *, template_id: str | None = None
) -> AppRevision:
    """Give the revision that holds this Blueprint: the newest one, or a new one after it.

    The App's row is locked, so that no other transaction takes the same number.
    """
    newest = await newest_revision(tx, app)
    if newest is not None and _JSON.compare_values(newest.blueprint, blueprint):
        return newest
    revision = AppRevision(
        app_id=app.id,
        number=newest.number + 1 if newest else 1,
        blueprint=dict(blueprint),
        template_id=template_id,
        created_by=tx.actor_id,
    )
    tx.add(revision)
    await tx.flush()
    return revision


async def _note(tx: Transaction, app: App, config: AppConfig) -> None:
    if config.blueprint is not None:
        await note_revision(tx, app, dump(config.blueprint))


def _refuse_foreign(tx: Transaction, namespace: str) -> None:
    if not tx.principal.sees(namespace):
        msg = "This key is limited to other namespaces."
        raise Forbidden(msg, path=("namespace",))


async def _refuse_duplicate(tx: Transaction, name: str) -> None:
    if await tx.siblings(App, _columns.name == name):
        msg = f"There is an App named {name!r} already."
        raise Duplicate(msg, path=("name",))
