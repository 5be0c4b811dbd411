"""Two Sheets as plain Python knows them: what their records are, and what is wrong with them."""

import copy
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

FIELDS = {
    "people": ("email", "first", "last", "age", "continent", "country"),
    "countries": ("code", "continent"),
}
SHEETS = [
    {
        "name": "People",
        "slug": "people",
        "fields": [
            {
                "key": "email",
                "constraints": [{"type": "required"}, {"type": "unique", "caseSensitive": False}],
            },
            {"key": "first"},
            {"key": "last"},
            {"key": "age", "type": "number"},
            {"key": "continent"},
            {
                "key": "country",
                "type": "reference",
                "config": {
                    "ref": "countries",
                    "key": "code",
                    "filter": {"refField": "continent", "recordField": "continent"},
                },
            },
        ],
        "constraints": [
            {
                "type": "unique",
                "name": "name",
                "fields": ["first", "last"],
                "strategy": "hash",
                "config": {"level": "warn"},
            }
        ],
    },
    {
        "name": "Countries",
        "slug": "countries",
        "fields": [
            {"key": "code", "constraints": [{"type": "required", "level": "warn"}]},
            {"key": "continent"},
        ],
    },
]

Told: TypeAlias = tuple[str | None, str, str]
"""The Field, level and source of a message."""

Verdicts: TypeAlias = dict[str, dict[int, list[Told]]]
Test: TypeAlias = Callable[[int, "Item"], bool]
KINDS = ("created", "updated", "deleted")


@dataclass
class Item:
    """A record."""

    values: dict[str, Any]
    custom: list[Told] = field(default_factory=list)
    meta: dict[str, Any] = field(default_factory=dict)
    readonly: bool = False

    @property
    def content(self) -> Any:
        """What makes it another one than it was."""
        return self.values, self.meta, self.readonly


