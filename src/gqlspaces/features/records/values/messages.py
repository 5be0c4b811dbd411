"""Messages on a record: what is wrong with it, as the plain objects that are stored."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, TypeAlias

from gqlspaces.blueprint.constraint import ConstraintLevel
from gqlspaces.blueprint.limits import PATH_ITEM_LENGTH
from gqlspaces.blueprint.problems import suggestion
from gqlspaces.blueprint.text import unstorable
from gqlspaces.kernel.errors import DomainError, ErrorCode, Invalid

MESSAGES_PER_RECORD: Final = 50
MESSAGE_LENGTH: Final = 1000

Message: TypeAlias = dict[str, str]
"""``type`` (error, warn, info), ``source``, ``message``, and ``field`` unless it is on the record.

Many records share one object, so nobody changes it.
"""


class MessageSource(StrEnum):
    """What found the fault (domain reference 2.11)."""

    REQUIRED_CONSTRAINT = "required-constraint"
    UNIQUE_CONSTRAINT = "unique-constraint"
    CUSTOM_LOGIC = "custom-logic"
    UNLINKED = "unlinked"
    INVALID_OPTION = "invalid-option"
    IS_ARTIFACT = "is-artifact"


_SERIOUSNESS: Final[Mapping[str, int]] = {
    level.value: place for place, level in enumerate(ConstraintLevel)
}
_SENT_KEYS: Final = frozenset({"field", "level", "type", "source", "message"})


def message(
    source: MessageSource,
    text: str,
    *,
    field: str | None = None,
    level: str = ConstraintLevel.ERROR,
) -> Message:
    """Make a message; a text that is too long is cut."""
    short = text if len(text) <= MESSAGE_LENGTH else text[: MESSAGE_LENGTH - 1] + "…"
    place = {} if field is None else {"field": field}
    return {**place, "type": str(level), "source": source.value, "message": short}


def path_item(key: str) -> str:
    """Give a key that was sent as a part of a path: short, and printable whatever it was."""
    return key[:PATH_ITEM_LENGTH].encode("utf-8", "replace").decode()


def is_valid(messages: Iterable[Message]) -> bool:
    """Tell whether a record with these messages is valid: none of them is an error."""
    return all(item["type"] != ConstraintLevel.ERROR for item in messages)


def merge(
    stored: Sequence[Message], computed: Sequence[Message], order: Mapping[str, int]
) -> list[Message]:
    """Replace the computed messages of a record and keep its custom ones.

    They stand in the order of the Fields, those on the whole record last, at most fifty: the least
    serious go first. A message about a Field that the Sheet no longer has is left out.
    """
    custom = [
        item
        for item in stored
        if item["source"] == MessageSource.CUSTOM_LOGIC and _stands(item, order)
    ]
    if not custom and len(computed) <= 1:
        return list(computed)
    found = sorted([*computed, *custom], key=lambda item: _place(item, order))
    if len(found) <= MESSAGES_PER_RECORD:
        return found
    found.sort(key=lambda item: _SERIOUSNESS[item["type"]])
    return sorted(found[:MESSAGES_PER_RECORD], key=lambda item: _place(item, order))


def _stands(item: Message, order: Mapping[str, int]) -> bool:
    return "field" not in item or item["field"] in order


def _place(item: Message, order: Mapping[str, int]) -> int:
    return order[item["field"]] if "field" in item else len(order)


def sent_messages(sent: Any, keys: Collection[str]) -> list[Message]:
    """Read the messages that came with a record: objects of ``field``, ``level``, ``message``.

    Messages as they are stored are read as well: ``type`` is the level, and what a rule had found
    is passed over, for it is found anew. Raises the first fault with its place in the record.
    """
    if not isinstance(sent, list):
        raise Invalid("Must be a list.", path=("messages",))
    if len(sent) > MESSAGES_PER_RECORD:
        text = f"Must have at most {MESSAGES_PER_RECORD} items."
        raise DomainError(text, path=("messages",), code=ErrorCode.TOO_LONG)
    found = []
    for index, item in enumerate(sent):
        try:
            read = _sent(item, keys)
        except DomainError as error:
            error.path = ("messages", str(index), *error.path)
            raise
        if read is not None:
            found.append(read)
    return found


def _sent(item: Any, keys: Collection[str]) -> Message | None:
    if not isinstance(item, dict):
        raise Invalid("Must be an object.")
    for key in item:
        if key not in _SENT_KEYS:
            raise Invalid("Unknown key." + suggestion(key, _SENT_KEYS), path=(path_item(key),))
    if item.get("source", MessageSource.CUSTOM_LOGIC) != MessageSource.CUSTOM_LOGIC:
        return None
    return message(
        MessageSource.CUSTOM_LOGIC,
        _sent_text(item.get("message")),
        field=_sent_field(item.get("field"), keys),
        level=_sent_level(item),
    )


def _sent_text(text: Any) -> str:
    if text is not None and not isinstance(text, str):
        raise Invalid("Must be a text.", path=("message",))
    if text is None or not text.strip():
        raise DomainError("Is required.", path=("message",), code=ErrorCode.REQUIRED)
    if reason := unstorable(text):
        raise Invalid(reason, path=("message",))
    if len(text) > MESSAGE_LENGTH:
        told = f"Must have at most {MESSAGE_LENGTH} characters."
        raise DomainError(told, path=("message",), code=ErrorCode.TOO_LONG)
    return text


def _sent_field(field: Any, keys: Collection[str]) -> str | None:
    if field is None:
        return None
    if not isinstance(field, str) or field not in keys:
        hint = suggestion(field, keys) if isinstance(field, str) else ""
        raise Invalid("Must be the key of a Field." + hint, path=("field",))
    return field


def _sent_level(item: Mapping[str, Any]) -> str:
    spelling = "level" if "level" in item else "type"
    level = item.get(spelling)
    if not isinstance(level, str) or level not in _SERIOUSNESS:
        raise Invalid("Must be error, warn or info.", path=("level",))
    return level
