"""Records and commits by number: a Sheet's number and a running one make one integer."""

from collections.abc import Iterable, Iterator

from gqlspaces.features.records.model import LOCAL_BITS
from gqlspaces.kernel.errors import NotFound
from gqlspaces.kernel.ids import number_in, numbered_id

_LOCAL = (1 << LOCAL_BITS) - 1


def first_of(sheet_number: int) -> int:
    """Give the lowest number that a record or commit of a Sheet can have."""
    return sheet_number << LOCAL_BITS


def last_of(sheet_number: int) -> int:
    """Give the highest number that a record or commit of a Sheet can have."""
    return first_of(sheet_number) | _LOCAL


def record_id(sheet_id: str, n: int) -> str:
    """Give the id of a record."""
    return numbered_id("rc", sheet_id, n & _LOCAL)


def commit_id(sheet_id: str, n: int) -> str:
    """Give the id of a commit."""
    return numbered_id("vr", sheet_id, n & _LOCAL)


def snapshot_id(sheet_id: str, n: int) -> str:
    """Give the id of a snapshot."""
    return numbered_id("ss", sheet_id, n & _LOCAL)


def sheet_of(id: str, prefix: str) -> str | None:
    """Give the id of the Sheet that the id of something numbered in it is made of, or None."""
    found = number_in(id, prefix, "sh")
    return found and found[0]


def local_number(id: str, prefix: str, sheet_id: str) -> int | None:
    """Give the running number in the id of something of this Sheet, or None."""
    found = number_in(id, prefix, "sh")
    return found[1] if found and found[0] == sheet_id else None


def commit_number(id: str, sheet_id: str, sheet_number: int, *, path: tuple[str, ...]) -> int:
    """Give the number of a commit of this Sheet, or raise NotFound."""
    local = local_number(id, "vr", sheet_id)
    if local is None:
        msg = f"There is no Commit {id!r} of this Sheet."
        raise NotFound(msg, path=path)
    return first_of(sheet_number) | local


def ranges(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Give ascending numbers as runs without holes: first and last of each."""
    first = last = None
    for number in numbers:
        if last is not None and number == last + 1:
            last = number
            continue
        if first is not None and last is not None:
            yield first, last
        first = last = number
    if first is not None and last is not None:
        yield first, last
