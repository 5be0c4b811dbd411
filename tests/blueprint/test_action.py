from collections.abc import Callable
from typing import Any

import pytest

from gqlspaces.blueprint import ActionConfig, ActionMode, Configuration, dump

Tell = Callable[[type[Configuration], Any], list[tuple[str, str]]]
ACTION = {"operation": "contacts:submit", "label": "Submit"}


def _form(**field: Any) -> dict[str, Any]:
    return {"inputForm": {"type": "simple", "fields": [{"key": "k", "label": "K", **field}]}}


def test_an_action_runs_in_the_background_and_asks_first() -> None:
    action = ActionConfig.model_validate(ACTION)

    assert (action.mode, action.confirm, action.primary) == (ActionMode.BACKGROUND, True, False)


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ({"mode": "toolbarBlocking", "icon": "none", "schedule": "daily"}, []),
        ({"messages": [{"type": "error", "content": "No"}]}, []),
        ({"messages": [{"type": "error", "content": ""}]}, [("REQUIRED", "messages.0.content")]),
        ({"constraints": [{"type": "hasAllValid", "ignoreSelection": True}]}, []),
        (
            {"constraints": [{"type": "hasData", "ignoreSelection": True}]},
            [("INVALID", "constraints.0.ignoreSelection")],
        ),
        ({"constraints": [{"type": "hasData"}] * 2}, [("DUPLICATE", "constraints.1.type")]),
        ({"constraints": [{"type": "hasTime"}]}, [("INVALID", "constraints.0.type")]),
        ({"mount": {"type": "sheet", "slugs": ["a"]}}, []),
        ({"mount": {"type": "field", "keys": ["a"]}}, []),
        ({"mount": {"type": "file"}}, []),
        ({"mount": {"type": "document", "slugs": ["a"]}}, [("INVALID", "mount.slugs")]),
        ({"mount": {"type": "sheet", "keys": ["a"]}}, [("INVALID", "mount.keys")]),
        ({"mount": {"type": "moon"}}, [("INVALID", "mount.type")]),
        ({"guide": {"content": "# Hi"}, "guardrail": {"content": "!"}}, []),
        (_form(type="enum", config={"options": [{"value": "a"}]}), []),
        (_form(type="enum"), [("REQUIRED", "inputForm.fields.0.config")]),
        (
            _form(type="string", config={"options": [{"value": "a"}]}),
            [("INVALID", "inputForm.fields.0.config")],
        ),
        (_form(type="number", defaultValue=5, constraints=[{"type": "required"}]), []),
        (_form(type="color"), [("INVALID", "inputForm.fields.0.type")]),
        ({"inputForm": {"type": "simple", "fields": []}}, [("REQUIRED", "inputForm.fields")]),
        (
            {"inputForm": {"fields": [{"key": "k", "label": "K"}] * 2}},
            [("DUPLICATE", "inputForm.fields.1.key")],
        ),
    ],
)
def test_an_action_says_what_is_wrong_with_it(
    told: Tell, extra: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert expected == told(ActionConfig, {**ACTION, **extra})


def test_deprecated_flags_become_the_constraints_they_stand_for() -> None:
    action = ActionConfig.model_validate(
        {
            **ACTION,
            "slug": "x",
            "type": "string",
            "requireAllValid": True,
            "requireSelection": False,
            "constraints": [{"type": "hasData"}],
        }
    )

    assert [c.type for c in action.constraints] == ["hasData", "hasAllValid"]


def test_a_flag_beside_its_constraint_adds_nothing() -> None:
    document = {**ACTION, "requireSelection": True, "constraints": [{"type": "hasSelection"}]}

    assert len(ActionConfig.model_validate(document).constraints) == 1


def test_a_minimal_action_stays_minimal() -> None:
    assert dump(ActionConfig.model_validate(ACTION)) == ACTION
