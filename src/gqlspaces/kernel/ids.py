"""Prefixed, sortable ids; the prefix names the noun and makes every id a Relay global id."""

import re
from collections.abc import Callable

import uuid_utils

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PATTERN = re.compile(r"[a-z]{2,5}_[0-9a-hjkmnp-tv-z]{26}")


def _base32(number: int) -> str:
    digits = []
    for _ in range(26):
        number, rest = divmod(number, 32)
        digits.append(_ALPHABET[rest])
    return "".join(reversed(digits))


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
