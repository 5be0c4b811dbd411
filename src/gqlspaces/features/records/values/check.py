"""Whether a stored value is what its Field asks for."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from gqlspaces.blueprint.field_type import FieldType, StringSize
from gqlspaces.blueprint.limits import LIST_ITEMS
from gqlspaces.blueprint.problems import echo
from gqlspaces.features.records.values.column import Column
from gqlspaces.features.records.values.digest import text_of
from gqlspaces.features.records.values.messages import Message, MessageSource
from gqlspaces.features.records.values.normal import TEXT_BYTES, is_date, is_numeral

Check: TypeAlias = Callable[[Any], Message | None]
"""Gives what a stored value is told, or None when nothing is wrong with it."""

TINY_CHARACTERS: Final = 255
NORMAL_BYTES: Final = 64 * 1024
_BYTES_PER_CHARACTER: Final = 4
_ARTIFACT: Final = MessageSource.IS_ARTIFACT


def check_of(column: Column) -> Check:
    """Give the function that checks the values of a Field, empty ones included."""
    return _CHECKS[column.type](column)


def _string(column: Column) -> Check:
    missing = column.missing
    wrong = column.fault(_ARTIFACT, "Value is not a text")
    size = column.config.get("size", StringSize.NORMAL)
    if size == StringSize.TINY:
        surely = TINY_CHARACTERS
        too_long = column.fault(_ARTIFACT, f"Value is longer than {TINY_CHARACTERS} characters")
    else:
        limit = NORMAL_BYTES if size == StringSize.NORMAL else TEXT_BYTES
        surely = limit // _BYTES_PER_CHARACTER
        too_long = column.fault(_ARTIFACT, f"Value is longer than {limit} bytes")

    def check(value: Any) -> Message | None:
        if type(value) is str:
            if len(value) <= surely or (size != StringSize.TINY and len(value.encode()) <= limit):
                return None
            return too_long
        return missing if value is None else wrong

    return check


def _number(column: Column) -> Check:
    missing = column.missing
    wrong = column.fault(_ARTIFACT, "Value is not a number")
    inexact = column.fault(_ARTIFACT, "Value cannot be kept exactly as a number")
    places = column.config.get("decimalPlaces")
    too_fine = column.fault(_ARTIFACT, f"Value has more decimals than {places}")

    def check(value: Any) -> Message | None:
        kind = type(value)
        if kind is int:
            return None
        if kind is float:
            fine = places is None or round(value, places) == value
            return None if fine else too_fine
        if value is None:
            return missing
        return inexact if kind is str and is_numeral(value) else wrong

    return check


def _boolean(column: Column) -> Check:
    return _plain(column, "Value is not true or false", lambda value: type(value) is bool)


def _date(column: Column) -> Check:
    return _plain(
        column,
        "Value is not a date written as YYYY-MM-DD",
        lambda value: type(value) is str and is_date(value),
    )


def _reference(column: Column) -> Check:
    return _plain(column, "Value is a list", lambda value: type(value) is not list)


def _plain(column: Column, text: str, fits: Callable[[Any], bool]) -> Check:
    missing = column.missing
    wrong = column.fault(_ARTIFACT, text)

    def check(value: Any) -> Message | None:
        if value is None:
            return missing
        return None if fits(value) else wrong

    return check


def _enum(column: Column) -> Check:
    missing = column.missing
    known = _known(column)
    stranger = column.fault(
        MessageSource.INVALID_OPTION, "Value is not one of the options", _level(column)
    )
    wrong = column.fault(_ARTIFACT, "Value is a list")

    def check(value: Any) -> Message | None:
        if value is None:
            return missing
        if type(value) is list:
            return wrong
        return None if (type(value), value) in known else stranger

    return check


def _enum_list(column: Column) -> Check:
    listed, known, level = _list(column), _known(column), _level(column)

    def check(value: Any) -> Message | None:
        if value is None or (fault := listed(value)):
            return listed(value) if value is None else fault
        strangers = [item for item in value if (type(item), item) not in known]
        if not strangers:
            return None
        text = f"{echo(text_of(strangers[0]))} is not one of the options"
        return column.fault(MessageSource.INVALID_OPTION, text, level)

    return check


def _known(column: Column) -> set[tuple[type, Any]]:
    return {(type(option), option) for option in column.options}


def _level(column: Column) -> str | None:
    # A custom value may be stored, yet it is not a valid option (domain reference 2.6).
    return "warn" if column.config.get("allowCustom") else None


def _list(column: Column) -> Check:
    missing = column.missing
    wrong = column.fault(_ARTIFACT, "Value is not a list")
    too_many = column.fault(_ARTIFACT, f"List has more than {LIST_ITEMS} items")

    def check(value: Any) -> Message | None:
        if value is None:
            return missing
        if type(value) is not list:
            return wrong
        return too_many if len(value) > LIST_ITEMS else None

    return check


_CHECKS: Final = {
    FieldType.STRING: _string,
    FieldType.NUMBER: _number,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.ENUM: _enum,
    FieldType.ENUM_LIST: _enum_list,
    FieldType.STRING_LIST: _list,
    FieldType.REFERENCE: _reference,
    FieldType.REFERENCE_LIST: _list,
}
