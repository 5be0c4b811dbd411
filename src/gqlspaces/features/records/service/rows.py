"""What callers send of records, row by row: a row that cannot be taken stops no other."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from gqlspaces.blueprint.configuration import dump
from gqlspaces.blueprint.merge import merge_patch
from gqlspaces.features.columns import checked
from gqlspaces.features.records.configuration import RecordDetails
from gqlspaces.features.records.numbers import commit_id, first_of, local_number
from gqlspaces.features.records.table import Row
from gqlspaces.features.records.values.messages import sent_messages
from gqlspaces.features.records.writing import Writing
from gqlspaces.kernel.errors import Conflict, DomainError, ErrorCode

T = TypeVar("T")

MOST_ROWS: Final = 10_000


@dataclass
class Rows:
    """Rows as they were sent, and what was refused of them."""

    sent: Sequence[Mapping[str, Any]]
    rejected: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Refuse what is none or too much as a whole."""
        if not self.sent:
            raise DomainError(
                "Give at least one record.", path=("records",), code=ErrorCode.REQUIRED
            )
        if len(self.sent) > MOST_ROWS:
            msg = f"Give at most {MOST_ROWS} records at once; a stream takes more."
            raise DomainError(msg, path=("records",), code=ErrorCode.LIMIT_EXCEEDED)

    def taken(self, read: Callable[[Mapping[str, Any]], T | None]) -> Iterator[tuple[int, T]]:
        """Give what a function makes of each row, with its index; note the rows it refuses."""
        for index, row in enumerate(self.sent):
            try:
                made = read(row)
            except DomainError as error:
                self.reject(index, error)
            else:
                if made is not None:
                    yield index, made

    def reject(self, index: int, error: DomainError) -> None:
        """Note that a row was refused."""
        self.rejected.append(
            {
                "index": index,
                "code": str(error.code),
                "message": error.message,
                "path": list(error.path),
            }
        )

    def answer(self, numbers: Sequence[int]) -> dict[str, Any]:
        """Give what a write answers: the records in the order of their rows, and the refused."""
        self.rejected.sort(key=lambda item: item["index"])
        return {"records": list(numbers), "rejected": self.rejected}


def record_number(writing: Writing, id: Any) -> int:
    """Give the number in a record's id; one of elsewhere has a number that no record has."""
    state = writing.state
    local = local_number(id, "rc", state.sheet_id) if isinstance(id, str) else None
    return first_of(state.number) | (local or 0)


def sent_values(row: Mapping[str, Any]) -> Any:
    """Give the values that came with a record; none when it says nothing of them."""
    values = row.get("values")
    return {} if values is None else values


def custom_messages(writing: Writing, row: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Give the messages that came with a record; None when it says nothing of them."""
    if row.get("messages") is None:
        return None
    return sent_messages(row["messages"], writing.rulebook.rules.order)


def details(row: Mapping[str, Any], before: Row | None = None) -> tuple[Any, Any]:
    """Give a record's metadata with what was sent merged in, and what of it is read-only."""
    meta, config = (before["meta"], before["config"]) if before else (None, None)
    sent = {name: row[name] for name in ("metadata", "config") if row.get(name) is not None}
    if not sent:
        return meta, config
    if "metadata" in sent:
        checked(RecordDetails, {"metadata": sent["metadata"]})
        sent["metadata"] = merge_patch(meta, sent["metadata"])
    taken = checked(RecordDetails, sent)
    if taken.config is not None:
        config = dump(taken.config) or None
    return (taken.metadata or None) if "metadata" in sent else meta, config


def check_unchanged(writing: Writing, before: Row, row: Mapping[str, Any]) -> None:
    """Raise CONFLICT when a record was changed since the commit that the row knows it by."""
    known = row.get("commit_id")
    if known is not None and known != commit_id(writing.state.sheet_id, before["commit_n"]):
        msg = "Another Commit has changed the record since."
        raise Conflict(msg, path=("commitId",))


def check_writable(before: Row, keys: Sequence[str]) -> None:
    """Raise FORBIDDEN when a record, or one of these cells of it, is read-only."""
    known = before["config"] or {}
    if known.get("readonly"):
        raise DomainError("The record is read-only.", path=("id",), code=ErrorCode.FORBIDDEN)
    locked = known.get("fields", {})
    for key in keys:
        if key in locked:
            msg = "This cell of the record is read-only."
            raise DomainError(msg, path=("values", key), code=ErrorCode.FORBIDDEN)
