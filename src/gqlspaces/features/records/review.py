"""Looking at records again: what a write means for their messages, and for those of others."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection

from gqlspaces.features.records import index
from gqlspaces.features.records.index import Ends, Entry, Key
from gqlspaces.features.records.numbers import record_id
from gqlspaces.features.records.rulebook import Rulebook, Rulebooks
from gqlspaces.features.records.values.index import value_rule_name
from gqlspaces.features.records.values.messages import Message, is_valid, merge
from gqlspaces.features.records.values.reference import Lookup, Reference

Values: TypeAlias = Sequence[Any]

_NONE: Final[frozenset[Key]] = frozenset()

MOST_LINKED: Final = 10_000
"""How many records that lead to changed ones are judged at once; more are left to a Job."""


@dataclass
class Review:
    """What the index says about one batch of records of one Sheet."""

    connection: Connection
    rulebooks: Rulebooks
    rulebook: Rulebook
    _keys: dict[int, list[Key]] = field(default_factory=dict)
    _before: dict[Key, Ends] = field(default_factory=dict)
    _after: dict[Key, Ends] = field(default_factory=dict)
    _affected: set[Key] = field(default_factory=set)
    _moved: set[Key] = field(default_factory=set)

    def entries_changed(self, changes: Iterable[tuple[int, Values | None, Values | None]]) -> None:
        """Bring the index up to records that change: each with its values before and after."""
        gone: list[Entry] = []
        come: list[Entry] = []
        for n, before, after in changes:
            old = set(self._keys_of(n, before)) if before is not None else _NONE
            new = self._keys_of(n, after) if after is not None else []
            self._keys[n] = new
            gone += [(*key, n) for key in old.difference(new)]
            come += [(*key, n) for key in new if key not in old]
            if self.rulebook.looked_up:
                self._note_moves(old, new)
        unique = self.rulebook.unique
        left = {entry[:2] for entry in gone if entry[0] in unique}
        shared = index.ends(self.connection, left)
        index.change(self.connection, gone, ())
        found = index.enter(self.connection, come, unique)
        self._before = found | shared
        self._after = _joined(found, come, unique) | index.ends(self.connection, left)
        self._affected = left | self._after.keys()

    def entries_renewed(self, records: Iterable[tuple[int, Values, Values]]) -> None:
        """Make all entries of records that may have only some: by rules that are new."""
        gone: list[Entry] = []
        come: list[Entry] = []
        for n, before, after in records:
            new = self._keys_of(n, after)
            come += [(*key, n) for key in new]
            gone += [(*key, n) for key in set(self._keys_of(n, before)).difference(new)]
        index.change(self.connection, gone, come)

    def verdicts(
        self, records: Sequence[tuple[int, Values, Sequence[Message] | None]]
    ) -> dict[int, tuple[list[Message], bool]]:
        """Give the messages of records, and whether each is valid; custom messages are kept."""
        self._look_up(records)
        links = _Links(self, [(n, values) for n, values, _ in records])
        rules = self.rulebook.rules
        found = {}
        for n, values, stored in records:
            computed = rules.messages(values)
            for key in self._keys[n]:
                ends = self._after.get(key)
                if ends is not None and ends.shared and key[0] in self.rulebook.unique:
                    computed += self.rulebook.unique[key[0]].messages
            if rules.references:
                computed += links.faults(values)
            messages = merge(stored or (), computed, rules.order) if stored or computed else []
            found[n] = messages, is_valid(messages)
        return found

    def peers(self, touched: Collection[int]) -> set[int]:
        """Give the other records of the Sheet whose value became unique, or is so no longer.

        Whoever shared a value with others still does, whichever came or went; so it is at most
        one record for each value.
        """
        found = set()
        for key in self._affected:
            before, after = self._before.get(key), self._after.get(key)
            was, now = before and before.shared, after and after.shared
            if bool(was) != bool(now):
                alone = after if was else before
                found |= {alone.first} if alone is not None else set()
        return found - set(touched)

    def linked(self) -> dict[str, list[int]]:
        """Give the records that lead to what changed, by their Sheet, one more than are judged."""
        found: dict[str, set[int]] = defaultdict(set)
        slug = self.rulebook.sheet.slug
        names = {number: name for name, number in self.rulebook.numbers.items()}
        for key in self._referred_keys():
            digests = [d for rule, d in self._moved if names[rule] == value_rule_name(key)]
            for sheet_id, rule in self.rulebooks.leading_to(slug, key) if digests else ():
                keys = [(rule, digest) for digest in digests]
                found[sheet_id].update(index.having(self.connection, keys, MOST_LINKED + 1))
        return {sheet_id: sorted(numbers) for sheet_id, numbers in found.items()}

    def _referred_keys(self) -> set[str]:
        prefix = value_rule_name("")
        names = self.rulebook.rules.definitions
        return {name.removeprefix(prefix) for name in names if name.startswith(prefix)}

    def _note_moves(self, old: Collection[Key], new: Collection[Key]) -> None:
        """Keep the looked-up values of a record when what references find of it changed."""
        looked_up = self.rulebook.looked_up
        changed = set(old).symmetric_difference(new)
        if any(rule in looked_up for rule, _ in changed):
            self._moved |= {key for key in (*old, *new) if key[0] in looked_up}

    def _keys_of(self, n: int, values: Values) -> list[Key]:
        numbers = self.rulebook.numbers
        if not numbers:
            return []
        # Made for those rules only that read it: a million ids take seconds.
        id = record_id(self.rulebook.state.sheet_id, n) if self.rulebook.rules.reads_ids else ""
        return [(numbers[name], d) for name, d in self.rulebook.rules.entries(values, id)]

    def _look_up(self, records: Iterable[tuple[int, Values, Any]]) -> None:
        unknown = set()
        for n, values, _ in records:
            if n not in self._keys:
                self._keys[n] = self._keys_of(n, values)
            for key in self._keys[n]:
                if key not in self._after and key[0] in self.rulebook.unique:
                    unknown.add(key)
        if unknown:
            self._after |= index.ends(self.connection, unknown)


def _joined(
    known: Mapping[Key, Ends], come: Iterable[Entry], watched: Collection[int]
) -> dict[Key, Ends]:
    """Give the ends of the keys that got entries."""
    found: dict[Key, Ends] = {}
    for rule, digest, n in come:
        if rule in watched:
            key = rule, digest
            ends = found.get(key) or known.get(key)
            found[key] = Ends(min(ends.first, n), max(ends.last, n)) if ends else Ends(n, n)
    return found


class _Links:
    """Where the references of a batch of records lead."""

    def __init__(self, review: Review, records: Iterable[tuple[int, Values]]) -> None:
        self._references: Mapping[Reference, Any] = {
            reference: review.rulebooks.target(reference)
            for reference in review.rulebook.rules.references
        }
        asked = {
            key
            for _, values in (records if self._references else ())
            for reference, target in self._references.items()
            for lookup in reference.lookups(values)
            for key in _keys(target, lookup)
        }
        self._present = index.present(review.connection, asked)

    def faults(self, values: Values) -> list[Message]:
        """Give a message for each value that leads nowhere."""
        return [
            reference.unlinked(lookup)
            for reference, target in self._references.items()
            for lookup in reference.lookups(values)
            if not any(key in self._present for key in _keys(target, lookup))
        ]


def _keys(target: Any, lookup: Lookup) -> list[Key]:
    rule = target.rule_named(lookup.rule) if target is not None else None
    return [] if rule is None else [(rule, digest) for digest in lookup.digests]
