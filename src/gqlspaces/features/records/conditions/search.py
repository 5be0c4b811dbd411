"""The conditions that the arguments of a list of records ask for (domain reference 2.11)."""

from enum import StrEnum

from gqlspaces.features.records.conditions.condition import (
    EVERY,
    NONE,
    Comparison,
    Condition,
    Operator,
    State,
    Status,
    all_of,
)
from gqlspaces.features.records.conditions.ffql import parse_query
from gqlspaces.features.records.conditions.refusal import check_text, key_of
from gqlspaces.features.records.layout import Layout


class RecordFilter(StrEnum):
    """Which records are wanted by their state."""

    ALL = "all"
    VALID = "valid"
    ERROR = "error"
    NONE = "none"


def asked(
    layout: Layout,
    *,
    filter: RecordFilter = RecordFilter.ALL,
    filter_field: str | None = None,
    search: str | None = None,
    search_field: str | None = None,
    q: str | None = None,
) -> Condition:
    """Join all that the arguments ask for; raises BAD_USER_INPUT with the argument at fault."""
    parts = [filtered(layout, filter, filter_field), searched(layout, search or "", search_field)]
    if q is not None:
        parts.append(parse_query(q, layout))
    return all_of(parts)


def filtered(layout: Layout, filter: RecordFilter, field: str | None = None) -> Condition:
    """Choose by state: that of the record or, if a Field is named, that of its cell."""
    key = None if field is None else key_of(layout, field, "filterField")
    match filter:
        case RecordFilter.ALL:
            return EVERY
        case RecordFilter.VALID:
            return Status(State.VALID, key)
        case RecordFilter.ERROR:
            return Status(State.ERROR, key)
        case RecordFilter.NONE:
            return NONE


def searched(layout: Layout, text: str, field: str | None = None) -> Condition:
    """Choose by what a cell holds: a text anywhere in it, all of it in quotes, or `""`: nothing.

    An empty text is found everywhere.
    """
    check_text("search", text)
    key = None if field is None else key_of(layout, field, "searchField")
    if text == '""':
        return Comparison(key, Operator.EQ, "")
    if len(text) > 1 and text[0] == text[-1] == '"':
        return Comparison(key, Operator.FIND_EXACTLY, text[1:-1])
    return Comparison(key, Operator.FIND, text) if text else EVERY
