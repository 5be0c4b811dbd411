"""References: which records of another Sheet a value must lead to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from gqlspaces.blueprint.field_type import FieldType
from gqlspaces.blueprint.problems import echo
from gqlspaces.features.records.layout import Layout
from gqlspaces.features.records.values.column import Column
from gqlspaces.features.records.values.digest import digest_of
from gqlspaces.features.records.values.index import (
    RECORD_ID,
    Demand,
    pair_digest,
    pair_rule_name,
    texts_of,
    value_rule_name,
)
from gqlspaces.features.records.values.messages import Message, MessageSource, message

REFERENCES = frozenset({FieldType.REFERENCE, FieldType.REFERENCE_LIST})


class Lookup(NamedTuple):
    """What one value of a reference asks of the Sheet it leads to.

    It is linked when a record there has one of the digests under the rule.
    """

    text: str
    rule: str
    digests: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference Field: ``sheet`` is the slug of the Sheet whose Field ``key`` it leads to.

    Where the Field at ``record_slot`` has a value, only records with that in ``ref_field`` count.
    """

    field: str
    slot: int
    sheet: str
    key: str
    ref_field: str | None = None
    record_field: str | None = None
    record_slot: int | None = None

    @property
    def rule(self) -> str:
        """The rule of its own Sheet under which records with a value of this Field are found."""
        return value_rule_name(self.field)

    @property
    def demands(self) -> tuple[Demand, ...]:
        """What it asks the other Sheet to index."""
        whole: Demand = (self.key, None)
        return (whole,) if self.ref_field is None else (whole, (self.key, self.ref_field))

    def lookups(self, cells: Sequence[Any]) -> Iterator[Lookup]:
        """Give what the values of a record ask; an empty filter Field offers every choice."""
        texts = texts_of(_cell(cells, self.slot))
        groups = tuple(texts_of(_cell(cells, self.record_slot)))
        if self.ref_field is None or not groups:
            rule = value_rule_name(self.key)
            return (Lookup(text, rule, (digest_of(text),)) for text in texts)
        rule = pair_rule_name(self.key, self.ref_field)
        return (
            Lookup(text, rule, tuple(pair_digest(text, group) for group in groups))
            for text in texts
        )

    def unlinked(self, lookup: Lookup) -> Message:
        """Make the message on a value that leads nowhere."""
        text = f"{echo(lookup.text)} is not in {echo(self.sheet)}"
        if lookup.rule != value_rule_name(self.key):
            text = f"{text} for this {echo(self.record_field or '')}"
        return message(MessageSource.UNLINKED, text, field=self.field)


def reference_of(column: Column, layout: Layout) -> Reference | None:
    """Read the reference of a Field, if it is one."""
    if column.type not in REFERENCES:
        return None
    narrowed: Mapping[str, str] = column.config.get("filter") or {}
    record_field = narrowed.get("recordField")
    cell = layout.by_key.get(record_field) if record_field else None
    return Reference(
        field=column.key,
        slot=column.slot,
        sheet=column.config["ref"],
        key=column.config.get("key", RECORD_ID),
        ref_field=narrowed.get("refField"),
        record_field=record_field,
        record_slot=cell.slot if cell else None,
    )


def demands_on(slug: str, references: Iterable[Reference]) -> frozenset[Demand]:
    """Give what the references of a Workbook ask the Sheet of this slug to index."""
    return frozenset(
        demand
        for reference in references
        if reference.sheet == slug
        for demand in reference.demands
    )


def _cell(cells: Sequence[Any], slot: int | None) -> Any:
    return cells[slot] if slot is not None and slot < len(cells) else None
