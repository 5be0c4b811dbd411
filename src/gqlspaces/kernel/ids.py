"""Prefixed, sortable ids; the prefix names the noun and makes every id a Relay global id.

What is numbered inside a thing of its own has an id made of that thing's id and the number.
"""

import re
from collections.abc import Callable

import uuid_utils

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PATTERN = re.compile(r"[a-z]{2,5}_[0-9a-hjkmnp-tv-z]{26}(?:[0-9a-hjkmnp-tv-z]{8})?")
_PAIRS = [one + other for one in _ALPHABET for other in _ALPHABET]
_VALUES = {digit: value for value, digit in enumerate(_ALPHABET)}
NUMBER_BITS = 40


def _base32(number: int, length: int = 26) -> str:
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(5 * length - 10, -1, -10)])


def _uuid7_id(prefix: str) -> str:
    return f"{prefix}_{_base32(uuid_utils.uuid7().int)}"


class IdSource:
    """The seam through which every new id comes, so that a test can make them repeat."""

    make: Callable[[str], str] = staticmethod(_uuid7_id)


def new_id(prefix: str) -> str:
    """Make an id such as ``sp_01k…``: later ids sort after earlier ones."""
    return IdSource.make(prefix)


def prefix_of(value: str) -> str | None:
    """Give the noun prefix of a well-formed id, or None."""
    return value.partition("_")[0] if _PATTERN.fullmatch(value) else None


def numbered_id(prefix: str, owner: str, number: int) -> str:
    """Give the id of what has a number (below 2**40) inside a thing with an id of its own."""
    return f"{prefix}_{owner.partition('_')[2]}{_base32(number, 8)}"


def number_in(id: str, prefix: str, owner_prefix: str) -> tuple[str, int] | None:
    """Give the owner's id and the number that a numbered id is made of, or None."""
    kind, _, digits = id.partition("_")
    if kind != prefix or len(digits) != 34 or not _PATTERN.fullmatch(id):  # noqa: PLR2004
        return None
    number = 0
    for digit in digits[26:]:
        number = number * 32 + _VALUES[digit]
    return f"{owner_prefix}_{digits[:26]}", number
