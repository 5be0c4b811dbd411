"""How a listener's dictionaries are spelled in GraphQL: camelCase keys, enum names in capitals.

Who writes a listener uses the domain's own spelling (`"type": "enum-list"`), as blueprints do.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

_ENUM_KEYS = frozenset(
    {
        "access",
        "algorithm",
        "filter",
        "guestAuthentication",
        "level",
        "mode",
        "schedule",
        "size",
        "storageStrategy",
        "strategy",
        "trigger",
        "type",
    }
)
"""Keys whose text, or list of texts, is an enum in inputs, from workbooks down to records."""

_FREE_KEYS = frozenset({"config", "defaultValue", "input", "meta", "metadata", "value", "values"})
"""Keys that hold free JSON or a user's own value, which nobody may respell."""

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[-\s]")


def enum_name(value: str) -> str:
    """Return the GraphQL name of an enum value: `hasData` is `HAS_DATA`, `*` is `ALL`."""
    return "ALL" if value == "*" else _WORD_START.sub("_", value).upper()


def graphql_input(value: Any) -> Any:
    """Return a copy of `value` in which every known enum value has its GraphQL name."""
    if isinstance(value, Mapping):
        return {key: _member(key, one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [graphql_input(one) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value


def camel_case(name: str) -> str:
    """Return a Python keyword as a GraphQL input key: `space_id` is `spaceId`."""
    head, *rest = name.split("_")
    return head + "".join(map(str.capitalize, rest))


def _member(key: str, value: Any) -> Any:
    if key in _FREE_KEYS:
        return value
    if key in _ENUM_KEYS:
        if isinstance(value, str):
            return enum_name(value)
        if isinstance(value, list | tuple):
            return [enum_name(one) if isinstance(one, str) else one for one in value]
    return graphql_input(value)
