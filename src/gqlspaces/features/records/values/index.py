"""What a record enters into the index: which value it has under which rule."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from gqlspaces.blueprint.constraint import ConstraintLevel, UniqueStrategy
from gqlspaces.blueprint.limits import LIST_ITEMS
from gqlspaces.features.records.layout import Layout
from gqlspaces.features.records.values.column import Column
from gqlspaces.features.records.values.digest import digest_of, spelled, text_of
from gqlspaces.features.records.values.messages import Message, MessageSource, message

Entry: TypeAlias = tuple[str, bytes]
"""The name of a rule and the digest of what a record has under it."""

Enter: TypeAlias = Callable[[Sequence[Any], str, Callable[[Entry], None]], None]
"""Adds the entries of a record, given its cells at full width and its id."""

Demand: TypeAlias = tuple[str, str | None]
"""A key that references lead to, and the key of the Field by which they narrow their choice."""

RECORD_ID: Final = "id"
"""The key by which references lead to a record itself, unless it is the key of a Field."""


@dataclass(frozen=True, slots=True)
class IndexRule:
    """One rule of the index: another ``definition`` under a name makes other entries."""

    name: str
    definition: str
    enter: Enter


@dataclass(frozen=True, slots=True)
class UniqueRule:
    """A rule under which no two records may have the same digest, and what it tells if they do."""

    name: str
    messages: tuple[Message, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """The keys of the Fields that it reads."""
        return tuple(item["field"] for item in self.messages)

    @property
    def level(self) -> str:
        """How serious a repeated value is."""
        return self.messages[0]["type"]


def value_rule_name(key: str) -> str:
    """Give the name of the rule that tells which records have a value in a Field."""
    return f"value:{key}"


def unique_rule_name(key: str) -> str:
    """Give the name of the rule by which the values of a Field may not repeat."""
    return f"unique:{key}"


def pair_rule_name(key: str, by: str) -> str:
    """Give the name of the rule that tells which records have a value beside another one."""
    return f"pair:{_escaped(key)}:{_escaped(by)}"


def _escaped(key: str) -> str:
    return key.replace("\\", r"\\").replace(":", r"\:")


def pair_digest(value: str, by: str) -> bytes:
    """Give the digest of a value beside another one, from their texts."""
    return digest_of(spelled((value, by)))


def texts_of(value: Any) -> Iterable[str]:
    """Give the distinct texts of a value: of each item of a list, as many as it may have."""
    if type(value) is list:
        return dict.fromkeys(map(text_of, value[:LIST_ITEMS]))
    return () if value is None else (text_of(value),)


def unique_of(column: Column) -> tuple[IndexRule, UniqueRule] | None:
    """Give the rule of a Field whose values may not repeat; upper case counts unless it says no."""
    rule = column.constraints.get("unique")
    if rule is None:
        return None
    name, slot = unique_rule_name(column.key), column.slot
    folded, pass_blank = rule.get("caseSensitive") is False, bool(rule.get("ignoreEmpty"))

    def enter(cells: Sequence[Any], _id: str, add: Callable[[Entry], None]) -> None:
        value = cells[slot]
        if value is None:
            return
        text = value if type(value) is str else text_of(value)
        if pass_blank and text.isspace():
            return
        add((name, digest_of(text.casefold() if folded else text)))

    told = column.fault(
        MessageSource.UNIQUE_CONSTRAINT,
        rule.get("message") or "Value is not unique",
        rule.get("level"),
    )
    definition = _definition("unique", slot, folded, pass_blank)
    return IndexRule(name, definition, enter), UniqueRule(name, (told,))


def composite_of(
    constraint: Mapping[str, Any], layout: Layout
) -> tuple[IndexRule, UniqueRule] | None:
    """Give the rule of several Fields whose values together may not repeat.

    A Field that the Sheet does not have (yet) counts as empty.
    """
    keys = [key for key in constraint["fields"] if key in layout.by_key]
    needed = constraint.get("requiredFields") or []
    if not keys or any(key not in layout.by_key for key in needed):
        return None
    name, strategy = f"composite:{constraint['name']}", constraint["strategy"]
    slots = [layout.by_key[key].slot for key in keys]
    needs = [layout.by_key[key].slot for key in needed]
    enter = _composite(name, slots, needs, apart=strategy == UniqueStrategy.HASH)
    definition = _definition("composite", strategy, slots, needs)
    told = _composite_messages(constraint, keys)
    return IndexRule(name, definition, enter), UniqueRule(name, told)


def _composite(name: str, slots: list[int], needs: list[int], *, apart: bool) -> Enter:
    def enter(cells: Sequence[Any], _id: str, add: Callable[[Entry], None]) -> None:
        for slot in needs:
            if cells[slot] is None:
                return
        texts = [None if cells[slot] is None else text_of(cells[slot]) for slot in slots]
        if any(texts):
            add((name, digest_of(spelled(texts) if apart else "".join(filter(None, texts)))))

    return enter


def _composite_messages(constraint: Mapping[str, Any], keys: list[str]) -> tuple[Message, ...]:
    told = constraint.get("config") or {}
    text = told.get("message") or f"Values are not unique: {constraint['name']}"
    level = told.get("level") or ConstraintLevel.ERROR
    source = MessageSource.UNIQUE_CONSTRAINT
    return tuple(message(source, text, field=key, level=level) for key in keys)


def value_rule(key: str, layout: Layout) -> IndexRule | None:
    """Give the rule by which references find a value, or None if there is no such Field."""
    name, texts = value_rule_name(key), _texts(key, layout)
    if texts is None:
        return None

    def enter(cells: Sequence[Any], record_id: str, add: Callable[[Entry], None]) -> None:
        for text in texts(cells, record_id):
            add((name, digest_of(text)))

    return IndexRule(name, _definition("value", _slot(key, layout)), enter)


def pair_rule(key: str, by: str, layout: Layout) -> IndexRule | None:
    """Give the rule by which references find a value among those beside another one."""
    name, texts, groups = pair_rule_name(key, by), _texts(key, layout), _texts(by, layout)
    if texts is None or groups is None:
        return None

    def enter(cells: Sequence[Any], record_id: str, add: Callable[[Entry], None]) -> None:
        for group in groups(cells, record_id):
            for text in texts(cells, record_id):
                add((name, pair_digest(text, group)))

    definition = _definition("pair", _slot(key, layout), _slot(by, layout))
    return IndexRule(name, definition, enter)


def _slot(key: str, layout: Layout) -> int | None:
    cell = layout.by_key.get(key)
    return cell.slot if cell else None


def _texts(key: str, layout: Layout) -> Callable[[Sequence[Any], str], Iterable[str]] | None:
    slot = _slot(key, layout)
    if slot is not None:
        return lambda cells, _id: texts_of(cells[slot])
    return (lambda _cells, record_id: (record_id,)) if key == RECORD_ID else None


def _definition(*parts: Any) -> str:
    return json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
