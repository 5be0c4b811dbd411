"""The history of Spaces in GraphQL."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import datetime
from functools import partial
from typing import Any

import strawberry
from sqlalchemy import select
from strawberry import auto
from strawberry.scalars import JSON

from gqlspaces.blueprint.blueprint import Blueprint
from gqlspaces.blueprint.configuration import dump
from gqlspaces.blueprint.difference import differences
from gqlspaces.features.blueprints.api import (
    DRY_RUN,
    BlueprintChange,
    BlueprintPlan,
    done_or_planned,
)
from gqlspaces.features.columns import checked
from gqlspaces.features.revisions import model, service
from gqlspaces.features.revisions.changes import follow_space
from gqlspaces.features.revisions.history import load_steps, moment_at
from gqlspaces.features.revisions.topics import TOPICS
from gqlspaces.features.spaces.api import Space
from gqlspaces.kernel.auth import Scope
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.errors import Refused
from gqlspaces.kernel.feature import Feature
from gqlspaces.kernel.graphql.connection import PAGED, Connection, Page, Sort, bad_input, paginate
from gqlspaces.kernel.graphql.context import Info
from gqlspaces.kernel.graphql.exposure import Node, exposes, extend
from gqlspaces.kernel.graphql.inputs import optional, repeatable, required, sent
from gqlspaces.kernel.graphql.mutation import mutation
from gqlspaces.kernel.graphql.query import asked, query, subscription
from gqlspaces.kernel.reader import Reader
from gqlspaces.kernel.transaction import Transaction

_revisions = table(model.Revision)


def _op(root: Any) -> str:
    return str(root["op"])


def _path(root: Any) -> str:
    return str(root["path"])


def _value(root: Any) -> JSON | None:
    value: JSON | None = root.get("value")
    return value


@strawberry.type(description="A change of one place in the copy of a Space, as JSON Patch has it.")
class AnatomyChange:
    """A change of one place in the copy of a Space, as JSON Patch has it (RFC 6902)."""

    op: str = strawberry.field(resolver=_op, description="`add`, `remove` or `replace`.")
    path: str = strawberry.field(
        resolver=_path,
        description="The place, such as `/workbooks/wb_…/sheets/sh_…/name`; all rows stand under "
        "their ids, ordered by `position`.",
    )
    value: JSON | None = strawberry.field(
        resolver=_value, description="What is there now; null where something is removed."
    )


async def _differences(root: Any, info: Info) -> list[BlueprintChange]:
    before, after = await info.context.load(load_steps, f"{root.space_id} {root.number}")
    return differences(before, after)  # type: ignore[return-value]


async def _blueprint(root: Any, info: Info) -> JSON:
    _before, after = await info.context.load(load_steps, f"{root.space_id} {root.number}")
    return after  # type: ignore[no-any-return]


@exposes(model.Revision)
class Revision(Node):
    """What one change did to a Space: who made it, when and by which Job."""

    id: auto
    space_id: auto
    number: auto
    structural: auto
    changes: list[AnatomyChange]
    created_by: auto
    job_id: auto
    created_at: auto

    differences: list[BlueprintChange] = strawberry.field(
        resolver=_differences, description="What it changed of the Blueprint, by names."
    )
    blueprint: JSON = strawberry.field(
        resolver=_blueprint, description="The Blueprint as it was after the change."
    )


@asked(
    Connection[Revision],
    structural="False for all changes, those that left the Blueprint as it was among them.",
    **PAGED,
)
async def _blueprint_revisions(
    root: Any,
    info: Info,
    structural: bool | None = strawberry.UNSET,
    first: int | None = strawberry.UNSET,
    after: str | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
) -> Any:
    """How its Blueprint came to be, newest change first."""
    statement = select(_revisions).where(_revisions.c.space_id == root.id)
    if structural is not False:
        statement = statement.where(_revisions.c.structural)
    page = Page.of(first, after, last, before)
    sort = Sort("number", descending=True)
    return await paginate(info.context.reader, statement, model.Revision, page, sort)


extend(Space, blueprintRevisions=_blueprint_revisions)


@strawberry.input(description="A Blueprint: that of a Space, now or in the past, or a document.")
class BlueprintSource:
    """A Blueprint: that of a Space, now or in the past, or a document."""

    space_id: strawberry.ID | None = optional("The Space whose Blueprint it is.")
    number: int | None = optional("The version of the Space; the newest without it.")
    blueprint: JSON | None = optional(
        "A document such as `configureSpace` takes; a part it lacks counts as the same."
    )


@query(Scope.SPACE_READ, before="The Blueprint to start from.", after="The Blueprint to get to.")
async def diff_blueprints(
    info: Info, before: BlueprintSource, after: BlueprintSource
) -> list[BlueprintChange]:
    """What would have to change for one Blueprint to become another."""
    old = await _document(info.context.reader, before, "before")
    new = await _document(info.context.reader, after, "after")
    return differences(new | old, old | new)  # type: ignore[return-value]


async def _document(reader: Reader, source: BlueprintSource, argument: str) -> dict[str, Any]:
    given = {name: value for name, value in sent(source).items() if value is not None}
    if given.keys() not in ({"space_id"}, {"space_id", "number"}, {"blueprint"}):
        raise bad_input("Give spaceId, with or without a number, or blueprint.", argument)
    if "blueprint" in given:
        return _checked(given["blueprint"], argument)
    moment = await moment_at(reader, given["space_id"], given.get("number"), path=(argument,))
    return moment.blueprint


def _checked(document: Any, argument: str) -> dict[str, Any]:
    try:
        return dump(checked(Blueprint, document))
    except Refused as error:
        problem = error.problems[0]
        place = ".".join((argument, "blueprint", *problem.path))
        raise bad_input(f"{place}: {problem.message}", argument) from error


@strawberry.input(description="To which of its versions a Space goes back.")
class RevertBlueprintInput:
    """To which of its versions a Space goes back."""

    space_id: strawberry.ID = required("The Space.")
    number: int = required("The version whose Blueprint it is to have again.")
    expected_version: int | None = optional(
        "Refuse with STALE_VERSION unless the Space is at this version."
    )
    dry_run: bool | None = optional(DRY_RUN)
    idempotency_key: str | None = repeatable()


@mutation(Scope.SPACE_WRITE, space=Space, plan=BlueprintPlan)
async def revert_blueprint(tx: Transaction, input: RevertBlueprintInput) -> dict[str, Any]:
    """Give a Space the Blueprint it had before; what was renamed since keeps its data."""
    revert = partial(
        service.revert_blueprint,
        tx,
        space_id=input.space_id,
        number=input.number,
        expected_version=sent(input).get("expected_version"),
    )
    return await done_or_planned(tx, input, revert)


@strawberry.type(description="A copy of a Space, or what changed since the item before.")
class SpaceChange:
    """A copy of a Space, or what changed since the item before."""

    cursor: str = strawberry.field(description="Resume from here to get what follows.")
    version: int | None = strawberry.field(
        description="The version of the Space with the changes; null where they have none."
    )
    space: JSON | None = strawberry.field(
        description="The whole Space, to be put in the place of any copy; null when there are only "
        "changes."
    )
    changes: list[AnatomyChange] = strawberry.field(
        description="What to do to the copy, in this order."
    )
    actor_id: strawberry.ID | None = strawberry.field(description="The key or Job that did it.")
    happened_at: datetime | None = strawberry.field(description="When it happened.")


@subscription(
    Scope.SPACE_READ,
    id="The Space; the stream ends when it is gone or no longer to be seen.",
    after="Start behind this cursor, without a copy; any cursor of the event log will do.",
)
async def space_changes(
    info: Info, id: strawberry.ID, after: str | None = strawberry.UNSET
) -> AsyncIterator[SpaceChange]:
    """A copy of a Space and then every change of it, with which the copy stays right.

    The copy has all that belongs to the anatomy, and `recordCounts` of each Sheet.
    """
    context = info.context
    cursor = after or context.last_event_id or None
    states = follow_space(context.delivery, context.principal, str(id), after=cursor)
    async with aclosing(states):
        async for state in states:
            yield state  # type: ignore[misc]


feature = Feature(
    topics=TOPICS,
    queries=[diff_blueprints],
    mutations=[revert_blueprint],
    subscriptions=[space_changes],
    types=[Revision],
)
