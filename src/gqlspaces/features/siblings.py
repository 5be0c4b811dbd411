"""What the rows of one parent have in common: an order, a limit, and names of their own."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from gqlspaces.blueprint.problems import echo
from gqlspaces.kernel.errors import DomainError, Duplicate, ErrorCode, Invalid


class Ordered(Protocol):
    """A row with a place among its siblings; positions may have gaps."""

    id: str
    position: int


O = TypeVar("O", bound=Ordered)  # noqa: E741 - one letter like every type variable


def make_room(siblings: Sequence[Ordered], index: int | None) -> int:
    """Give the position of a new row at ``index``, or at the end; those behind it move on."""
    if index is None or index == len(siblings):
        return siblings[-1].position + 1 if siblings else 0
    if not 0 <= index < len(siblings):
        msg = f"Must be from 0 to {len(siblings)}."
        raise Invalid(msg, path=("index",))
    position = siblings[index].position
    for next_position, row in enumerate(siblings[index:], start=position + 1):
        if row.position >= next_position:
            break
        row.position = next_position
    return position


def reorder(siblings: Sequence[O], ids: Sequence[str]) -> list[O]:
    """Put siblings into the order of their ids, all of which must be there once."""
    known = {row.id: row for row in siblings}
    if sorted(ids) != sorted(known):
        msg = f"Must be the ids of all {len(known)} items, each of them once."
        raise Invalid(msg, path=("ids",))
    ordered = [known[id] for id in ids]
    for position, row in enumerate(ordered):
        row.position = position
    return ordered


def check_room(siblings: Sequence[object], limit: int, what: str) -> None:
    """Raise LIMIT_EXCEEDED when one more would be too many."""
    if len(siblings) >= limit:
        msg = f"There are {limit} {what} already; there can be no more."
        raise DomainError(msg, code=ErrorCode.LIMIT_EXCEEDED)


def check_free(siblings: Sequence[Ordered], row: Ordered | None, name: str, value: str) -> None:
    """Raise DUPLICATE when a sibling other than ``row`` has this value."""
    if any(getattr(other, name) == value for other in siblings if other is not row):
        msg = f"The {name} {echo(value)} is taken."
        raise Duplicate(msg, path=(name,))
