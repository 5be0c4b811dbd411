"""How far uploads got: kept with their records, so that neither is ever ahead of the other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from gqlspaces.features.records.model import upload
from gqlspaces.features.records.state import SheetState
from gqlspaces.kernel.errors import Conflict

KEPT: Final = timedelta(days=7)
"""How long after its last line an upload can be gone on with."""

COUNTED: Final = ("created", "updated", "deleted", "rejected")


@dataclass(frozen=True, slots=True)
class Upload:
    """How many lines were taken under a name, and what became of them."""

    lines: int = 0
    counts: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    last: Mapping[str, Any] | None = None

    def shown(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {"lines": self.lines, **self.counts, "last": self.last}


@dataclass(frozen=True, slots=True)
class Name:
    """The name of an upload, which is its caller's and its Sheet's alone."""

    caller: str
    name: str

    def find(self, connection: Connection, state: SheetState) -> Upload:
        """Give how far the upload got; one that never began has no lines."""
        found = connection.execute(select(upload).where(*self._mine(state))).mappings().first()
        if found is None:
            return Upload()
        return Upload(found["lines"], {name: found[name] for name in COUNTED}, found["last"])

    def advance(
        self, connection: Connection, state: SheetState, answer: Mapping[str, Any], now: datetime
    ) -> None:
        """Keep what was answered to a batch of lines."""
        before = self.find(connection, state)
        content = {
            "lines": answer["lines"],
            "last": dict(answer),
            "updated_at": now,
            **{name: before.counts[name] + answer[name] for name in COUNTED},
        }
        if before.lines or before.last:
            connection.execute(update(upload).where(*self._mine(state)).values(content))
            return
        connection.execute(delete(upload).where(upload.c.updated_at < now - KEPT))
        mine = {"caller": self.caller, "sheet": state.number, "name": self.name}
        connection.execute(insert(upload), mine | content)

    def _mine(self, state: SheetState) -> tuple[Any, ...]:
        return (
            upload.c.caller == self.caller,
            upload.c.sheet == state.number,
            upload.c.name == self.name,
        )


def gap(expected: int) -> Conflict:
    """Make the refusal of lines that begin behind those that were taken."""
    msg = f"{expected} lines of this upload were taken; go on with line {expected}."
    return Conflict(msg, path=("offset",), extra={"expected": expected})
