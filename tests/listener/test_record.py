"""What becomes of a record in a hook, without any server."""

from typing import Any

import pytest

from gqlspaces.listener import Message, Record

REQUIRED = {
    "field": "email",
    "level": "ERROR",
    "source": "REQUIRED_CONSTRAINT",
    "message": "Email is required",
}
ADDRESS = {"id": "rc_1", "commitId": "vr_1"}


def custom(message: str, field: str | None = None, level: str = "ERROR") -> Any:
    return {"field": field, "level": level, "source": "CUSTOM_LOGIC", "message": message}


def make(values: Any = None, messages: Any = (), metadata: Any = None) -> Record:
    return Record(
        {
            "id": "rc_1",
            "commitId": "vr_1",
            "values": values or {},
            "valid": not messages,
            "messages": list(messages),
            "metadata": metadata or {},
        }
    )


def test_a_record_that_nobody_changes_is_not_written() -> None:
    record = make({"name": "Ann", "tags": ["a"], "age": 5}, [REQUIRED], {"a": {"b": 1}})
    record["name"] = "Ann"
    record["age"] = 5.0
    record["nothing"] = ""

    assert record.patch() is None


def test_only_the_cells_that_differ_are_written() -> None:
    record = make({"name": "Ann", "age": 1, "old": "x", "tags": ["a"]})
    record["name"] = record["name"].lower()
    record["age"] = True
    record.set("old", "")
    record["tags"].append("b")
    record["new"] = 0

    values = {"name": "ann", "age": True, "old": None, "tags": ["a", "b"], "new": 0}
    assert {**ADDRESS, "values": values} == record.patch()


def test_an_empty_cell_reads_as_nothing() -> None:
    record = make({"name": "Ann"})
    record["list"] = []

    assert record["email"] is None
    assert record.get("email", "none") == "none"
    assert record.get("list", "none") == "none"
    assert list(record) == ["name"]
    assert ("name" in record, "email" in record, "list" in record) == (True, False, False)


def test_metadata_is_written_as_what_has_to_be_merged() -> None:
    record = make(metadata={"a": {"b": 1, "c": 2}, "gone": 1, "same": [1]})
    del record.metadata["gone"]
    del record.metadata["a"]["c"]
    record.metadata["a"]["b"] = 3
    record.metadata["new"] = {"d": 4}

    merged = {"a": {"b": 3, "c": None}, "gone": None, "new": {"d": 4}}
    assert {**ADDRESS, "metadata": merged} == record.patch()


def test_what_is_said_again_is_not_written_again() -> None:
    record = make({"a": 1}, [custom("second", level="WARN"), custom("first", "a")])
    record.add_error("a", "first")
    record.add_warning(None, "second")
    record.add_error("a", "first")

    assert record.patch() is None


def test_what_is_not_said_again_is_gone() -> None:
    assert {**ADDRESS, "messages": []} == make({"a": 1}, [custom("wrong", "a")]).patch()


def test_what_was_said_is_sent_along_with_a_value() -> None:
    record = make({"a": 1}, [custom("wrong", "a")])
    record.add_error("a", "wrong")
    record["a"] = 2

    patch = record.patch()
    assert patch is not None
    assert patch["messages"] == [{"field": "a", "level": "error", "message": "wrong"}]


def test_messages_tell_what_rules_found_and_what_hooks_say() -> None:
    record = make({}, [REQUIRED, custom("forgotten")])
    assert not record.valid
    assert make({}, [custom("forgotten")]).valid

    record.add_info("email", "look")

    ruled = Message("Email is required", "error", "email", "required-constraint")
    assert (ruled, Message("look", "info", "email")) == record.messages


def test_an_error_makes_a_record_invalid_and_a_warning_does_not() -> None:
    record = make()
    record.add_warning("a", "hm")
    assert record.valid
    record.add_error(None, "no")
    assert not record.valid


def test_a_long_text_is_cut_and_of_many_the_most_serious_are_kept() -> None:
    record = make()
    for number in range(60):
        record.add_info(None, f"info {number}")
    record.add_error(None, "x" * 2000)

    patch = record.patch()
    assert patch is not None
    first, *rest = patch["messages"]
    assert (len(first["message"]), first["message"][-2:]) == (1000, "x…")
    assert len(rest) == 49


@pytest.mark.parametrize(("text", "level"), [("", "error"), ("a", "fatal")])
def test_a_message_has_a_text_and_a_level(text: str, level: Any) -> None:
    with pytest.raises(ValueError, match="a message"):
        make().add_message(None, text, level)


def test_a_draft_keeps_what_was_made_until_then() -> None:
    record = make({"tags": ["a"]}, metadata={"a": [1]})
    record["tags"].append("b")
    record.add_error(None, "before")
    draft = record.draft()
    record["tags"].append("c")
    record.metadata["a"].append(2)
    record.add_error(None, "after")

    record.restore(draft)
    record["tags"].append("d")
    record.restore(draft)

    assert record.values == {"tags": ["a", "b"]}
    assert record.metadata == {"a": [1]}
    assert [one.text for one in record.messages] == ["before"]
