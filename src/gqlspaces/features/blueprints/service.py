"""The whole structure of a Space, built, changed and read as one document."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from gqlspaces.blueprint.blueprint import Blueprint
from gqlspaces.blueprint.space import SpaceConfig
from gqlspaces.blueprint.workbook import WorkbookConfig
from gqlspaces.features.blueprints.builder import Builder
from gqlspaces.features.blueprints.document import PARTS, Reading
from gqlspaces.features.spaces.model import Space
from gqlspaces.features.spaces.service import open_space, update_space
from gqlspaces.features.workbooks.model import Workbook
from gqlspaces.features.workbooks.service import create_workbook
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.errors import DomainError, Refused
from gqlspaces.kernel.reader import AnyRow, Reader
from gqlspaces.kernel.transaction import Transaction

_ORDER = ("position", "id")


async def configure_space(
    tx: Transaction, *, id: str, blueprint: Blueprint, expected_version: int | None = None
) -> Space:
    """Give a Space the structure of a Blueprint, all of it or nothing.

    Workbooks are known by name, Sheets by slug, Fields by key, Actions by operation, Documents by
    title: what is there already is changed in place, what a list leaves out is removed, and the
    order of a list is the order. A part that is absent stays as it is.
    """
    space = await open_space(tx, id=id, expected_version=expected_version, path=("spaceId",))
    builder = Builder(tx, space)
    if blueprint.workbooks is not None:
        await builder.set_workbooks(blueprint.workbooks)
    if blueprint.documents is not None:
        await builder.set_documents(blueprint.documents)
    if blueprint.actions is not None:
        builder.mount(space, blueprint.actions)
    await builder.set_actions()
    if blueprint.space is not None:
        await _configure(tx, space, blueprint.space)
    return space


async def build_workbook(
    tx: Transaction, *, space_id: str, config: WorkbookConfig, index: int | None = None
) -> Workbook:
    """Add a Workbook with its Sheets, Fields and Actions to a Space."""
    space = await open_space(tx, id=space_id, path=("spaceId",))
    workbook = await create_workbook(tx, space=space, config=config, index=index)
    builder = Builder(tx, space)
    await builder.set_sheets([(workbook, config.sheets)])
    await builder.set_actions()
    return workbook


async def blueprints_of_spaces(reader: Reader, ids: Sequence[str]) -> list[dict[str, Any] | None]:
    """Give the structure of each Space as the document that builds it again elsewhere."""
    spaces = await reader.find_many(Space, ids)
    lists = [await reader.children(kind, by="space_id", order=_ORDER, keys=ids) for kind in PARTS]
    return [
        None if space is None else Reading(*parts).document(space)
        for space, *parts in zip(spaces, *lists, strict=True)
    ]


async def blueprint_in(tx: Transaction, space: Space) -> dict[str, Any]:
    """Give the structure of a Space as it is at this point of a transaction."""
    await tx.flush()
    return Reading(*await rows_in(tx, space.id)).document(space)


async def rows_in(tx: Transaction, space_id: str) -> list[Sequence[AnyRow]]:
    """Give the rows of a Space at this point of a transaction: those of each noun, in order."""
    found = []
    for kind in PARTS:
        columns = table(kind).c
        statement = select(table(kind)).where(columns.space_id == space_id)
        result = await tx.session.execute(statement.order_by(*(columns[one] for one in _ORDER)))
        found.append(result.all())
    return found


async def _configure(tx: Transaction, space: Space, config: SpaceConfig) -> None:
    given = config.model_fields_set - {"auto_configure"}
    patch = {name: value for name, value in config.model_dump(mode="json").items() if name in given}
    try:
        await update_space(tx, id=space.id, patch=patch)
    except DomainError as error:
        for problem in error.problems if isinstance(error, Refused) else [error]:
            problem.path = ("blueprint", "space", *problem.path)
        raise
