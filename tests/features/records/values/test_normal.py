"""The stored form of values."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.records.values.sheet import enum, field, rules, stored, told
from gqlspaces.blueprint import FieldType
from gqlspaces.features.records.values.index import texts_of
from gqlspaces.kernel.errors import DomainError

ARTIFACT = [("error", "is-artifact")]
LIMIT = 2**53
TYPES: dict[str, dict[str, Any]] = {type.value: {} for type in FieldType} | {
    "enum": enum("a", 5, "5", 7, True, 2**60 + 1),
    "enum-list": enum("a", 5, allowCustom=True),
    "reference": {"ref": "s"},
    "reference-list": {"ref": "s"},
}

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)
numerals = st.from_regex(
    r"\s?[+-]?[0-9]{0,20}\.?[0-9]{0,20}([eE][+-]?[0-9]{1,4})?\s?", fullmatch=True
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([LIMIT, LIMIT + 1, 2**60 + 1, 10**20, 10**300])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.dates().map(str)
    | st.sampled_from(["a", "5", "yes", "OFF", " 1 ", " "])
    | numerals
    | texts
)
values = scalars | st.lists(scalars, max_size=4)


@pytest.mark.parametrize("type", sorted(TYPES))
@pytest.mark.parametrize("empty", [None, "", [], [""], [None, ""]])
def test_what_is_empty_is_null_everywhere(type: str, empty: Any) -> None:
    assert rules(field("k", type, config=TYPES[type])).normalised({"k": empty}) == []


@pytest.mark.parametrize("type", ["number", "boolean", "date"])
def test_white_space_says_nothing_where_no_text_is_asked_for(type: str) -> None:
    assert stored(type, " \t") is None
    assert stored(type, ["\n", " "]) is None


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Ann ", "Ann "),
        ("  ", "  "),
        (5, "5"),
        (5.0, "5"),
        (1.5, "1.5"),
        (1e-7, "0.0000001"),
        (1e20, "100000000000000000000"),
        (2**64, "18446744073709551616"),
        (True, "true"),
        (["Ann"], "Ann"),
    ],
)
def test_a_string_is_the_text_of_what_was_sent(sent: Any, kept: str) -> None:
    assert kept == stored("string", sent)
    assert told("string", sent) == []


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (5, 5),
        (5.0, 5),
        (-0.0, 0),
        (0.1, 0.1),
        (1e300, 1e300),
        (LIMIT, LIMIT),
        (float(LIMIT), LIMIT),
        (10**20, 1e20),
        ("5", 5),
        (" -5.50\t", -5.5),
        ("+.5", 0.5),
        ("5.", 5),
        ("007", 7),
        ("1.2e3", 1200),
        ("1E-7", 1e-7),
        ("0.30000000000000004", 0.30000000000000004),
        ("9007199254740992", LIMIT),
        ("100000000000000000000", 1e20),
        (["1"], 1),
    ],
)
def test_a_number_is_read_from_plain_decimals(sent: Any, kept: float) -> None:
    number = stored("number", sent)

    assert (kept, type(kept)) == (number, type(number))
    assert told("number", sent) == []


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("1,000", "1,000"),
        ("1_000", "1_000"),
        ("1 000", "1 000"),
        ("0x10", "0x10"),
        ("\N{ARABIC-INDIC DIGIT THREE}", "\N{ARABIC-INDIC DIGIT THREE}"),
        ("nan", "nan"),
        ("Infinity", "Infinity"),
        ("1e999", "1e999"),
        ("1e-999", "1e-999"),
        ("-", "-"),
        (".", "."),
        ("five ", "five "),
        (True, "true"),
        (LIMIT + 1, "9007199254740993"),
        ("9007199254740993", "9007199254740993"),
        ("0.12345678901234567890", "0.12345678901234567890"),
        ([1, "2"], [1, 2]),
    ],
)
def test_what_is_no_number_is_kept_and_flagged(sent: Any, kept: Any) -> None:
    assert kept == stored("number", sent)
    assert told("number", sent) == ARTIFACT


def test_a_number_that_would_lose_digits_says_so() -> None:
    sheet = rules(field("k", "number"))

    (lossy,) = sheet.messages(["9007199254740993"])
    (word,) = sheet.messages(["nine"])
    assert lossy["message"] == "Value cannot be kept exactly as a number"
    assert word["message"] == "Value is not a number"


def test_a_megabyte_of_digits_is_looked_at_once() -> None:
    assert told("number", "1" * 2**20 + "x") == ARTIFACT
    assert told("number", "1" * 2**20) == ARTIFACT


@pytest.mark.parametrize(
    ("sent", "places", "fits"),
    [
        (1, 0, True),
        (1.5, 0, False),
        (1.5, 1, True),
        (0.3, 1, True),
        (0.1 + 0.2, 2, False),
        (1234567.89, 2, True),
        (1e-7, 6, False),
        (1e22, 0, True),
        ("1.50", 1, True),
        (0.1, 2**31 - 1, True),
    ],
)
def test_a_number_has_at_most_the_decimals_of_its_field(
    sent: Any, places: int, *, fits: bool
) -> None:
    assert ([] if fits else ARTIFACT) == told("number", sent, decimalPlaces=places)


@pytest.mark.parametrize("sent", [True, "true", "YES", "y", "On", " 1 ", 1, 1.0])
def test_words_for_true(sent: Any) -> None:
    assert stored("boolean", sent) is True
    assert told("boolean", sent) == []


@pytest.mark.parametrize("sent", [False, "false", "No", "N", "off", "0", 0, -0.0])
def test_words_for_false(sent: Any) -> None:
    assert stored("boolean", sent) is False
    assert told("boolean", sent) == []


@pytest.mark.parametrize(
    ("sent", "kept"), [("maybe", "maybe"), (2, "2"), ("t", "t"), ([1, 0], [True, False])]
)
def test_what_is_neither_true_nor_false_is_kept_and_flagged(sent: Any, kept: Any) -> None:
    assert kept == stored("boolean", sent)
    assert told("boolean", sent) == ARTIFACT


@pytest.mark.parametrize("sent", ["2024-02-29", " 2024-02-29 ", "0001-01-01", "9999-12-31"])
def test_a_date_is_a_day_of_the_calendar(sent: str) -> None:
    assert sent.strip() == stored("date", sent)
    assert told("date", sent) == []


@pytest.mark.parametrize(
    "sent",
    [
        "2023-02-29",
        "2024-1-1",
        "20240101",
        "2024-W01-1",
        "2024-13-01",
        "0000-01-01",
        "2024-01-01T00:00:00Z",
        "01/02/2024",
        "202\N{FULLWIDTH DIGIT FOUR}-01-01",
        "soon ",
    ],
)
def test_what_is_no_day_is_kept_and_flagged(sent: str) -> None:
    assert sent == stored("date", sent)
    assert told("date", sent) == ARTIFACT


def test_a_number_is_no_date() -> None:
    assert stored("date", 20240101) == "20240101"
    assert told("date", 20240101) == ARTIFACT


@pytest.mark.parametrize(
    ("options", "sent", "kept"),
    [
        (("a", "b"), "a", "a"),
        ((5,), 5, 5),
        ((5,), 5.0, 5),
        ((5,), "5", 5),
        (("5",), 5, "5"),
        ((5, "5"), "5", "5"),
        (("5", 5), 5, 5),
        ((True, 1), "true", True),
        ((True, 1), 1, 1),
        ((True, 1), "1", 1),
        ((2**60 + 1,), 2**60 + 1, 2**60 + 1),
        ((2**60 + 1,), str(2**60 + 1), 2**60 + 1),
        ((10**18,), 10**18, 10**18),
        (("a",), ["a"], "a"),
    ],
)
def test_an_option_is_taken_by_its_value_or_the_text_of_it(
    options: tuple[Any, ...], sent: Any, kept: Any
) -> None:
    option = stored("enum", sent, **enum(*options))

    assert (kept, type(kept)) == (option, type(option))
    assert told("enum", sent, **enum(*options)) == []


@pytest.mark.parametrize("sent", ["A", " a", "b", 1, 0.5, True, "Label", "Other"])
def test_what_is_no_option_is_kept_and_flagged(sent: Any) -> None:
    options = {"options": [{"value": "a", "label": "Label", "alternativeNames": ["Other"]}]}

    kept = stored("enum", sent, **options)
    assert (sent, type(sent)) == (kept, type(kept))
    assert told("enum", sent, **options) == [("error", "invalid-option")]


def test_a_custom_value_is_only_warned_of() -> None:
    config = enum("a", allowCustom=True)

    assert told("enum", "b", **config) == [("warn", "invalid-option")]
    assert told("enum-list", ["a", "b"], **config) == [("warn", "invalid-option")]
    assert told("enum", ["a", "b"], **config) == ARTIFACT


def test_the_item_that_is_no_option_is_named() -> None:
    sheet = rules(field("k", "enum-list", config=enum("a", 1)))

    assert sheet.messages([["a", 1]]) == []
    (message,) = sheet.messages([["a", True, "b"]])
    assert message["message"] == "'true' is not one of the options"


@pytest.mark.parametrize(
    ("type", "sent", "kept"),
    [
        ("string-list", "a", ["a"]),
        ("string-list", ["a", "", None, "a"], ["a", "a"]),
        ("string-list", [1, 2.5, True], ["1", "2.5", "true"]),
        ("enum-list", "a", ["a"]),
        ("enum-list", ["5", "a"], [5, "a"]),
        ("reference-list", 5, [5]),
        ("reference-list", [5.0, "x"], [5, "x"]),
    ],
)
def test_a_list_holds_what_is_not_empty(type: str, sent: Any, kept: list[Any]) -> None:
    items = stored(type, sent, **TYPES[type])

    assert json.dumps(kept) == json.dumps(items)


@pytest.mark.parametrize("type", ["string-list", "reference-list"])
def test_a_list_has_at_most_a_hundred_items(type: str) -> None:
    config = TYPES[type]

    assert told(type, ["a"] * 100, **config) == []
    assert len(stored(type, ["a"] * 101, **config)) == 101
    assert told(type, ["a"] * 101, **config) == ARTIFACT


@pytest.mark.parametrize("type", ["string", "date", "boolean", "reference"])
def test_several_values_for_one_are_kept_and_flagged(type: str) -> None:
    assert stored(type, ["a", "b"], **TYPES[type]) == ["a", "b"]
    assert told(type, ["a", "b"], **TYPES[type]) == ARTIFACT


@pytest.mark.parametrize(
    ("size", "longest"),
    [
        ("tiny", "é" * 255),
        ("normal", "a" * 2**16),
        ("normal", "é" * 2**15),
        ("medium", "a" * 2**24),
        ("long", "a" * 2**24),
    ],
)
def test_a_string_is_as_long_as_its_size(size: str, longest: str) -> None:
    sheet = rules(field("k", config={"size": size}))

    assert sheet.messages([longest]) == []
    assert [m["source"] for m in sheet.messages([longest + "a"])] == ["is-artifact"]


def refusal(type: str, sent: Any) -> tuple[str, tuple[str, ...]]:
    with pytest.raises(DomainError) as caught:
        rules(field("k", type, config=TYPES[type])).normalised({"k": sent})
    return caught.value.code, caught.value.path


@pytest.mark.parametrize("type", sorted(TYPES))
@pytest.mark.parametrize(
    ("code", "sent"),
    [
        ("INVALID", {}),
        ("INVALID", "a\x00"),
        ("INVALID", "\ud800"),
        ("INVALID", float("nan")),
        ("INVALID", float("-inf")),
        ("INVALID", 10**400),
        ("INVALID", b"a"),
        ("TOO_LONG", "a" * (2**24 + 1)),
        ("TOO_LONG", "é" * (2**23 + 1)),
    ],
)
def test_what_no_database_holds_is_refused(type: str, code: str, sent: Any) -> None:
    assert refusal(type, sent) == (code, ("values", "k"))
    assert refusal(type, ["a", sent]) == (code, ("values", "k", "1"))


@pytest.mark.parametrize("type", sorted(TYPES))
def test_a_list_of_lists_or_of_too_much_is_refused(type: str) -> None:
    assert refusal(type, [["a"]]) == ("INVALID", ("values", "k", "0"))
    assert refusal(type, ["a"] * 1001) == ("TOO_LONG", ("values", "k"))
    assert refusal(type, ["a" * 2**23] * 3) == ("TOO_LONG", ("values", "k"))


@given(st.sampled_from(sorted(TYPES)), values)
def test_normalising_twice_changes_nothing(type: str, sent: Any) -> None:
    once = stored(type, sent, **TYPES[type])

    assert json.dumps(once) == json.dumps(stored(type, once, **TYPES[type]))


@given(st.sampled_from(sorted(TYPES)), values)
def test_every_stored_value_is_a_scalar_or_a_list_of_scalars(type: str, sent: Any) -> None:
    cell = stored(type, sent, **TYPES[type])

    assert cell == json.loads(json.dumps(cell, allow_nan=False))
    for item in cell if isinstance(cell, list) else [cell] * (cell is not None):
        assert isinstance(item, str | int | float)
        assert item != ""
    assert cell != []


@given(st.sampled_from(sorted(TYPES)), st.sampled_from(sorted(TYPES)), values)
def test_whatever_is_stored_can_be_stored_under_another_type(
    before: str, after: str, sent: Any
) -> None:
    cells = rules(field("k", before, config=TYPES[before])).normalised({"k": sent})
    sheet = rules(field("k", after, config=TYPES[after]))

    renewed, _ = sheet.renewed(cells)
    sheet.messages(cells)
    sheet.messages(renewed)
    # Only white space is nothing at all to types that are no text.
    said = "".join(text for cell in cells for text in texts_of(cell))
    assert renewed or not said.strip()


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-LIMIT, LIMIT))
def test_a_number_is_read_back_from_its_text(number: float) -> None:
    text = stored("string", number)
    assert stored("number", text) == number
    assert "e" not in text


@given(numerals)
def test_a_text_is_a_number_if_and_only_if_nothing_is_flagged(text: str) -> None:
    kept = stored("number", text)

    assert (kept is None or type(kept) in {int, float}) == (told("number", text) == [])
    if type(kept) is str:
        assert kept == text
