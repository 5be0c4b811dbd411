"""Blueprints in GraphQL: a Space's structure as one document."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import strawberry
from strawberry.scalars import JSON

from gqlspaces.blueprint.blueprint import Blueprint
from gqlspaces.blueprint.difference import DifferenceKind, describe
from gqlspaces.blueprint.workbook import WorkbookConfig
from gqlspaces.features.blueprints import service
from gqlspaces.features.blueprints.plan import EffectKind, rehearse
from gqlspaces.features.columns import checked
from gqlspaces.features.spaces.api import Space
from gqlspaces.features.spaces.model import Space as SpaceRow
from gqlspaces.features.workbooks.api import Workbook
from gqlspaces.features.workbooks.model import Workbook as WorkbookRow
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.feature import Feature
from gqlspaces.kernel.graphql.exposure import computed, extend, graphql_enum
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

DRY_RUN = "Change nothing and only tell, as `plan`, what would change."


def _told(root: Any) -> str:
    return describe(root)


Kind = graphql_enum(DifferenceKind)
Effect = graphql_enum(EffectKind)


@strawberry.type(description="One part of a Blueprint that differs from another Blueprint's.")
class BlueprintChange:
    """One part of a Blueprint that differs from another Blueprint's."""

    kind: Kind = strawberry.field(description="What became of it.")  # type: ignore[valid-type]
    path: list[str] = strawberry.field(
        description="Which part: Workbooks are named by name, Sheets by slug, Fields by key, "
        "Actions by operation, Documents by title."
    )
    before: JSON | None = strawberry.field(description="What it was; null when it was not there.")
    after: JSON | None = strawberry.field(description="What it is; null when it is gone.")
    text: str = strawberry.field(resolver=_told, description="The change in a sentence.")


@strawberry.type(description="What a change of structure does to data.")
class BlueprintEffect:
    """What a change of structure does to data."""

    kind: Effect = strawberry.field(description="What it does.")  # type: ignore[valid-type]
    path: list[str] = strawberry.field(description="Which Sheet or Field has the data.")
    records: int = strawberry.field(description="In how many records.")
    text: str = strawberry.field(description="The effect in a sentence.")


@strawberry.type(description="What a change of structure would do.")
class BlueprintPlan:
    """What a change of structure would do."""

    changes: list[BlueprintChange] = strawberry.field(description="What it changes.")
    effects: list[BlueprintEffect] = strawberry.field(description="What happens to data.")


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
    dry_run: bool | None = optional(DRY_RUN)
    idempotency_key: str | None = repeatable()


@accepts(WorkbookConfig)
class CreateWorkbookInput:
    """What a new Workbook is, its Sheets and Fields included."""

    space_id: strawberry.ID = required("The Space it belongs to.")
    index: int | None = optional("Its place among the others, from 0; behind them when absent.")
    idempotency_key: str | None = repeatable()


@mutation(Scope.SPACE_WRITE, space=Space, plan=BlueprintPlan)
async def configure_space(tx: Transaction, input: ConfigureSpaceInput) -> dict[str, Any]:
    """Give a Space a structure, all of it or nothing; used again it changes the Space in place."""
    configure = partial(
        service.configure_space,
        tx,
        id=input.space_id,
        blueprint=checked(Blueprint, input.blueprint, path=("blueprint",)),
        expected_version=sent(input).get("expected_version"),
    )
    return await done_or_planned(tx, input, configure)


async def done_or_planned(
    tx: Transaction, input: Any, work: Callable[[], Awaitable[SpaceRow]]
) -> dict[str, Any]:
    """Change the structure of a Space, or with ``dryRun`` only tell what that would do."""
    if not sent(input).get("dry_run"):
        return {"space": await work()}
    plan = await rehearse(tx, input.space_id, work)
    return {"space": plan.space, "plan": plan}


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
