"""The rules of the Sheets of a Workbook, with the numbers their index entries stand under."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from gqlspaces.features.records.layout import Layout
from gqlspaces.features.records.state import SheetState, all_states
from gqlspaces.features.records.structure import WorkbookStructure
from gqlspaces.features.records.values.column import columns_of
from gqlspaces.features.records.values.index import value_rule_name
from gqlspaces.features.records.values.reference import Reference, demands_on, reference_of
from gqlspaces.features.records.values.rules import SheetRules
from gqlspaces.kernel.reader import AnyRow


@dataclass(frozen=True)
class Rulebook:
    """What the records of one Sheet are judged by."""

    sheet: AnyRow
    state: SheetState
    layout: Layout
    rules: SheetRules
    numbers: Mapping[str, int]

    @cached_property
    def unique(self) -> Mapping[int, Any]:
        """The unique rules by their number."""
        return {self.numbers[name]: rule for name, rule in self.rules.unique.items()}

    @cached_property
    def looked_up(self) -> frozenset[int]:
        """The numbers of the rules by which references find records of this Sheet."""
        unique = set(self.unique)
        return frozenset(number for number in self.numbers.values() if number not in unique)


class Rulebooks:
    """The rulebooks of one Workbook, made when they are needed; to be used in one transaction."""

    def __init__(self, connection: Connection, around: WorkbookStructure) -> None:
        """Know the Sheets as the main database has them, and what is stored of them here."""
        self.around = around
        self._states = {state.sheet_id: state for state in all_states(connection)}
        self._made: dict[str, Rulebook] = {}

    def state(self, sheet_id: str) -> SheetState | None:
        """Give the state of a Sheet, if it ever held a record."""
        return self._states.get(sheet_id)

    def admit(self, state: SheetState) -> None:
        """Take in the state of a Sheet that holds records from now on."""
        self._states[state.sheet_id] = state

    def of(self, sheet_id: str) -> Rulebook:
        """Give the rulebook of a Sheet that has a state."""
        if sheet_id not in self._made:
            self._made[sheet_id] = self._make(sheet_id)
        return self._made[sheet_id]

    def target(self, reference: Reference) -> SheetState | None:
        """Give the state of the Sheet that a reference leads to, if that ever held a record."""
        sheet = self.around.by_slug(reference.sheet)
        return self._states.get(sheet.id) if sheet else None

    def leading_to(self, slug: str, key: str) -> Iterator[tuple[str, int]]:
        """Give, for each reference to a Field, its Sheet and the number of its own rule."""
        for sheet_id, references in self._references.items():
            state = self._states.get(sheet_id)
            if state is None:
                continue
            for reference in references:
                number = state.rule_named(value_rule_name(reference.field))
                if (reference.sheet, reference.key) == (slug, key) and number is not None:
                    yield sheet_id, number

    def _make(self, sheet_id: str) -> Rulebook:
        sheet, state = self.around.sheets[sheet_id], self._states[sheet_id]
        fields = self.around.fields.get(sheet_id, ())
        state.adopt(fields)
        layout = state.layout(fields)
        rules = SheetRules(
            fields,
            layout,
            constraints=sheet.constraints,
            demands=demands_on(sheet.slug, self._all_references()),
        )
        numbers = {name: state.rule(name, text) for name, text in rules.definitions.items()}
        return Rulebook(sheet, state, layout, rules, numbers)

    def _all_references(self) -> Iterable[Reference]:
        return (one for references in self._references.values() for one in references)

    @cached_property
    def _references(self) -> dict[str, list[Reference]]:
        found = {}
        for sheet_id, fields in self.around.fields.items():
            linked = [field for field in fields if field.type in {"reference", "reference-list"}]
            layout = Layout.by_position(linked)
            made = (reference_of(column, layout) for column in columns_of(linked, layout))
            found[sheet_id] = [reference for reference in made if reference]
        return found
