"""What may be said about Jobs, checked without a database."""

from typing import Any

import pytest
from pydantic import ValidationError

from gqlspaces.blueprint.configuration import Configuration
from gqlspaces.blueprint.problems import problems
from gqlspaces.features.jobs.configuration import JobConfig, JobSplit, JobSubjectConfig
from gqlspaces.features.jobs.outcome import JobOutcomeConfig


def refusals(model: type[Configuration], document: Any) -> list[tuple[str, str]]:
    """Give the codes and paths of what is wrong with a document; it must be something."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate(document)
    return [(problem.code.value, ".".join(problem.path)) for problem in problems(caught.value)]


NEXT: list[dict[str, Any]] = [
    {"type": "id", "id": "sh_1", "label": "Review", "path": "/x", "query": "a=1"},
    {"type": "url", "url": "https://example.com/", "label": "Home"},
    {"type": "download", "url": "http://example.com/a.csv", "fileName": "a.csv"},
    {"type": "files", "files": [{"fileId": "fl_1", "label": "A"}, {"fileId": "fl_2"}]},
    {"type": "wait", "fade": True, "confetti": False},
    {"type": "snapshot", "snapshotId": "ss_1", "sheetId": "sh_1"},
    {"type": "retry", "label": "Again"},
    {"type": "view", "sheetId": "sh_1", "hiddenColumns": ["email"]},
    {"type": "clearFilters", "sheetIds": ["sh_1"]},
]


@pytest.mark.parametrize("step", NEXT, ids=lambda step: str(step["type"]))
def test_each_kind_of_next_step_is_kept(step: dict[str, Any]) -> None:
    assert JobOutcomeConfig.model_validate({"next": step}).next == step


@pytest.mark.parametrize(
    "trigger",
    ["manual", "automatic", "automatic_silent", {"type": "manual", "audience": "originator"}],
)
def test_a_trigger_is_a_word_or_has_an_audience(trigger: Any) -> None:
    assert JobOutcomeConfig.model_validate({"trigger": trigger}).trigger == trigger


@pytest.mark.parametrize(
    ("outcome", "refused"),
    [
        ({"next": {}}, ("REQUIRED", "next.type")),
        ({"next": {"type": "nowhere"}}, ("INVALID", "next.type")),
        ({"next": {"type": ["id"]}}, ("INVALID", "next.type")),
        ({"next": {"type": "id"}}, ("REQUIRED", "next.id")),
        ({"next": {"type": "wait", "label": "x"}}, ("INVALID", "next.label")),
        ({"next": {"type": "url", "url": "javascript:1"}}, ("INVALID", "next.url")),
        ({"next": {"type": "url", "url": "https://x " + "y" * 9}}, ("INVALID", "next.url")),
        ({"next": {"type": "url", "url": "https://" + "y" * 2048}}, ("TOO_LONG", "next.url")),
        ({"next": {"type": "files", "files": []}}, ("REQUIRED", "next.files")),
        ({"next": {"type": "files", "files": [{}]}}, ("REQUIRED", "next.files.0.fileId")),
        ({"next": "id"}, ("INVALID", "next")),
        ({"trigger": "sometimes"}, ("INVALID", "trigger")),
        ({"trigger": 7}, ("INVALID", "trigger")),
        ({"trigger": {"type": "manual"}}, ("REQUIRED", "trigger.audience")),
        ({"heading": ""}, ("REQUIRED", "heading")),
        ({"message": "x" * 10_001}, ("TOO_LONG", "message")),
        ({"acknowledge": "yes"}, ("INVALID", "acknowledge")),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_outcome_that_cannot_be_shown_is_refused(
    outcome: dict[str, Any], refused: tuple[str, str]
) -> None:
    assert refusals(JobOutcomeConfig, outcome) == [refused]


@pytest.mark.parametrize(
    ("parts", "refused"),
    [
        (0, ("INVALID", "parts")),
        (-1, ("INVALID", "parts")),
        (1001, ("INVALID", "parts")),
        (10**30, ("INVALID", "parts")),
        (2.5, ("INVALID", "parts")),
        ("2", ("INVALID", "parts")),
        (True, ("INVALID", "parts")),
        ([], ("INVALID", "parts")),
        ([{}] * 1001, ("INVALID", "parts")),
        ([{}, 1], ("INVALID", "parts.1")),
        ([{"a": float("nan")}], ("INVALID", "parts.0.a")),
        ({"a": 1}, ("INVALID", "parts")),
    ],
    ids=lambda value: str(value)[:20],
)
def test_parts_that_make_no_sense_are_refused(parts: Any, refused: tuple[str, str]) -> None:
    assert refusals(JobSplit, {"parts": parts}) == [refused]


def test_a_number_of_parts_numbers_them() -> None:
    assert JobSplit.model_validate({"parts": 2}).parts == [{"part": 0}, {"part": 1}]


@pytest.mark.parametrize(
    "subject",
    [
        {"type": "resource", "id": "wb_1"},
        {"type": "collection", "resource": "records"},
        {
            "type": "collection",
            "resource": "records",
            "query": {"filter": "error", "ids": ["rc_1"]},
            "params": {"sheetId": "sh_1", "columnKey": "email"},
        },
    ],
)
def test_a_subject_is_a_resource_or_a_collection(subject: dict[str, Any]) -> None:
    found = JobSubjectConfig.model_validate(subject)

    assert found.model_dump(mode="json", by_alias=True, exclude_none=True) == subject


@pytest.mark.parametrize(
    ("subject", "refused"),
    [
        ({}, [("REQUIRED", "type")]),
        ({"type": "resource"}, [("REQUIRED", "id")]),
        ({"type": "collection"}, [("REQUIRED", "resource")]),
        ({"type": "resource", "id": "a", "query": {}}, [("INVALID", "query")]),
        ({"type": "collection", "resource": "a", "id": "b"}, [("INVALID", "id")]),
    ],
)
def test_a_subject_with_members_of_the_other_kind_is_refused(
    subject: dict[str, Any], refused: list[tuple[str, str]]
) -> None:
    assert refusals(JobSubjectConfig, subject) == refused


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"type": "field"}, ("INVALID", "type")),
        ({"type": None}, ("REQUIRED", "type")),
        ({"operation": ""}, ("REQUIRED", "operation")),
        ({"operation": "a b"}, ("INVALID", "operation")),
        ({"operation": "x" * 256}, ("TOO_LONG", "operation")),
        ({"trigger": "automatic"}, ("INVALID", "trigger")),
        ({"mode": "loud"}, ("INVALID", "mode")),
        ({"runAt": "2026-01-01T00:00:00"}, ("INVALID", "runAt")),
        ({"maxAttempts": 0}, ("INVALID", "maxAttempts")),
        ({"maxAttempts": 101}, ("INVALID", "maxAttempts")),
        ({"predecessorIds": ["jb_1", "jb_1"]}, ("DUPLICATE", "predecessorIds.1")),
        ({"input": []}, ("INVALID", "input")),
        ({"metadata": {"a": "\x00"}}, ("INVALID", "metadata.a")),
        ({"info": "x" * 10_001}, ("TOO_LONG", "info")),
        ({"status": "ready"}, ("INVALID", "status")),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_job_that_makes_no_sense_is_refused(
    change: dict[str, Any], refused: tuple[str, str]
) -> None:
    assert refusals(JobConfig, {"type": "space", "operation": "configure"} | change) == [refused]
