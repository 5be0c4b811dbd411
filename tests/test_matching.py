"""The matching of events: the vectors of the domain reference 3.3 and properties for all inputs."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gqlspaces.matching import (
    EventPattern,
    EventView,
    compile_pattern,
    filter_matches,
    matches,
    topic_matches,
)

VECTORS = json.loads((Path(__file__).parent / "vectors" / "listener_matching.json").read_text())
EVENTS: dict[str, dict[str, Any]] = VECTORS["events"]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)
objects = st.dictionaries(st.text(max_size=5), json_values, max_size=4)
patterns = st.text(alphabet="ab:*?\\.[]!^$(", max_size=12)
plain = st.text(alphabet=st.characters(exclude_characters="*?\\"), min_size=1)


def name_of(vector: dict[str, Any]) -> str:
    parts = (vector["event"], vector["on"], *vector["filters"], *vector["namespaces"])
    return " ".join(map(str, parts))


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=name_of)
def test_a_vector_of_the_domain_reference_holds(vector: dict[str, Any]) -> None:
    pattern = EventPattern(vector["on"], vector["filters"], vector["namespaces"])

    assert vector["match"] is pattern.matches(EVENTS[vector["event"]])


def test_a_pattern_answers_the_same_for_a_view_as_for_its_event() -> None:
    view = EventView(EVENTS["J"])

    for vector in VECTORS["vectors"]:
        if vector["event"] == "J":
            found = matches(
                view, on=vector["on"], filters=vector["filters"], namespaces=vector["namespaces"]
            )
            assert vector["match"] is found, vector


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("a:**", "a", True),
        ("a:**", "ab", False),
        ("**:c", "a:b:c", True),
        ("a:**:c", "a:c", True),
        ("a:**:c", "a:b:c:c", True),
        ("a:**:b:**:c", "a:x:b:y:c", True),
        ("a:**:b:**:c", "a:x:y:c", False),
        ("**:a?:**:b*", "x:ab:y:bc", True),
        ("a\\*", "a*", True),
        ("a\\*", "ab", False),
        ("a\\?b*", "a?bc", True),
        ("a\\", "a", True),
        ("[ab]*", "[ab]c", True),
        ("[ab]*", "a", False),
        ("a*c", "a:c", False),
        ("a?c", "a:c", False),
    ],
)
def test_a_wildcard_stays_where_it_belongs(pattern: str, text: str, *, expected: bool) -> None:
    assert expected is compile_pattern(pattern)(text)


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        ("space:configure", True),
        (["nothing", "space:configure"], True),
        ("nothing at all", False),
        (None, True),
        ({"payload": {"*": "ready"}}, True),
        ({"jo?": "space:configure"}, True),
        ({"payload.jo?": "space:configure"}, True),
        ({"job": {}}, False),
        ({"isPart": 0}, False),
        ({"payload": "space:configure"}, False),
    ],
)
def test_a_filter_takes_every_form_that_the_original_takes(filter: Any, *, expected: bool) -> None:
    assert expected is filter_matches(EVENTS["J"], filter)


@pytest.mark.parametrize(
    ("value", "pattern", "expected"),
    [
        (1, True, False),
        (True, 1, False),
        (5.0, "5", True),
        (5, 5.0, True),
        (True, "true", True),
        ([None], None, True),
        ([["a"], "b"], "a", True),
        ("", "**", False),
        ("", "", False),
        ({}, "**", False),
        ([], "**", False),
    ],
)
def test_a_value_is_compared_as_json(value: Any, pattern: Any, *, expected: bool) -> None:
    assert expected is filter_matches({"topic": "a", "x": value}, {"x": pattern})


def test_a_payload_cannot_lend_its_event_a_namespace() -> None:
    event = EVENTS["N"] | {"payload": {"namespaces": ["space:red"], "input": {"namespaces": "**"}}}

    assert not matches(event, namespaces=["space:red"])


def test_an_event_without_a_topic_matches_nothing() -> None:
    assert not matches({"topic": 5})
    assert not matches({})


@given(objects, patterns | st.lists(patterns, max_size=3), json_values | objects, patterns)
def test_matching_never_raises(event: dict[str, Any], on: Any, filter: Any, level: str) -> None:
    found = matches({"topic": "a:b", "namespaces": [level]} | event, on=on, filters=[filter])

    assert found in {True, False}


@given(st.text())
def test_two_stars_match_every_text(text: str) -> None:
    assert compile_pattern("**")(text)


@given(plain, plain)
def test_a_literal_pattern_matches_only_itself(pattern: str, text: str) -> None:
    assert (pattern == text) is compile_pattern(pattern)(text)
    assert compile_pattern(pattern)(pattern)


@given(st.text(alphabet="ab:", max_size=10), st.data())
def test_a_text_with_a_hole_torn_in_a_segment_still_matches(text: str, data: st.DataObject) -> None:
    segments = text.split(":")
    index = data.draw(st.integers(0, len(segments) - 1))
    start = data.draw(st.integers(0, len(segments[index])))
    segments[index] = segments[index][:start] + "*"

    assert topic_matches(text or "a", ":".join(segments) if text else "")


@pytest.mark.parametrize("pattern", ["*a" * 300 + "b", "**:a:" * 300 + "b", "a*" * 300 + "?b:**"])
def test_no_pattern_makes_matching_endless(pattern: str) -> None:
    text = "a" * 20_000 if "**:a" not in pattern else "a:" * 3_000

    # A search that tries every way to fit would not come back.
    assert not compile_pattern(pattern)(text)
