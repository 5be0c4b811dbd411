"""How often there are messages, by Field: what a frontend shows above its columns."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Text, func, literal_column, true
from sqlalchemy.dialects.postgresql import JSONB

from gqlspaces.features.records.model import record
from gqlspaces.features.records.reading.sheet import OpenSheet
from gqlspaces.features.records.selection import Selection


@dataclass(frozen=True, slots=True)
class MessageCount:
    """How many of the records chosen have a message of a level about a Field, or the whole."""

    field: str | None
    level: str
    count: int


def message_counts(sheet: OpenSheet, selection: Selection) -> list[MessageCount]:
    """Count the records chosen that have messages, by Field and level."""
    source, member = _messages(sheet.dialect)
    field, level = member("field").label("field"), member("type").label("level")
    chosen = selection.statement(sheet.state, sheet.layout, sheet.dialect)
    counted = (
        chosen.select_from(record.join(source, true()))
        .with_only_columns(field, level, func.count(record.c.n.distinct()).label("count"))
        .where(record.c.messages.is_not(None))
        .group_by(field, level)
        .order_by(None)
    )
    order = {cell.key: place for place, cell in enumerate(sheet.layout.cells)}
    found = [MessageCount(**row) for row in sheet.rows(counted)]
    return sorted(found, key=lambda item: (order.get(item.field or "", len(order)), item.level))


def _messages(dialect: str) -> tuple[Any, Any]:
    if dialect == "postgresql":
        listed = func.jsonb_array_elements(record.c.messages).table_valued(
            "value", name="message", joins_implicitly=True
        )
        listed.c.value.type = JSONB()

        def member(name: str) -> ColumnElement[str]:
            text: ColumnElement[str] = listed.c.value[name].astext
            return text

        return listed, member
    each = func.json_each(record.c.messages).table_valued("value", name="message")

    def extracted(name: str) -> ColumnElement[str]:
        return func.json_extract(each.c.value, literal_column(f"'$.{name}'"), type_=Text)

    return each, extracted
