"""Messages: how they are sent, kept and put in order."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gqlspaces.features.records.values import (
    Message,
    MessageSource,
    is_valid,
    merge,
    sent_messages,
)
from gqlspaces.features.records.values.messages import message
from gqlspaces.kernel.errors import DomainError

ORDER = {"a": 0, "b": 1, "c": 2}


def custom(field: str | None = None, level: str = "error", text: str = "mine") -> Message:
    return message(MessageSource.CUSTOM_LOGIC, text, field=field, level=level)


def computed(field: str, level: str = "error") -> Message:
    return message(MessageSource.UNIQUE_CONSTRAINT, "computed", field=field, level=level)


def test_a_record_is_valid_without_errors() -> None:
    assert is_valid([])
    assert is_valid([custom("a", "warn"), custom(level="info")])
    assert not is_valid([custom("a", "warn"), custom("b")])


def test_computed_messages_are_replaced_and_custom_ones_kept() -> None:
    stored = [computed("a"), custom("b")]

    assert [custom("b")] == merge(stored, [], ORDER)
    assert [custom("b"), computed("c")] == merge(stored, [computed("c")], ORDER)
    assert [computed("c")] == merge([computed("a")], [computed("c")], ORDER)


def test_messages_stand_in_the_order_of_the_fields_and_the_record_is_last() -> None:
    stored = [custom(), custom("c"), custom("a", text="second")]

    assert [computed("a"), custom("a", text="second"), computed("b"), custom("c"), custom()] == (
        merge(stored, [computed("a"), computed("b")], ORDER)
    )


def test_messages_on_fields_that_are_gone_go_with_them() -> None:
    assert [] == merge([custom("gone")], [], ORDER)


def test_the_least_serious_messages_go_first() -> None:
    stored = [custom("a", "info", str(n)) for n in range(30)]
    stored += [custom("a", "warn", str(n)) for n in range(30)]
    kept = merge(stored, [computed("b"), computed("c")], ORDER)

    assert 50 == len(kept)
    assert kept[-2:] == [computed("b"), computed("c")]
    assert 30 == len([m for m in kept if m["type"] == "warn"])
    assert not is_valid(kept)


levels = st.sampled_from(["error", "warn", "info"])
fields = st.sampled_from(["a", "b", "c"])


@given(
    st.lists(st.builds(custom, fields | st.none(), levels), max_size=60),
    st.lists(st.builds(computed, fields, levels), max_size=60),
)
def test_merging_again_changes_nothing_and_never_makes_valid(
    stored: list[Message], found: list[Message]
) -> None:
    once = merge(stored, found, ORDER)

    assert len(once) == min(50, len(stored) + len(found))
    assert is_valid(once) == is_valid([*stored, *found])
    again = [item for item in once if item["source"] != "custom-logic"]
    assert once == merge(once, again, ORDER)


def test_a_message_is_sent_with_field_level_and_text() -> None:
    sent = [{"field": "a", "level": "warn", "message": "odd"}, {"level": "info", "message": "hm"}]

    assert [
        {"field": "a", "type": "warn", "source": "custom-logic", "message": "odd"},
        {"type": "info", "source": "custom-logic", "message": "hm"},
    ] == sent_messages(sent, ORDER)


def test_stored_messages_can_be_sent_back() -> None:
    stored = [custom("a"), computed("b"), custom(level="info")]

    assert [custom("a"), custom(level="info")] == sent_messages(stored, ORDER)


GOOD = {"level": "error", "message": "x"}


@pytest.mark.parametrize(
    ("sent", "code", "path"),
    [
        ("x", "INVALID", "messages"),
        ([GOOD] * 51, "TOO_LONG", "messages"),
        ([GOOD, "x"], "INVALID", "messages.1"),
        ([GOOD | {"level": "ERROR"}], "INVALID", "messages.0.level"),
        ([GOOD | {"level": []}], "INVALID", "messages.0.level"),
        ([{"message": "x"}], "INVALID", "messages.0.level"),
        ([{"level": "error"}], "REQUIRED", "messages.0.message"),
        ([GOOD | {"message": ""}], "REQUIRED", "messages.0.message"),
        ([GOOD | {"message": 5}], "INVALID", "messages.0.message"),
        ([GOOD | {"message": "\x00"}], "INVALID", "messages.0.message"),
        ([GOOD | {"message": "x" * 1001}], "TOO_LONG", "messages.0.message"),
        ([GOOD | {"field": "d"}], "INVALID", "messages.0.field"),
        ([GOOD | {"field": {}}], "INVALID", "messages.0.field"),
        ([GOOD | {"place": "a"}], "INVALID", "messages.0.place"),
        ([GOOD | {"": "a"}], "INVALID", "messages.0."),
        ([GOOD | {"\ud800": "a"}], "INVALID", "messages.0.?"),
    ],
)
def test_a_fault_in_what_was_sent_is_told_with_its_place(sent: Any, code: str, path: str) -> None:
    with pytest.raises(DomainError) as caught:
        sent_messages(sent, ORDER)

    assert (code, path) == (caught.value.code, ".".join(caught.value.path))


def test_a_text_of_a_constraint_is_cut_to_what_a_message_may_have() -> None:
    assert "x" * 999 + "…" == custom(text="x" * 5000)["message"]
    assert "x" * 1000 == custom(text="x" * 1000)["message"]
