"""Blueprints in GraphQL: a Space's structure as one document."""

import strawberry
from strawberry.scalars import JSON

from gqlspaces.blueprint.blueprint import Blueprint
from gqlspaces.blueprint.workbook import WorkbookConfig
from gqlspaces.features.blueprints import service
from gqlspaces.features.columns import checked
from gqlspaces.features.spaces.api import Space
from gqlspaces.features.spaces.model import Space as SpaceRow
from gqlspaces.features.workbooks.api import Workbook
from gqlspaces.features.workbooks.model import Workbook as WorkbookRow
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.feature import Feature
from gqlspaces.kernel.graphql.exposure import computed, extend
from gqlspaces.kernel.graphql.inputs import (
    accepts,
    body_of,
    index_of,
    optional,
    repeatable,
    required,
    sent,
)
from gqlspaces.kernel.graphql.mutation import mutation
from gqlspaces.kernel.transaction import Transaction


@strawberry.input(description="The structure a Space is to have.")
class ConfigureSpaceInput:
    """The structure a Space is to have."""

    space_id: strawberry.ID = required("The Space.")
    blueprint: JSON = required(
        "Its `workbooks`, `documents`, `actions` and `space`, each optional; a list is the whole "
        "list. `Space.blueprint` gives such a document."
    )
    expected_version: int | None = optional(
        "Refuse with STALE_VERSION unless the Space is at this version."
    )
    idempotency_key: str | None = repeatable()


@accepts(WorkbookConfig)
class CreateWorkbookInput:
    """What a new Workbook is, its Sheets and Fields included."""

    space_id: strawberry.ID = required("The Space it belongs to.")
    index: int | None = optional("Its place among the others, from 0; behind them when absent.")
    idempotency_key: str | None = repeatable()


@mutation(Scope.SPACE_WRITE, space=Space)
async def configure_space(tx: Transaction, input: ConfigureSpaceInput) -> SpaceRow:
    """Give a Space a structure, all of it or nothing; used again it changes the Space in place."""
    return await service.configure_space(
        tx,
        id=input.space_id,
        blueprint=checked(Blueprint, input.blueprint, path=("blueprint",)),
        expected_version=sent(input).get("expected_version"),
    )


@mutation(Scope.SPACE_WRITE, workbook=Workbook)
async def create_workbook(tx: Transaction, input: CreateWorkbookInput) -> WorkbookRow:
    """Add a Workbook with its Sheets, Fields and Actions to a Space."""
    config = checked(WorkbookConfig, body_of(input, without=("space_id", "index")))
    return await service.build_workbook(
        tx, space_id=input.space_id, config=config, index=index_of(input)
    )


extend(
    Space,
    blueprint=computed(
        service.blueprints_of_spaces,
        JSON | None,
        description="The whole structure as one document that `configureSpace` takes.",
    ),
)

feature = Feature(mutations=[configure_space, create_workbook])
