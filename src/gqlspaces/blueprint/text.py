"""The kinds of text, flags and numbers that attributes of a blueprint are made of."""

import re
from typing import Annotated, Final, TypeVar

from pydantic import AfterValidator, Field, Strict

from gqlspaces.blueprint.limits import (
    DOCUMENT_BODY_LENGTH,
    KEY_LENGTH,
    LIST_ITEMS,
    NAME_LENGTH,
    NAMESPACE_LENGTH,
    ORDERED_IDS,
    PROSE_LENGTH,
)
from gqlspaces.blueprint.problems import ProblemCode, refuse, reject, repeated

S = TypeVar("S", bound=str)

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SPACE: Final = re.compile(r"\s")
_NAMESPACE: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")


def unstorable(value: str) -> str | None:
    """Why no database could store the text, or None."""
    if "\x00" in value:
        return "Must not contain NUL characters."
    return "Must be text that can be encoded as UTF-8." if _SURROGATE.search(value) else None


def _check_text(value: str) -> str:
    if reason := unstorable(value):
        reject(ProblemCode.INVALID, reason)
    return value


def _check_line(value: str) -> str:
    _check_text(value)
    if not value.strip():
        reject(ProblemCode.REQUIRED, "Must not be blank.")
    if _CONTROL.search(value):
        reject(ProblemCode.INVALID, "Must be one line without control characters.")
    return value


def _check_word(value: str) -> str:
    if _SPACE.search(_check_line(value)):
        reject(ProblemCode.INVALID, "Must not contain white space.")
    return value


def _check_namespace(value: str) -> str:
    if not _NAMESPACE.fullmatch(value):
        message = "Must be lower-case letters, digits, '-' and '_', beginning with letter or digit."
        reject(ProblemCode.INVALID, message)
    return value


def check_distinct(values: list[S]) -> list[S]:
    """The list itself; raises DUPLICATE for every value that came before."""
    refuse(repeated(values, "Value"))
    return values


Name = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH), AfterValidator(_check_line)]
Key = Annotated[str, Field(min_length=1, max_length=KEY_LENGTH), AfterValidator(_check_line)]
Word = Annotated[str, Field(min_length=1, max_length=KEY_LENGTH), AfterValidator(_check_word)]
Prose = Annotated[str, Field(max_length=PROSE_LENGTH), AfterValidator(_check_text)]
Body = Annotated[str, Field(max_length=DOCUMENT_BODY_LENGTH), AfterValidator(_check_text)]
Namespace = Annotated[
    str, Field(min_length=1, max_length=NAMESPACE_LENGTH), AfterValidator(_check_namespace)
]

Names = Annotated[list[Name], Field(max_length=LIST_ITEMS), AfterValidator(check_distinct)]
Keys = Annotated[list[Key], Field(max_length=LIST_ITEMS), AfterValidator(check_distinct)]
Ids = Annotated[list[Word], Field(max_length=ORDERED_IDS), AfterValidator(check_distinct)]

Flag = Annotated[bool, Strict()]
Count = Annotated[int, Strict(), Field(ge=0, le=2**31 - 1)]
Share = Annotated[float, Strict(), Field(ge=0, le=1)]
