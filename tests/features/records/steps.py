"""What a machine that writes records may be told to do, drawn by Hypothesis."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from features.records.expected import KINDS, Item, Sheet, Told, Verdicts
from gqlspaces.features.records.conditions.search import RecordFilter
from gqlspaces.features.records.numbers import record_id
from gqlspaces.features.records.selection import Selection

_WORDS: dict[str, dict[str, list[Any]]] = {
    "people": {
        "email": ["a", "A", "b", "c", ""],
        "first": ["x", "y", "z", "w", None],
        "last": ["x", "y", ""],
        "age": ["5", 7, "old", None],
        "continent": ["eu", "na", None],
        "country": ["de", "us", None],
    },
    "countries": {"code": ["de", "us", ""], "continent": ["eu", "na", None]},
}
_FIRST = {"people": "email", "countries": "code"}
_SAID: list[Told] = [
    (None, "info", "custom-logic"),
    ("continent", "error", "custom-logic"),
    ("continent", "warn", "custom-logic"),
]

WHICH = st.integers(0, 99)
RARELY = st.sampled_from([False] * 7 + [True])
FIND = st.sampled_from([("a", "b"), ("X", "y"), ("e", ""), ("o", "0"), ("z", "x")])


def _values(slug: str, *always: str) -> st.SearchStrategy[dict[str, Any]]:
    known = {key: st.sampled_from(words) for key, words in _WORDS[slug].items()}
    needed = {key: known.pop(key) for key in always}
    fitting = st.fixed_dictionaries(needed, optional=known)
    strange = st.sampled_from([{}] * 15 + [{"mail": "x"}])
    return st.builds(lambda values, more: values | more, fitting, strange)


def _patches(slug: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"which": WHICH, "values": _values(slug)},
        optional={
            "messages": st.lists(st.sampled_from(_SAID), max_size=2),
            "metadata": st.dictionaries(st.sampled_from("mn"), st.sampled_from([1, None])),
            "readonly": RARELY,
        },
    )


def _keyed_rows(slug: str, key: str) -> st.SearchStrategy[tuple[list[dict[str, Any]], str]]:
    rows = st.lists(_values(slug, *{key, _FIRST[slug]}), min_size=1, max_size=3)
    return st.tuples(rows, st.just(key))


def _of_each(make: Any) -> Any:
    """Draw for a Sheet, more often for the one that has most rules."""
    return st.sampled_from(["people", "people", "countries"]).flatmap(
        lambda slug: st.tuples(st.just(slug), make(slug))
    )


PEOPLE = st.lists(_values("people", "email"), min_size=3, max_size=6)
COUNTRIES = st.lists(_values("countries", "code"), min_size=2, max_size=3)
ROWS = _of_each(lambda slug: st.lists(_values(slug, _FIRST[slug]), min_size=1, max_size=4))
PATCHES = _of_each(lambda slug: st.lists(_patches(slug), min_size=1, max_size=3))
CHANGES = _of_each(
    lambda slug: _values(slug).filter(lambda values: values and "mail" not in values)
)
KEYED = _of_each(
    lambda slug: st.sampled_from(["email", "first", "age"] if slug == "people" else ["code"])
).flatmap(lambda drawn: st.tuples(st.just(drawn[0]), _keyed_rows(*drawn)))
SLUGS = st.sampled_from(["people", "countries"])
SOME = st.sets(st.sampled_from(KINDS), min_size=1)


@dataclass(frozen=True)
class Circumstances:
    """How a write is made."""

    overrides: bool
    answers: int | None
    completes: bool
    repeated: bool


PLAINLY = Circumstances(overrides=False, answers=None, completes=True, repeated=False)
HOW = st.builds(
    Circumstances,
    overrides=RARELY,
    answers=st.one_of(st.none(), st.none(), WHICH),
    completes=RARELY.map(lambda no: not no),
    repeated=RARELY,
)


@dataclass(frozen=True)
class Chosen:
    """Which records a step is about."""

    state: RecordFilter
    continent: str | None
    ids: tuple[int, ...] | None

    def numbers(self, sheet: Sheet) -> set[int]:
        return {number_of(sheet, which) for which in self.ids or ()}

    def selection(self, sheet_id: str, sheet: Sheet) -> Selection:
        """Give it as it is asked for."""
        ids = tuple(record_id(sheet_id, n) for n in sorted(self.numbers(sheet)))
        return Selection(
            filter=self.state,
            q=f"continent eq {self.continent}" if self.continent else None,
            ids=ids if self.ids is not None else None,
        )

    def holds(self, n: int, item: Item, sheet: Sheet, judged: Verdicts) -> bool:
        """Tell whether a record is meant."""
        listed = n in self.numbers(sheet)
        if self.state is RecordFilter.ALL and self.continent is None:
            return listed if self.ids is not None else True
        is_valid = valid(judged[sheet.slug][n])
        fits = {RecordFilter.ALL: True, RecordFilter.VALID: is_valid}.get(self.state, not is_valid)
        there = self.continent in {None, item.values.get("continent")}
        return fits and there and not listed


CHOSEN = st.one_of(
    st.builds(
        Chosen,
        state=st.just(RecordFilter.ALL),
        continent=st.none(),
        ids=st.lists(WHICH, min_size=1, max_size=2).map(tuple),
    ),
    st.builds(
        Chosen,
        state=st.sampled_from([RecordFilter.ALL, RecordFilter.VALID, RecordFilter.ERROR]),
        continent=st.sampled_from(["eu", None]),
        ids=st.one_of(st.none(), st.lists(WHICH, max_size=3).map(tuple)),
    ),
)


def number_of(sheet: Sheet, which: int) -> int:
    """Pick a record; now and then one that is not there (any more)."""
    if which > 95 or not sheet.items:
        return which - 90
    return sorted(sheet.items)[which % len(sheet.items)]


def valid(told: list[Told]) -> bool:
    """Tell whether a record with these messages is valid."""
    return all(level != "error" for _, level, _ in told)


def sent(sheet_id: str, n: int, patch: Mapping[str, Any]) -> dict[str, Any]:
    """Give a patch as callers send it."""
    row = {"id": record_id(sheet_id, n), "values": patch["values"]}
    if "messages" in patch:
        row["messages"] = [
            {"message": "Look", "level": level} | ({"field": key} if key else {})
            for key, level, _ in patch["messages"]
        ]
    if "metadata" in patch:
        row["metadata"] = patch["metadata"]
    if "readonly" in patch:
        row["config"] = {"readonly": patch["readonly"]}
    return row
