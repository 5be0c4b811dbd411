"""The rules of Apps."""

from collections.abc import Mapping
from typing import Any

from gqlspaces.blueprint.app import AppConfig, AppPatch
from gqlspaces.features.apps.model import App
from gqlspaces.features.columns import checked, patched, store
from gqlspaces.features.spaces.model import Space
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.errors import Conflict, Duplicate, Forbidden
from gqlspaces.kernel.transaction import Transaction

_columns = table(App).c


async def create_app(tx: Transaction, *, config: AppConfig) -> App:
    """Make an App; its name is unique in its environment."""
    _refuse_foreign(tx, config.namespace)
    await _refuse_duplicate(tx, config.name)
    app = App(name=config.name, namespace=config.namespace, type=config.type)
    app.activated_at = tx.now
    store(app, config)
    return tx.add(app)


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
        columns = table(Space).c
        for space in await tx.siblings(Space, columns.app_id == id, columns.namespace.is_(None)):
            space.effective_namespace = app.namespace
    return app


async def delete_app(tx: Transaction, *, id: str) -> App:
    """Delete an App that no Space belongs to."""
    app = await tx.find(App, id)
    if await tx.siblings(Space, table(Space).c.app_id == id):
        msg = f"{app.entity_plural} still belong to the App {app.name!r}; delete them first."
        raise Conflict(msg)
    await tx.remove(app)
    return app


def _refuse_foreign(tx: Transaction, namespace: str) -> None:
    if not tx.principal.sees(namespace):
        msg = "This key is limited to other namespaces."
        raise Forbidden(msg, path=("namespace",))


async def _refuse_duplicate(tx: Transaction, name: str) -> None:
    if await tx.siblings(App, _columns.name == name):
        msg = f"There is an App named {name!r} already."
        raise Duplicate(msg, path=("name",))
