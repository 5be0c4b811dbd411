"""Scalars whose form is part of the API."""

from datetime import UTC, datetime

import strawberry
from strawberry.types.scalar import ScalarDefinition


def _write(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _read(value: object) -> datetime:
    if not isinstance(value, str):
        raise TypeError("A DateTime is a string such as 2026-01-31T12:00:00Z.")
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("A DateTime needs a time zone, such as a final Z.")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("A DateTime lies in the years 1 to 9999 of UTC.") from error


DATE_TIME: ScalarDefinition = strawberry.scalar(
    name="DateTime",
    description="A moment as RFC 3339 writes it, in UTC with milliseconds and a final Z.",
    specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
    serialize=_write,
    parse_value=_read,
)
