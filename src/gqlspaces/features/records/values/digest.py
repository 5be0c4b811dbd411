"""When values are the same: the text that one stands for, and the digest of it."""

from collections.abc import Iterable
from decimal import Decimal
from hashlib import blake2b
from typing import Any, Final

DIGEST_BYTES: Final = 16

# A copy is made sooner than another one.
_FRESH: Final = blake2b(digest_size=DIGEST_BYTES)


def text_of(value: Any) -> str:
    """Give the one text of a stored value: ``1`` and ``"1"`` have the same, lists their own.

    A number is written as a plain decimal, so that it equals what people would type.
    """
    kind = type(value)
    if kind is str:
        return str(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is float:
        return _decimal(value)
    return spelled(map(text_of, value)) if kind is list else str(value)


def _decimal(value: float) -> str:
    # What JSON shows of a large double are these digits, not those of its exact value.
    text = repr(value)
    return format(Decimal(text), "f") if "e" in text else text.removesuffix(".0")


def same(one: Any, other: Any) -> bool:
    """Tell whether two stored values are the same, also where a database writes one otherwise."""
    kind = type(one)
    if kind is not type(other):
        # PostgreSQL gives a large double back as a whole number.
        return {kind, type(other)} == {int, float} and text_of(one) == text_of(other)
    if kind is list:
        return len(one) == len(other) and all(map(same, one, other))
    if kind is dict:
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


def spelled(texts: Iterable[str | None]) -> str:
    """Give one text for several such that no other texts give the same."""
    return "".join("-" if text is None else f"{len(text)}:{text}" for text in texts)


def digest_of(text: str) -> bytes:
    """Give the 16 bytes that stand for a text in an index."""
    hasher = _FRESH.copy()
    hasher.update(text.encode())
    return hasher.digest()