@dataclass
class Outcome:
    """What a write does: which records it touches, and what it refuses."""

    created: list[int] = field(default_factory=list)
    updated: list[int] = field(default_factory=list)
    deleted: list[int] = field(default_factory=list)
    rejected: list[tuple[int, str]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    once: bool = True
    """Whether it is one step; of several, each may tell anew what is wrong with others."""

    @property
    def touched(self) -> set[int]:
        return {*self.created, *self.updated, *self.deleted}


@dataclass
class Entry:
    """A commit, with the other records of its Sheet that were judged anew."""

    outcome: Outcome
    reviewed: set[int]
    completed: bool
    answers: int | None


@dataclass
class Sheet:
    """A Sheet: its records by number, and its history."""

    slug: str
    items: dict[int, Item] = field(default_factory=dict)
    numbered: int = 0
    commits: list[Entry] = field(default_factory=list)
    snapshots: list[dict[int, Item]] = field(default_factory=list)

    def insert(self, rows: Iterable[Mapping[str, Any]]) -> Outcome:
        done = Outcome()
        for index, row in enumerate(rows):
            if self._unknown(row):
                done.rejected.append((index, "INVALID"))
            else:
                done.rows.append(self._add(row, done))
        return done

    def update(self, rows: Iterable[Mapping[str, Any]], *, overrides: bool) -> Outcome:
        done = Outcome()
        seen: set[int] = set()
        for index, row in enumerate(rows):
            code = "NOT_FOUND" if row["n"] not in self.items else None
            code = code or ("DUPLICATE" if row["n"] in seen else None)
            code = code or self._refusal(row["n"], row.get("values", {}), overrides=overrides)
            if code:
                done.rejected.append((index, code))
                continue
            seen.add(row["n"])
            self._change(row["n"], row, done)
        return done

    def upsert(self, rows: Iterable[Mapping[str, Any]], key: str, *, overrides: bool) -> Outcome:
        done = Outcome()
        before = copy.deepcopy(self.items)
        seen: set[str] = set()
        fresh: dict[int, Mapping[str, Any]] = {}
        for index, row in enumerate(rows):
            value = normal(key, row.get(key))
            text = None if value is None else str(value)
            found = [n for n, item in before.items() if str(item.values.get(key)) == text]
            code = "REQUIRED" if text is None else "DUPLICATE" if text in seen else None
            seen |= {text} if text is not None else set()
            code = code or ("CONFLICT" if len(found) > 1 else None)
            code = code or ("INVALID" if self._unknown(row) else None)
            if found and not code:
                code = self._refusal(found[0], row, overrides=overrides)
            if code:
                done.rejected.append((index, code))
            elif found:
                self._change(found[0], {"values": row}, done)
            else:
                fresh[len(done.rows)] = row
                done.rows.append(0)
        for place, row in fresh.items():
            done.rows[place] = self._add(row, done)
        return done

    def delete(self, chosen: Test, *, overrides: bool) -> Outcome:
        done = Outcome()
        for n, item in self._chosen(chosen):
            if item.readonly and not overrides:
                done.rejected.append((n, "FORBIDDEN"))
            else:
                del self.items[n]
                done.deleted.append(n)
        return done

    def change_all(
        self, chosen: Test, change: Callable[[Item], Mapping[str, Any]], *, overrides: bool
    ) -> Outcome:
        done = Outcome()
        for n, item in self._chosen(chosen):
            values = change(item)
            if not values:
                continue
            code = self._refusal(n, values, overrides=overrides)
            if code:
                done.rejected.append((n, code))
            else:
                self._change(n, {"values": values}, done)
        return done

    def restore(self, which: int, kinds: Iterable[str], *, overrides: bool) -> Outcome:
        done = Outcome(once=False)
        kept, apart = self.snapshots[which], self.difference(which)
        for kind in kinds:
            for n in sorted(apart[kind]):
                if kind != "deleted" and self.items[n].readonly and not overrides:
                    done.rejected.append((n, "FORBIDDEN"))
                elif kind == "created":
                    del self.items[n]
                    done.deleted.append(n)
                else:
                    self.items[n] = copy.deepcopy(kept[n])
                    (done.updated if kind == "updated" else done.created).append(n)
        return done

    def snapshot(self) -> None:
        self.snapshots.append(copy.deepcopy(self.items))

    def difference(self, which: int) -> dict[str, set[int]]:
        """Give what became of records since a snapshot."""
        kept, now = self.snapshots[which], self.items
        both = now.keys() & kept.keys()
        return {
            "created": now.keys() - kept.keys(),
            "updated": {n for n in both if now[n].content != kept[n].content},
            "deleted": kept.keys() - now.keys(),
        }

    def of_commit(self, which: int) -> list[int]:
        """Give the records that a commit added or changed and that are still there."""
        outcome = self.commits[which].outcome
        return sorted({*outcome.created, *outcome.updated} & self.items.keys())

    def since(self, which: int) -> set[int]:
        """Give the records that commits after one added, changed or judged anew."""
        later = self.commits[which + 1 :]
        found = {n for one in later for n in (*one.outcome.created, *one.outcome.updated)}
        return (found | {n for one in later for n in one.reviewed}) & self.items.keys()

    def _chosen(self, chosen: Test) -> list[tuple[int, Item]]:
        return [(n, item) for n, item in sorted(self.items.items()) if chosen(n, item)]

    def _unknown(self, values: Mapping[str, Any]) -> bool:
        return any(key not in FIELDS[self.slug] for key in values)

    def _refusal(self, n: int, values: Mapping[str, Any], *, overrides: bool) -> str | None:
        if self._unknown(values):
            return "INVALID"
        return "FORBIDDEN" if self.items[n].readonly and not overrides else None

    def _add(self, values: Mapping[str, Any], done: Outcome) -> int:
        self.numbered += 1
        self.items[self.numbered] = Item(normalised(values))
        done.created.append(self.numbered)
        return self.numbered

    def _change(self, n: int, row: Mapping[str, Any], done: Outcome) -> None:
        item = self.items[n]
        before = copy.deepcopy(item)
        sent = row.get("values", {})
        old, item.values = item.values, normalised({**item.values, **sent})
        changed = {key for key in sent if old.get(key) != item.values.get(key)}
        item.custom = [told for told in item.custom if told[0] not in changed]
        if "messages" in row:
            item.custom = list(row["messages"])
        for key, value in row.get("metadata", {}).items():
            item.meta[key] = value
            if value is None:
                del item.meta[key]
        item.readonly = row.get("readonly", item.readonly)
        done.rows.append(n)
        if before != item:
            done.updated.append(n)


def normal(key: str, value: Any) -> Any:
    """Give the stored form of a value."""
    if key == "age" and isinstance(value, str) and value.isdigit():
        return int(value)
    return None if value == "" else value


def normalised(values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the values that are stored, empty ones left out."""
    stored = {key: normal(key, value) for key, value in values.items()}
    return {key: value for key, value in stored.items() if value is not None}


def replaced(item: Item, key: str | None, find: str, by: str) -> dict[str, Any]:
    """Give what finding a text and putting another in its place changes."""
    texts = {k: v for k, v in item.values.items() if isinstance(v, str) and key in {None, k}}
    new = {k: re.sub(find, by, v, flags=re.IGNORECASE) for k, v in texts.items()}
    return {k: v for k, v in new.items() if v != texts[k]}


def verdicts(people: Sheet, countries: Sheet) -> Verdicts:
    """Judge every record of both Sheets from nothing."""
    return {
        "people": {n: _in_order(people, n, _on_person(people, countries, n)) for n in people.items},
        "countries": {
            n: _in_order(countries, n, [] if "code" in item.values else [_MISSING["code"]])
            for n, item in countries.items.items()
        },
    }


_MISSING: dict[str, Told] = {
    "email": ("email", "error", "required-constraint"),
    "code": ("code", "warn", "required-constraint"),
}


def _on_person(people: Sheet, countries: Sheet, n: int) -> Iterable[Told]:
    values = people.items[n].values
    email, country = values.get("email"), values.get("country")
    if email is None:
        yield _MISSING["email"]
    elif Counter(_emails(people))[email.casefold()] > 1:
        yield "email", "error", "unique-constraint"
    if isinstance(values.get("age"), str):
        yield "age", "error", "is-artifact"
    if any(_name(values)) and Counter(map(_name, _values(people)))[_name(values)] > 1:
        yield "first", "warn", "unique-constraint"
        yield "last", "warn", "unique-constraint"
    if country is not None and not any(
        other.get("code") == country
        and ("continent" not in values or other.get("continent") == values["continent"])
        for other in _values(countries)
    ):
        yield "country", "error", "unlinked"


def _values(sheet: Sheet) -> list[dict[str, Any]]:
    return [item.values for item in sheet.items.values()]


def _emails(people: Sheet) -> list[str]:
    return [values["email"].casefold() for values in _values(people) if "email" in values]


def _name(values: Mapping[str, Any]) -> tuple[Any, Any]:
    return values.get("first"), values.get("last")


def _in_order(sheet: Sheet, n: int, computed: Iterable[Told]) -> list[Told]:
    keys = (*FIELDS[sheet.slug], None)
    return sorted([*computed, *sheet.items[n].custom], key=lambda told: keys.index(told[0]))
