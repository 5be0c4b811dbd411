"""The rules of Spaces."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from gqlspaces.blueprint.space import SpaceConfig, SpacePatch
from gqlspaces.features.actions.service import set_actions
from gqlspaces.features.columns import patched, store
from gqlspaces.features.jobs.model import Job, JobType
from gqlspaces.features.jobs.service import create_job
from gqlspaces.features.spaces.model import Space
from gqlspaces.kernel.entity import Entity, SpacePart, table
from gqlspaces.kernel.errors import Conflict, DomainError, ErrorCode, Forbidden, NotFound, Refused
from gqlspaces.kernel.transaction import Transaction

_columns = table(Space).c


class NewSpace(NamedTuple):
    """A Space just made, and the Job by which a listener configures it."""

    space: Space
    job: Job | None


async def create_space(tx: Transaction, *, config: SpaceConfig) -> NewSpace:
    """Make a Space and, unless told otherwise, a ``space:configure`` Job that is ready."""
    app = await _app(tx, config.app_id)
    space = Space(
        name=config.name or str(getattr(app, "entity", "Space")),
        created_by=tx.principal.key_id,
        last_activity_at=tx.now,
    )
    store(space, config)
    space.auto_configure = config.auto_configure is not False
    await _check_primary_workbook(tx, config.primary_workbook_id, space.id)
    await _settle(tx, space, app)
    tx.add(space)
    await tx.flush()
    await set_actions(tx, space, config.actions or [])
    if not space.auto_configure:
        return NewSpace(space, None)
    job = await create_job(
        tx, type=JobType.SPACE, operation="configure", source_id=space.id, space_id=space.id
    )
    return NewSpace(space, job)


async def update_space(
    tx: Transaction, *, id: str, patch: Mapping[str, Any], expected_version: int | None = None
) -> Space:
    """Change a Space: absent stays, null clears, metadata and settings are merged."""
    space = await open_space(tx, id=id, expected_version=expected_version)
    # Looked up before anything is written: the database would refuse a foreign key that leads
    # nowhere otherwise than one that leads to what the caller may not see.
    app = await _app_after(tx, space, patch)
    await _check_primary_workbook(tx, patch.get("primary_workbook_id"), space.id)
    app_id = space.app_id
    config = patched(space, SpaceConfig, SpacePatch, patch)
    if space.app_id != app_id:
        # Revisions are numbered within one App: what the former one gave is no base for another.
        space.app_revision = None
    await _settle(tx, space, app)
    if "actions" in patch:
        await set_actions(tx, space, config.actions or [])
    return space


async def open_space(
    tx: Transaction,
    *,
    id: str,
    expected_version: int | None = None,
    path: tuple[str, ...] = ("id",),
) -> Space:
    """Give a Space to be changed, locked; refuse when it is not at the version expected."""
    space = await tx.find(Space, id, path=path)
    if expected_version is not None and space.version != expected_version:
        raise DomainError(
            f"The Space is at version {space.version}, not {expected_version}: read it again.",
            path=("expectedVersion",),
            code=ErrorCode.STALE_VERSION,
        )
    return space


async def update_theme(tx: Transaction, *, id: str, theme: Mapping[str, Any] | None) -> Space:
    """Merge into the theme of a Space; null takes the whole theme away."""
    try:
        return await update_space(tx, id=id, patch={"metadata": {"theme": theme}})
    except Refused as error:
        for problem in error.problems:
            if problem.path[:1] == ("metadata",):
                problem.path = problem.path[1:] or ("theme",)
        raise


async def archive_space(tx: Transaction, *, id: str) -> Space:
    """Put a Space away; doing it again changes nothing."""
    space = await tx.find(Space, id)
    space.archived_at = space.archived_at or tx.now
    return space


async def unarchive_space(tx: Transaction, *, id: str) -> Space:
    """Bring an archived Space back; doing it again changes nothing."""
    space = await tx.find(Space, id)
    space.archived_at = None
    return space


async def delete_space(tx: Transaction, *, id: str) -> Space:
    """Delete a Space with everything in it; only ``space:deleted`` is announced."""
    space = await tx.find(Space, id)
    await tx.remove(space)
    return space


async def _app(tx: Transaction, id: str | None) -> Entity | None:
    return None if id is None else await tx.find_any(id, ("app",), path=("appId",))


async def _app_after(tx: Transaction, space: Space, patch: Mapping[str, Any]) -> Entity | None:
    """Give the App that the Space will have, or None where it does not matter.

    Beside a namespace of its own a Space may keep an App that its caller does not see.
    """
    if "app_id" in patch:
        return await _app(tx, patch["app_id"])
    inherits = patch.get("namespace", space.namespace) is None
    return await _app(tx, space.app_id if inherits else None)


async def _settle(tx: Transaction, space: Space, app: Entity | None) -> None:
    """Work out which namespace the Space's events carry, and whether the caller may say so."""
    space.effective_namespace = space.namespace or getattr(app, "namespace", None)
    if not tx.principal.sees(space.effective_namespace):
        msg = "This key is limited to other namespaces."
        raise Forbidden(msg, path=("namespace",))
    if not space.is_app_template:
        return
    if space.app_id is None:
        msg = "A template belongs to an App: give appId."
        raise Conflict(msg, path=("isAppTemplate",))
    others = (_columns.app_id == space.app_id, _columns.is_app_template, _columns.id != space.id)
    if await tx.siblings(Space, *others):
        msg = "The App has a template already; at most one Space is."
        raise Conflict(msg, path=("isAppTemplate",))


async def _check_primary_workbook(tx: Transaction, id: str | None, space_id: str) -> None:
    if not id:
        return
    path = ("primaryWorkbookId",)
    workbook = await tx.find_any(id, ("wb",), path=path)
    if not isinstance(workbook, SpacePart) or workbook.space_id != space_id:
        msg = f"There is nothing with the id {id!r} here."
        raise NotFound(msg, path=path)
