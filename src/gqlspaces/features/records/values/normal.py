"""What is stored for a value that was sent: one form for each value, per type of Field."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeAlias

from gqlspaces.blueprint.field_type import FieldType
from gqlspaces.features.records.values.column import Column
from gqlspaces.features.records.values.digest import text_of
from gqlspaces.kernel.errors import DomainError, ErrorCode, Invalid

Normaliser: TypeAlias = Callable[[Any], Any]
"""Gives the stored form of a value: None when it is empty, the text as sent when it does not fit.

Giving it what it gave changes nothing. Raises what no database could hold.
"""

EXACT: Final = 2**53
"""Up to here, with either sign, every whole number is exact."""

TEXT_BYTES: Final = 16 * 1024 * 1024
STORED_ITEMS: Final = 1000
"""How many items of a list are stored at all; those over 100 are a fault."""

_NUMBER: Final = re.compile(
    r"(?P<whole>[+-]?[0-9]+)|[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?P<exponent>[eE][+-]?[0-9]{1,3})?"
)
_NUMBER_LENGTH: Final = 400
# A double keeps so many digits whatever they are.
_SAFE_DIGITS: Final = 15
_FLAGS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("true", "yes", "y", "on", "1"), True),
    **dict.fromkeys(("false", "no", "n", "off", "0"), False),
}
_DATE_LENGTH: Final = len("2024-12-31")


def normaliser(column: Column) -> Normaliser:
    """Give the function that makes the stored form of a Field's values."""
    match column.type:
        case FieldType.STRING:
            return _string_cell
        case FieldType.NUMBER:
            return _number_cell
        case FieldType.ENUM:
            return _one(_choice(column.options))
        case FieldType.ENUM_LIST:
            return _many(_choice(column.options))
        case _:
            return _NORMALISERS[column.type]


def number_of(text: str) -> float | None:
    """Read a plain decimal number; None when it is none or a double would lose some of it."""
    match = _NUMBER.fullmatch(text.strip()) if len(text) <= _NUMBER_LENGTH else None
    if match is None:
        return None
    if match["whole"] is not None and -EXACT <= (whole := int(match["whole"])) <= EXACT:
        return whole
    if match["exponent"] is None and len(match[0]) <= _SAFE_DIGITS:
        return _shortest(float(match[0]))
    return _double(Decimal(match[0]))


def is_numeral(text: str) -> bool:
    """Tell whether a text is written as a number, even if as one that no double keeps."""
    return _NUMBER.fullmatch(text.strip()) is not None


def is_date(text: str) -> bool:
    """Tell whether a text is a day of the calendar, as YYYY-MM-DD."""
    # The interpreter also reads weeks and dates without hyphens.
    if len(text) != _DATE_LENGTH or text[4] != "-" or text[7] != "-":
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _double(exact: Decimal) -> float | None:
    number = float(exact)
    if not math.isfinite(number) or Decimal(repr(number)) != exact:
        return None
    return _shortest(number)


def _shortest(number: float) -> float:
    return int(number) if number.is_integer() and -EXACT <= number <= EXACT else number


def _storable(text: str) -> str | None:
    if "\x00" in text:
        raise Invalid("Must not contain NUL characters.")
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise Invalid("Must be text that can be encoded as UTF-8.") from None
    if size > TEXT_BYTES:
        raise _too_long(f"Must be at most {TEXT_BYTES} bytes of UTF-8.")
    return text or None


def _too_long(text: str) -> DomainError:
    return DomainError(text, code=ErrorCode.TOO_LONG)


def _scalar(value: Any) -> Any:
    """Give a single value in a form that JSON and every database hold, whatever the Field."""
    kind = type(value)
    if kind is str:
        return _storable(value)
    if kind is int:
        return value if -EXACT <= value <= EXACT else _large(value)
    if kind is float:
        if not math.isfinite(value):
            raise Invalid("Must be a finite number.")
        return _shortest(value)
    if kind is bool or value is None:
        return value
    raise Invalid("Must be a text, a number, true or false.")


def _large(value: int) -> float | str:
    if value.bit_length() > 1024:  # noqa: PLR2004 - the largest double has that many
        raise Invalid("Must be a finite number.")
    number = _double(Decimal(value))
    return str(value) if number is None else number


def _string(value: Any) -> Any:
    value = _scalar(value)
    return value if value is None or type(value) is str else text_of(value)


def _number(value: Any) -> Any:
    value = _scalar(value)
    if type(value) is bool:
        return text_of(value)
    return _read(value, number_of) if type(value) is str else value


def _boolean(value: Any) -> Any:
    value = _scalar(value)
    if value is None or type(value) is bool:
        return value
    return _read(text_of(value), _flag)


def _flag(text: str) -> bool | None:
    return _FLAGS.get(text.strip().lower())


def _date(value: Any) -> Any:
    value = _string(value)
    return None if value is None else _read(value, _day)


def _day(text: str) -> str | None:
    bare = text.strip()
    return bare if is_date(bare) else None


def _read(text: str, reader: Callable[[str], Any]) -> Any:
    """Give what the text says; the text itself when it says nothing, None when it is blank."""
    value = reader(text)
    if value is not None:
        return value
    return None if text.isspace() else text


def _choice(options: list[Any]) -> Normaliser:
    exact = {(type(option), option) for option in options}
    by_text = {text_of(option): option for option in options}

    def normalise(value: Any) -> Any:
        value = _scalar(value)
        if value is None or (type(value), value) in exact:
            return value
        return by_text.get(text_of(value), value)

    return normalise


def _string_cell(value: Any) -> Any:
    # Most cells of most Sheets: what needs no second look.
    if type(value) is str and value.isascii() and len(value) <= TEXT_BYTES and "\x00" not in value:
        return value or None
    return _one_string(value)


def _number_cell(value: Any) -> Any:
    kind = type(value)
    if kind is int and -EXACT <= value <= EXACT:
        return value
    if kind is float and math.isfinite(value) and not value.is_integer():
        return value
    return _one_number(value)


def _one(single: Normaliser) -> Normaliser:
    """For a Field of one value: a list of one is that one, a longer list is kept and is a fault."""

    def normalise(value: Any) -> Any:
        if type(value) is not list:
            return single(value)
        items = _items(value, single)
        return items if items is None or len(items) > 1 else items[0]

    return normalise


def _many(single: Normaliser) -> Normaliser:
    """For a list Field: a lone value is a list of one."""

    def normalise(value: Any) -> Any:
        if type(value) is list:
            return _items(value, single)
        item = single(value)
        return None if item is None else [item]

    return normalise


def _items(values: list[Any], single: Normaliser) -> list[Any] | None:
    if len(values) > STORED_ITEMS:
        raise _too_long(f"Must have at most {STORED_ITEMS} items.")
    found = []
    for index, value in enumerate(values):
        try:
            item = single(value)
        except DomainError as error:
            error.path = (str(index), *error.path)
            raise
        if item is not None:
            found.append(item)
    if sum(len(text_of(item).encode()) for item in found) > TEXT_BYTES:
        raise _too_long(f"Must be at most {TEXT_BYTES} bytes of UTF-8.")
    return found or None


_one_string: Final = _one(_string)
_one_number: Final = _one(_number)
_NORMALISERS: Final[Mapping[FieldType, Normaliser]] = {
    FieldType.BOOLEAN: _one(_boolean),
    FieldType.DATE: _one(_date),
    FieldType.STRING_LIST: _many(_string),
    FieldType.REFERENCE: _one(_scalar),
    FieldType.REFERENCE_LIST: _many(_scalar),
}
