"""Why an event does or does not match, in words that say what to do."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gqlspaces.matching import EventPattern
from gqlspaces.matching.explanation import Check, Known, MatchPart, explain

VECTORS = json.loads((Path(__file__).parent / "vectors" / "listener_matching.json").read_text())
EVENTS: dict[str, dict[str, Any]] = VECTORS["events"]
READY = EVENTS["J"]
COMMIT = EVENTS["C"]
KNOWN = Known(
    topics=["job:ready", "job:completed", "commit:created", "space:created"],
    keys=["job", "sheetSlug", "spaceId", "status"],
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)
objects = st.dictionaries(st.text(max_size=5), json_values, max_size=4)
patterns = st.text(alphabet="ab:*?\\.[]!^$( AB", max_size=12)


def told_by(check: Check) -> str:
    return check.hint.text if check.hint else ""


@pytest.mark.parametrize("vector", VECTORS["vectors"])
def test_an_explanation_agrees_with_the_vectors(vector: dict[str, Any]) -> None:
    event = EVENTS[vector["event"]]
    told = explain(
        event,
        on=vector["on"],
        filters=vector["filters"],
        namespaces=vector["namespaces"],
        known=KNOWN,
    )
    assert told.matches is vector["match"]
    assert told.matches is not bool(told.faults)


@given(
    event=objects,
    on=patterns | st.lists(patterns, max_size=3),
    filters=st.lists(objects | patterns, max_size=3),
    namespaces=st.lists(st.lists(patterns, max_size=2), max_size=2),
)
def test_an_explanation_agrees_with_what_was_decided(
    event: dict[str, Any], on: Any, filters: Any, namespaces: Any
) -> None:
    event = {"topic": "a:b", "namespaces": ["a:b"], **event}
    told = explain(event, on=on, filters=filters, namespaces=namespaces, known=KNOWN)
    assert told.matches is EventPattern(on, filters, namespaces).matches(event)
    assert told.matches is not bool(told.faults)
    assert all(check.told for check in told.checks)


def test_every_condition_is_told_in_order() -> None:
    told = explain(
        READY,
        on="job:*",
        namespaces=["space:red", ["workbook:prod"]],
        filters=[{"job": "space:configure", "nope": 1}],
    )
    assert [(check.part, check.key, check.matches) for check in told.checks] == [
        (MatchPart.TOPIC, None, True),
        (MatchPart.NAMESPACE, None, True),
        (MatchPart.NAMESPACE, None, False),
        (MatchPart.FILTER, "nope", False),
        (MatchPart.FILTER, "job", True),
    ]
    assert [check.told for check in told.faults] == [
        "Asks for a namespace `workbook:prod`; the event has `space:red` and `workbook:staging`.",
        "Asks for the key `nope` `1`; the event has nothing like it.",
    ]


@pytest.mark.parametrize(
    ("on", "hint"),
    [
        ("Job:Ready", "Capital letters count: write `job:ready`."),
        ("*", "One star does not cross a colon: write `**`, or `job:*`."),
        ("job", "A pattern must match to the end: write `job:*`, or `job:ready`."),
        ("job**", "Two stars stand alone between colons: write `job:**`."),
        ("!job:ready", "Only `*`, `?` and `**` are special in a pattern; there are no brackets"),
        ("job:readdy", "Did you mean `job:ready`?"),
        (" job:ready ", "Take the spaces away: write `job:ready`."),
        ([], "An empty list asks for nothing"),
        ("commit:creatted", "Did you mean `commit:created`?"),
        ("records:dropped", "There is no topic `records:dropped`."),
        ("commit:created", None),
        (["file:*", "JOB:*"], "Capital letters count: write `job:*`."),
    ],
)
def test_a_topic_that_does_not_match_comes_with_a_hint(on: Any, hint: str | None) -> None:
    [fault] = explain(READY, on=on, known=KNOWN).faults
    assert told_by(fault).startswith(hint or "")
    assert (fault.hint is None) is (hint is None)


@pytest.mark.parametrize(
    ("namespace", "hint"),
    [
        ("red", "Namespaces begin with what they are of: write `space:red`."),
        ("staging", "Namespaces begin with what they are of: write `workbook:staging`."),
        ("green", "Namespaces begin with what they are of: write `space:green`."),
        ("space:Red", "Capital letters count: write `space:red`."),
        ("*", "One star does not cross a colon: write `**`, or `space:*`."),
        ("space:green", None),
    ],
)
def test_a_namespace_that_does_not_match_comes_with_a_hint(
    namespace: str, hint: str | None
) -> None:
    [fault] = explain(READY, namespaces=[namespace]).faults
    assert told_by(fault) == (hint or "")


def test_an_event_without_a_namespace_says_so() -> None:
    [fault] = explain(EVENTS["N"], namespaces=["space:red"]).faults
    assert fault.found == ()
    assert fault.hint is not None
    assert fault.hint.text.startswith("The event carries no namespace")


@pytest.mark.parametrize(
    ("event", "filter", "hint"),
    [
        (READY, {"job": "*"}, "One star does not cross a colon: write `**`, or `space:*`."),
        (EVENTS["D"], {"job": "document:*"}, "One star does not cross a colon: write `document:**"),
        (READY, {"job": "Space:Configure"}, "Capital letters count: write `space:configure`."),
        (COMMIT, {"sheet": "Contacts"}, "Capital letters count: write `contacts`."),
        (COMMIT, {"slugs.sheet": "contacts"}, "A key with a dot is a path from the root: write `c"),
        (COMMIT, {"*Id": "us_sh_1"}, "A star stays between two dots: write `**.*Id`."),
        (READY, {"Job": "space:configure"}, "Keys are told apart by every letter: write `job`."),
        (READY, {"space_id": "us_sp_1"}, "Keys are told apart by every letter: write `spaceId`."),
        (READY, {"namespace": "space:red"}, "Ask for namespaces by `namespaces`"),
        (READY, {"sheetSlug": "contacts"}, ""),
        (READY, {"jbo": "x"}, "No event so far has a key `jbo`. Did you mean `job`?"),
        (READY, {"job": []}, "An empty list asks for nothing"),
        (READY, {"job": {}}, "An empty list asks for nothing"),
        (READY, {"status": "[r]eady"}, "Only `*`, `?` and `**` are special"),
        (EVENTS["R"], {"payload.recordIds": ["rec_9"]}, "Did you mean `rec_1`?"),
        (READY | {"x": "5"}, {"x": 5}, "The event has a text there: write it with quotes"),
        (READY | {"x": "true"}, {"x": True}, "The event has a text there: write it with quotes"),
        (READY | {"x": None}, {"x": "y"}, "The event has null there"),
    ],
)
def test_a_filter_that_does_not_match_comes_with_a_hint(
    event: dict[str, Any], filter: dict[str, Any], hint: str
) -> None:
    [fault] = explain(event, filters=[filter], known=KNOWN).faults
    assert told_by(fault).startswith(hint)


def test_a_filter_that_is_a_bare_text_is_told_without_all_values() -> None:
    [fault] = explain(READY, filters=["nothing"]).faults
    assert fault.told == "Asks for a value `nothing`; the event has nothing like it."


def test_long_lists_of_values_are_cut() -> None:
    event = READY | {"a": {"k": "1"}, "b": {"k": "2"}, "c": {"k": "3"}, "d": {"k": "4"}}
    [fault] = explain(event, filters=[{"k": ["x", 7]}]).faults
    assert fault.told == (
        "Asks for the key `k` `x` or `7`; the event has `4` and `3` and `2` and more."
    )


def test_of_many_values_that_a_key_finds_only_the_first_are_told() -> None:
    event = {"topic": "x", "payload": {f"key{number}": number for number in range(100)}}
    told = explain(event, filters=[{"payload.*": 99}])
    assert told.matches
    assert len(told.checks[-1].found) == 20
