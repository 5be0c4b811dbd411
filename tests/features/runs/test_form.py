"""What is answered to the form of an Action comes into the Job's input, typed and complete."""

from typing import Any

import pytest

from features.runs.buttons import Room

REQUIRED = [{"type": "REQUIRED"}]
FORM = {
    "fields": [
        {"key": "name", "label": "Name", "constraints": REQUIRED},
        {"key": "note", "label": "Note", "type": "TEXTAREA"},
        {"key": "copies", "label": "Copies", "type": "NUMBER", "defaultValue": 1},
        {"key": "loud", "label": "Loud?", "type": "BOOLEAN", "constraints": REQUIRED},
        {
            "key": "size",
            "label": "Size",
            "type": "ENUM",
            "config": {"options": [{"value": "s"}, {"value": 1}]},
            "defaultValue": "s",
        },
    ]
}


@pytest.fixture
async def action(room: Room) -> str:
    return await room.button("workbook", inputForm=FORM)


async def test_answers_and_defaults_are_the_input_of_the_job(room: Room, action: str) -> None:
    job = await room.press(action, input={"name": "Ann", "loud": False, "note": None})
    assert {"name": "Ann", "loud": False, "copies": 1, "size": "s"} == job["input"]
    given = {"name": "Bo", "loud": True, "note": "Hi", "copies": 2.5, "size": 1}
    assert given == (await room.press(action, input=given))["input"]


async def test_listeners_hear_of_the_answers(room: Room, action: str) -> None:
    await room.press(action, input={"name": "Ann", "loud": True})
    [event] = await room.api.heard("payload", topics=["job:ready"])
    assert "Ann" == event["payload"]["input"]["name"]


@pytest.mark.parametrize("unanswered", [{}, {"name": None}, {"name": ""}])
async def test_what_is_required_must_be_answered(
    room: Room, action: str, unanswered: dict[str, Any]
) -> None:
    refused = await room.refused(action, input={"loud": True} | unanswered)
    assert [("REQUIRED", "input.name")] == refused


async def test_null_takes_a_default_away(room: Room, action: str) -> None:
    job = await room.press(action, input={"name": "Ann", "loud": True, "copies": None})
    assert "copies" not in job["input"]


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        ("name", 1),
        ("note", ["a"]),
        ("copies", "2"),
        ("copies", True),
        ("loud", "yes"),
        ("loud", 1),
        ("size", "m"),
        ("size", True),
        ("size", {"value": "s"}),
    ],
)
async def test_an_answer_is_of_the_kind_that_is_asked_for(
    room: Room, action: str, key: str, answer: Any
) -> None:
    given = {"name": "Ann", "loud": True, key: answer}
    assert [("INVALID", f"input.{key}")] == await room.refused(action, input=given)


async def test_all_faults_are_told_together(room: Room, action: str) -> None:
    refused = await room.refused(action, input={"names": "Ann", "copies": "2", "loud": True})
    assert [
        ("INVALID", "input.names"),
        ("REQUIRED", "input.name"),
        ("INVALID", "input.copies"),
    ] == refused


async def test_without_a_form_nothing_is_answered(room: Room) -> None:
    action = await room.button("workbook")
    assert (await room.press(action, input={}))["input"] is None
    assert [("INVALID", "input.a")] == await room.refused(action, input={"a": 1})
    for given in (["a"], [], "", False, 0):
        assert [("INVALID", "input")] == await room.refused(action, input=given)


async def test_a_form_that_is_not_answered_gives_what_it_offers(room: Room) -> None:
    form = {"fields": [{"key": "a", "label": "A", "defaultValue": "x"}, {"key": "b", "label": "B"}]}
    assert {"a": "x"} == (await room.press(await room.button("space", inputForm=form)))["input"]
