"""What the query of a URL asks for."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.datastructures import QueryParams

from gqlspaces.blueprint.problems import echo, suggestion
from gqlspaces.features.records.conditions.search import RecordFilter
from gqlspaces.features.records.numbers import local_number
from gqlspaces.features.records.selection import Selection
from gqlspaces.kernel.errors import DomainError

_MOST_CHARACTERS: Final = 10_000
_MOST_DIGITS: Final = 15
_UPLOAD: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_FLAGS: Final[Mapping[str, bool]] = {"": True, "1": True, "true": True, "0": False, "false": False}

_SELECTING: Final[Mapping[str, str]] = {
    "search": "search",
    "searchField": "search_field",
    "filterField": "filter_field",
    "q": "q",
    "commitId": "commit_id",
    "sinceCommitId": "since_commit_id",
}
_OUT: Final = frozenset({*_SELECTING, "filter", "after", "offset", "fields", "header", "safe"})
_IN: Final = frozenset({"upload", "offset", "key"})


@dataclass(frozen=True, slots=True)
class Export:
    """Which records are wanted, from where on, and of them the values of which Fields.

    ``after`` is the number of a record within the Sheet, ``offset`` how many behind it are passed
    over; ``fields`` is None when all are wanted. ``header`` and ``safe`` are for CSV.
    """

    selection: Selection = field(default_factory=Selection)
    after: int = 0
    offset: int = 0
    fields: tuple[str, ...] | None = None
    header: bool = True
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Import:
    """How lines are taken: ``offset`` is the number of the first, ``upload`` what they go on.

    With a ``key``, lines without an id change the record that has the same value in that Field.
    """

    upload: str | None = None
    offset: int = 0
    key: str | None = None


def read_export(sent: QueryParams, sheet_id: str) -> Export:
    """Read the query of a URL that records are fetched from, or raise BAD_USER_INPUT."""
    given = _texts(sent, _OUT)
    asked: dict[str, Any] = {
        member: given[name] for name, member in _SELECTING.items() if name in given
    }
    selection = Selection(filter=_filter(given.get("filter", RecordFilter.ALL)), **asked)
    fields = given.get("fields")
    return Export(
        selection=selection,
        after=_record(given["after"], sheet_id) if "after" in given else 0,
        offset=_number(given, "offset"),
        fields=None if fields is None else tuple(dict.fromkeys(fields.split(","))),
        header=_flag(given, "header", default=True),
        safe=_flag(given, "safe", default=False),
    )


def read_import(sent: QueryParams) -> Import:
    """Read the query of a URL that records are sent to, or raise BAD_USER_INPUT."""
    given = _texts(sent, _IN)
    upload = given.get("upload")
    if upload is not None:
        check_upload(upload)
    return Import(upload, _number(given, "offset"), given.get("key"))


def check_upload(name: str) -> None:
    """Raise BAD_USER_INPUT for what cannot be the name of an upload."""
    if not _UPLOAD.fullmatch(name):
        raise _bad("Must have 1 to 128 letters, digits, dots, colons, hyphens or _.", "upload")


def _texts(sent: QueryParams, known: Collection[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, text in sent.multi_items():
        if name not in known:
            told = f"There is no parameter {echo(name)}.{suggestion(name, known)}"
            raise _bad(told, name[:100])
        if name in given:
            raise _bad("Must be given once.", name)
        if len(text) > _MOST_CHARACTERS or "\0" in text:
            raise _bad(f"Must have at most {_MOST_CHARACTERS} characters, none of them NUL.", name)
        given[name] = text
    return given


def _filter(text: str) -> RecordFilter:
    try:
        return RecordFilter(text.lower())
    except ValueError:
        raise _bad(f"Must be one of {', '.join(RecordFilter)}.", "filter") from None


def _number(given: Mapping[str, str], name: str) -> int:
    text = given.get(name, "0")
    if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS):
        raise _bad("Must be a whole number, not below 0.", name)
    return int(text)


def _flag(given: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = given.get(name)
    if text is None:
        return default
    if text.lower() not in _FLAGS:
        raise _bad("Must be 1 or 0.", name)
    return _FLAGS[text.lower()]


def _record(id: str, sheet_id: str) -> int:
    local = local_number(id, "rc", sheet_id)
    if local is None:
        raise _bad("Must be the id of a record of this Sheet.", "after")
    return local


def _bad(message: str, name: str) -> DomainError:
    return DomainError(message, path=(name,), code="BAD_USER_INPUT")
