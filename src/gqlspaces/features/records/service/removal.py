"""Deleting records by their ids, row by row."""

from collections.abc import Mapping, Sequence
from typing import Any

from gqlspaces.features.records.desk import Work
from gqlspaces.features.records.service.rows import Rows, check_writable, record_number
from gqlspaces.features.records.table import Row
from gqlspaces.features.records.writing import Writing
from gqlspaces.kernel.errors import Duplicate, NotFound


def removing(sent: Sequence[Mapping[str, Any]], *, overrides: bool = False) -> Work:
    """Delete the records with these ids; a row whose record must not go is told of."""
    rows = Rows(sent)

    def work(writing: Writing) -> Mapping[str, Any]:
        wanted = [record_number(writing, row.get("id")) for row in rows.sent]
        known = writing.rows(wanted)
        seen: set[int] = set()

        def read(row: Mapping[str, Any]) -> Row:
            n = record_number(writing, row.get("id"))
            if n not in known:
                raise NotFound(f"There is no Record {row.get('id')!r} in this Sheet.", path=("id",))
            if n in seen:
                raise Duplicate("The record comes twice.", path=("id",))
            if not overrides:
                check_writable(known[n], ())
            seen.add(n)
            return known[n]

        going = [record for _, record in rows.taken(read)]
        if going:
            writing.remove(going)
        return rows.answer([record["n"] for record in going])

    return work
