"""Telling what a file holds, and converting it."""

import json
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, Final

from gqlspaces.blueprint.converting.conversion import Conversion, one_line
from gqlspaces.blueprint.converting.json_schema import from_json_schema
from gqlspaces.blueprint.converting.original import from_original
from gqlspaces.blueprint.notation import Unreadable, parse

_SQL: Final = re.compile(r"\bCREATE\s+(?:\w+\s+){0,3}TABLE\b", re.IGNORECASE)
_SQL_NAMES: Final = frozenset({".sql", ".ddl"})
_WORDS: Final = frozenset({"$schema", "$defs", "definitions", "$ref", "allOf", "properties"})


def read(text: str, name: str, *, dialect: str | None = None) -> Conversion:
    """A Blueprint from SQL, JSON Schema or the original's JSON, told apart by what is in it.

    The name of the file tells SQL, and is what a Workbook is called that has no other name.
    Raises Unreadable for anything else.
    """
    path = PurePath(name)
    title = one_line(path.stem) or "Data"
    suffix = path.suffix.lower()
    if suffix in _SQL_NAMES or dialect or _looks_like_sql(text):
        # The parser of SQL is large, and most files are something else.
        from gqlspaces.blueprint.converting.sql import from_sql  # noqa: PLC0415

        return from_sql(text, name=title, dialect=dialect)
    document = _parsed(text, suffix)
    if isinstance(document, Mapping) and _is_schema(document):
        return from_json_schema(document, name=title)
    return from_original(document, name=title)


def _looks_like_sql(text: str) -> bool:
    return text.lstrip()[:1] not in {"{", "["} and _SQL.search(text) is not None


def _parsed(text: str, suffix: str) -> Any:
    if suffix != ".json":
        return parse(text)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"It is no JSON: {error}.") from None


def _is_schema(document: Mapping[str, Any]) -> bool:
    kind = document.get("type")
    return bool(_WORDS & document.keys()) or (kind == "array" and "items" in document)
