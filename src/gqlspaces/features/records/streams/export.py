"""Records on their way out: page by page, each read when the one before was taken."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sqlalchemy import Select

from gqlspaces.features.records.conditions.search import RecordFilter
from gqlspaces.features.records.model import record
from gqlspaces.features.records.numbers import first_of
from gqlspaces.features.records.reading.sheet import OpenSheet, read_sheet
from gqlspaces.features.records.selection import Selection
from gqlspaces.features.records.streams.formats import Format
from gqlspaces.features.records.streams.parameters import Export
from gqlspaces.kernel.cancellation import finish
from gqlspaces.kernel.errors import DomainError
from gqlspaces.kernel.reader import Reader

PAGE_BYTES: Final = 1024 * 1024
MOST_ROWS: Final = 5000
_FIRST_ROWS: Final = 1000

Admit = Callable[[], Awaitable[Reader]]
"""Gives the caller's view of the database, or raises Unauthenticated when the key is no more."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some records in the format asked for; ``last`` is the number of the last of them."""

    content: bytes
    last: int
    rows: int
    more: bool


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is known before the first byte is sent: ``total`` only where nobody has to count."""

    slug: str
    total: int | None
    page: Page


@dataclass(frozen=True, slots=True)
class Exporter:
    """One export of one Sheet."""

    sheet_id: str
    export: Export
    format: Format

    async def begin(self, reader: Reader) -> Beginning:
        """Read the first page; raise NOT_FOUND or BAD_USER_INPUT for what cannot be exported."""
        return await finish(read_sheet(reader, self.sheet_id, self._begin))

    async def parts(self, page: Page, admit: Admit) -> AsyncGenerator[bytes, None]:
        """Give the first page and all after it."""
        while True:
            if page.content:
                yield page.content
            if not page.more:
                return
            # As many as will have about the bytes that a page should have.
            size = min(MOST_ROWS, 1 + page.rows * PAGE_BYTES // max(1, len(page.content)))
            work = partial(self._page, after=page.last, size=size)
            page = await finish(read_sheet(await admit(), self.sheet_id, work))

    def _begin(self, sheet: OpenSheet) -> Beginning:
        for key in self.export.fields or ():
            if key not in sheet.layout.by_key:
                told = f"The Sheet has no Field {key[:40]!r}."
                raise DomainError(told, path=("fields",), code="BAD_USER_INPUT")
        head = self.format.head(sheet.layout)
        after = first_of(sheet.state.number) | self.export.after
        page = self._page(sheet, after=after, size=_FIRST_ROWS, offset=self.export.offset)
        page = Page(head + page.content, page.last, page.rows, page.more)
        slug = sheet.structure.sheet.slug
        return Beginning(slug, _known_total(sheet, self.export.selection), page)

    def _page(self, sheet: OpenSheet, *, after: int, size: int, offset: int = 0) -> Page:
        """Read records until there are enough, by number or by size."""
        spell = self.format.speller(sheet.id, sheet.layout)
        lines: list[bytes] = []
        spent, last, rows = 0, after, 0
        result = sheet.connection.execute(self._statement(sheet, after).limit(size).offset(offset))
        for stored in result:
            lines.append(spell(stored))
            spent += len(lines[-1])
            last, rows = stored[0], rows + 1
            if spent >= PAGE_BYTES:
                break
        result.close()
        return Page(b"".join(lines), last, rows, more=rows == size or spent >= PAGE_BYTES)

    def _statement(self, sheet: OpenSheet, after: int) -> Select[Any]:
        chosen = self.export.selection.statement(sheet.state, sheet.layout, sheet.dialect)
        columns = [record.c[name] for name in self.format.columns]
        return chosen.with_only_columns(*columns).where(record.c.n > after).order_by(record.c.n)


def _known_total(sheet: OpenSheet, selection: Selection) -> int | None:
    state = sheet.state
    known = {
        Selection(): state.total,
        Selection(filter=RecordFilter.VALID): state.valid,
        Selection(filter=RecordFilter.ERROR): state.total - state.valid,
        Selection(filter=RecordFilter.NONE): 0,
    }
    return known.get(selection)
