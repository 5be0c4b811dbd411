"""Pages of what has a running number in a Sheet, such as commits and snapshots."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which part of a list is wanted: ``size`` items behind or in front of running numbers."""

    size: int
    after: int | None = None
    before: int | None = None
    backwards: bool = False
    newest_first: bool = True

    @property
    def descending(self) -> bool:
        """Whether the items are read from the highest number down."""
        return self.newest_first != self.backwards

    def cut(self, statement: Select[Any], number: ColumnElement[int], base: int) -> Select[Any]:
        """Limit a statement to it, and one more; running numbers count from ``base``."""
        for end, is_after in ((self.after, True), (self.before, False)):
            if end is not None:
                lower = is_after == self.newest_first
                statement = statement.where(number < (base | end) if lower else number > base | end)
        ordered = number.desc() if self.descending else number.asc()
        return statement.order_by(ordered).limit(self.size + 1)
