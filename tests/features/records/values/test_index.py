"""What records enter into the index."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.records.values.sheet import enum, field, rules
from gqlspaces.features.records.values import SheetRules, digest_of, text_of

UNIQUE = {"type": "unique"}


def entries(sheet: SheetRules, *cells: Any, id: str = "rc_1") -> list[tuple[str, bytes]]:
    found = sheet.entries(list(cells), id)
    assert len(found) == len(set(found))
    assert {name for name, _ in found} <= set(sheet.definitions)
    return found


def repeats(sheet: SheetRules, one: Sequence[Any], other: Sequence[Any]) -> bool:
    return bool(set(entries(sheet, *one)) & set(entries(sheet, *other)))


@pytest.mark.parametrize(
    ("rule", "one", "other", "repeated"),
    [
        ({}, "a", "a", True),
        ({}, "a", "A", False),
        ({"caseSensitive": True}, "a", "A", False),
        ({"caseSensitive": False}, "a", "A", True),
        ({"caseSensitive": False}, "STRASSE", "straße", True),
        ({}, None, None, False),
        ({"ignoreEmpty": False}, None, None, False),
        ({}, " ", " ", True),
        ({"ignoreEmpty": True}, " ", " ", False),
        ({"ignoreEmpty": True}, "a", "a", True),
    ],
)
def test_a_unique_value_is_compared_as_its_constraint_says(
    rule: dict[str, Any], one: Any, other: Any, *, repeated: bool
) -> None:
    sheet = rules(field("k", constraints=[UNIQUE | rule]))

    assert repeated == repeats(sheet, [one], [other])


def test_a_unique_list_is_compared_as_a_whole() -> None:
    sheet = rules(field("k", "string-list", constraints=[UNIQUE]))

    assert repeats(sheet, [["a", "b"]], [["a", "b"]])
    assert not repeats(sheet, [["a", "b"]], [["ab"]])
    assert not repeats(sheet, [["a", "b"]], [["a"]])


def test_a_repeated_value_is_told_as_its_constraint_says() -> None:
    own = UNIQUE | {"message": "Taken", "level": "warn"}
    sheet = rules(field("a", constraints=[UNIQUE]), field("b", constraints=[own]))

    assert {"unique:a", "unique:b"} == set(sheet.unique)
    plain, spoken = sheet.unique["unique:a"], sheet.unique["unique:b"]
    assert (("a",), "error") == (plain.fields, plain.level)
    assert (
        {
            "field": "a",
            "type": "error",
            "source": "unique-constraint",
            "message": "Value is not unique",
        },
    ) == plain.messages
    assert (("b",), "warn", "Taken") == (spoken.fields, spoken.level, spoken.messages[0]["message"])


def composite(strategy: str, **more: Any) -> SheetRules:
    rule = {"type": "unique", "name": "person", "fields": ["a", "b"], "strategy": strategy, **more}
    return rules(field("a"), field("b"), field("c"), constraints=[rule])


@pytest.mark.parametrize(
    ("one", "other", "concat", "hash"),
    [
        (("John", "Smith"), ("John", "Smith"), True, True),
        (("John", "Smith"), ("JohnS", "mith"), True, False),
        (("John", None), (None, "John"), True, False),
        (("John", None), ("John", None), True, True),
        ((None, None), (None, None), False, False),
        (("1:a", None), ("a", None), False, False),
    ],
)
def test_a_combination_repeats_as_its_strategy_says(
    one: Sequence[Any], other: Sequence[Any], *, concat: bool, hash: bool
) -> None:
    assert concat == repeats(composite("concat"), one, other)
    assert hash == repeats(composite("hash"), one, other)


def test_a_combination_is_passed_over_without_what_it_requires() -> None:
    sheet = composite("hash", requiredFields=["b"])

    assert entries(sheet, "x") == []
    assert entries(sheet, None, "x") != []


def test_a_combination_is_told_by_its_name_on_each_of_its_fields() -> None:
    (rule,) = composite("concat").unique.values()
    (spoken,) = composite("concat", config={"message": "Again", "level": "info"}).unique.values()

    assert ("composite:person", ("a", "b")) == (rule.name, rule.fields)
    assert {"Values are not unique: person"} == {m["message"] for m in rule.messages}
    assert [("Again", "info")] * 2 == [(m["message"], m["type"]) for m in spoken.messages]


def test_a_combination_with_fields_to_come_reads_those_that_are_there() -> None:
    rule = {"type": "unique", "name": "n", "fields": ["a", "later"], "strategy": "hash"}
    sheet = SheetRules([field("a")], rules(field("a")).layout, constraints=[rule])
    idle = SheetRules(
        [field("a")], rules(field("a")).layout, constraints=[rule | {"requiredFields": ["later"]}]
    )

    assert repeats(sheet, ["x"], ["x"])
    assert ("a",) == sheet.unique["composite:n"].fields
    assert not idle.unique
    assert not idle.definitions


def test_an_external_constraint_enters_nothing() -> None:
    sheet = rules(field("a"), constraints=[{"type": "external", "validator": "v"}])

    assert {} == dict(sheet.definitions)


def test_a_field_that_is_referred_to_enters_its_values() -> None:
    sheet = rules(field("a"), field("b", "string-list"), demands=[("a", None), ("b", None)])

    assert [("value:a", digest_of("x"))] == entries(sheet, "x")
    assert [("value:b", digest_of("x")), ("value:b", digest_of("y"))] == entries(
        sheet, None, ["x", "y", "x"]
    )


def test_a_list_enters_as_many_items_as_it_may_have() -> None:
    sheet = rules(field("a", "string-list"), demands=[("a", None)])

    assert 100 == len(entries(sheet, [str(n) for n in range(200)]))


def test_a_record_that_is_referred_to_enters_its_id() -> None:
    sheet = rules(field("a"), demands=[("id", None), ("id", "a")])
    named = rules(field("id"), demands=[("id", None)])

    assert [("value:id", digest_of("rc_7"))] == entries(sheet, id="rc_7")
    assert 2 == len(entries(sheet, "x", id="rc_7"))
    assert [("value:id", digest_of("mine"))] == entries(named, "mine", id="rc_7")
    assert sheet.definitions["value:id"] != named.definitions["value:id"]


def test_what_nobody_has_cannot_be_referred_to() -> None:
    assert {} == dict(rules(field("a"), demands=[("b", None), ("a", "b")]).definitions)


def test_rules_for_pairs_are_told_apart_whatever_their_keys() -> None:
    sheet = rules(
        field("a"),
        field("b:c"),
        field("a:b"),
        field("c"),
        demands=[("a", "b:c"), ("a:b", "c")],
    )

    assert 2 == len(sheet.definitions)


def test_the_definition_of_a_rule_changes_with_what_it_enters() -> None:
    plain = rules(field("a", constraints=[UNIQUE])).definitions
    told = rules(field("a", constraints=[UNIQUE | {"message": "No", "level": "info"}])).definitions
    others = [
        rules(field("a", constraints=[UNIQUE | {"caseSensitive": False}])).definitions,
        rules(field("a", constraints=[UNIQUE | {"ignoreEmpty": True}])).definitions,
        rules(field("a", constraints=[UNIQUE]), slots=[4]).definitions,
    ]

    assert plain == told
    assert 4 == len({definitions["unique:a"] for definitions in (plain, *others)})
    assert composite("concat").definitions != composite("hash").definitions
    assert composite("hash").definitions != composite("hash", requiredFields=["a"]).definitions


items = st.text(max_size=8) | st.integers(-(10**6), 10**6) | st.booleans() | st.floats(-10, 10)


@given(items, items)
def test_digests_are_equal_if_and_only_if_texts_are(one: Any, other: Any) -> None:
    assert (text_of(one) == text_of(other)) == (
        digest_of(text_of(one)) == digest_of(text_of(other))
    )
    assert 16 == len(digest_of(text_of(one)))


@pytest.mark.parametrize(
    ("one", "other"), [(1, "1"), (1.0, 1), (True, "true"), (1e20, 10**20), (0.5, "0.5")]
)
def test_a_value_and_its_text_are_found_by_each_other(one: Any, other: Any) -> None:
    assert text_of(one) == text_of(other)


cells = st.lists(
    st.none() | st.text(st.characters(codec="ascii"), min_size=1), min_size=3, max_size=3
)


@given(cells, cells)
def test_a_hashed_combination_repeats_if_and_only_if_all_its_values_do(
    one: list[Any], other: list[Any]
) -> None:
    equal = one[:2] == other[:2] and one[:2] != [None, None]

    assert equal == repeats(composite("hash"), one, other)


def test_an_enum_is_entered_as_any_other_value() -> None:
    sheet = rules(field("k", "enum", config=enum("a", 5), constraints=[UNIQUE]))

    assert repeats(sheet, [5], sheet.normalised({"k": "5"}))
