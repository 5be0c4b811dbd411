"""A record as hooks see it: cells to change, messages to add, and what has come of both."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias, cast

from gqlspaces.listener.arguments import RecordChanges, RecordMessageInput
from gqlspaces.listener.entities import StoredRecord

Level: TypeAlias = Literal["error", "warn", "info"]

CUSTOM = "custom-logic"
"""The source of messages that hooks and callers have set."""

_MOST_MESSAGES = 50
_LONGEST_MESSAGE = 1000
_ADDRESS = ("id", "commitId")
_LEVELS: Sequence[Level] = ("error", "warn", "info")


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be known about a record or, with `field`, about one of its cells.

    `source` tells what found it, such as `required-constraint` (domain reference 2.11).
    """

    text: str
    level: Level = "error"
    field: str | None = None
    source: str = CUSTOM


class Draft(NamedTuple):
    """What hooks have made of a record so far."""

    values: dict[str, Any]
    metadata: dict[str, Any]
    said: dict[Message, None]


class Record:
    """A record of a commit, to be changed at will: it is written back when all hooks have run.

    `values` are its cells by the keys of the Fields, empty ones left out; `metadata` is any JSON.
    What hooks have said of it before is forgotten: they say it again if it is still true.
    """

    def __init__(self, stored: StoredRecord) -> None:
        self._stored = stored
        found = [_message(one) for one in stored["messages"]]
        self._ruled = tuple(one for one in found if one.source != CUSTOM)
        self._said_before = {one for one in found if one.source == CUSTOM}
        self.restore(Draft(stored["values"], stored["metadata"], {}))

    @property
    def id(self) -> str:
        """The id of the Record."""
        return self._stored["id"]

    @property
    def messages(self) -> tuple[Message, ...]:
        """What the rules of the Sheet found in the stored values, and what hooks have added."""
        return (*self._ruled, *self._said)

    @property
    def valid(self) -> bool:
        """Whether none of its messages is an error."""
        return all(one.level != "error" for one in self.messages)

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of a cell, or `default` if it is empty."""
        value = self.values.get(key)
        return default if _empty(value) else value

    def set(self, key: str, value: Any) -> None:
        """Give a cell another value; None empties it."""
        self.values[key] = value

    def __getitem__(self, key: str) -> Any:
        return self.get(key)

    def __setitem__(self, key: str, value: Any) -> None:
        self.set(key, value)

    def __contains__(self, key: object) -> bool:
        return not _empty(self.values.get(cast("str", key)))

    def __iter__(self) -> Iterator[str]:
        return (key for key in self.values if key in self)

    def __repr__(self) -> str:
        return f"Record({self.id!r}, {self.values!r})"

    def add_error(self, field: str | None, text: str) -> None:
        """Say what is wrong with a cell or, without `field`, with the record: it is invalid."""
        self.add_message(field, text, "error")

    def add_warning(self, field: str | None, text: str) -> None:
        """Say what a person should look at."""
        self.add_message(field, text, "warn")

    def add_info(self, field: str | None, text: str) -> None:
        """Say what a person may like to know."""
        self.add_message(field, text, "info")

    def add_message(self, field: str | None, text: str, level: Level = "error") -> None:
        """Say something; saying it twice is saying it once, and a text too long is cut."""
        if level not in _LEVELS:
            raise ValueError(f"a message is an error, warn or info, not {level!r}")
        if not text:
            raise ValueError("a message needs a text")
        if len(text) > _LONGEST_MESSAGE:
            text = text[: _LONGEST_MESSAGE - 1] + "…"
        self._said[Message(text, level, field)] = None

    def draft(self) -> Draft:
        """Return a copy of what has been made of it, to be restored if a hook fails."""
        return Draft(_copied(self.values), deepcopy(self.metadata), dict(self._said))

    def restore(self, draft: Draft) -> None:
        """Go back to a draft."""
        self.values = _copied(draft.values)
        self.metadata = deepcopy(draft.metadata)
        self._said = dict(draft.said)

    def patch(self) -> RecordChanges | None:
        """Return what has to be written, or None if nothing is different.

        It holds good for the record as it was read: a later change of it is not overwritten.
        """
        before = self._stored["values"]
        values = {
            key: None if _empty(value) else value
            for key, value in {**dict.fromkeys(before), **self.values}.items()
            if not _same(None if _empty(value) else value, before.get(key))
        }
        metadata = _merge_patch(self._stored["metadata"], self.metadata)
        patch = RecordChanges(id=self.id, commitId=self._stored["commitId"])
        if values:
            patch["values"] = values
        if metadata:
            patch["metadata"] = metadata
        # What was said of a value goes with the value, so whoever changes values says it again.
        said = self._most_serious()
        if set(said) != self._said_before or (values and said):
            patch["messages"] = [_sent(one) for one in said]
        return patch if len(patch) > len(_ADDRESS) else None

    def _most_serious(self) -> list[Message]:
        return sorted(self._said, key=lambda one: _LEVELS.index(one.level))[:_MOST_MESSAGES]


def _message(stored: Mapping[str, Any]) -> Message:
    """Read a message as the API spells it."""
    level = cast("Level", stored["level"].lower())
    source = stored["source"].lower().replace("_", "-")
    return Message(stored["message"], level, stored["field"], source)


def _sent(message: Message) -> RecordMessageInput:
    sent = RecordMessageInput(level=message.level, message=message.text)
    if message.field is not None:
        sent["field"] = message.field
    return sent


def _copied(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, list) else value for key, value in values.items()}


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | tuple) and not value)


def _same(new: Any, old: Any) -> bool:
    """Whether two values are the same to JSON, in which `true` is not `1` but `1.0` is."""
    if isinstance(new, list | tuple) and isinstance(old, list):
        return len(new) == len(old) and all(map(_same, new, old))
    return isinstance(new, bool) == isinstance(old, bool) and bool(new == old)


def _merge_patch(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return what makes one object another when merged into it (RFC 7386)."""
    patch: dict[str, Any] = dict.fromkeys(before.keys() - after.keys())
    for key, value in after.items():
        old = before.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            if inner := _merge_patch(old, value):
                patch[key] = inner
        elif key not in before or not _same(value, old):
            patch[key] = value
    return patch
