"""Outcomes are what the API takes, kind by kind."""

from dataclasses import fields
from typing import Any, get_args, get_type_hints

import pytest

from gqlspaces.features.jobs import outcome as api
from gqlspaces.features.jobs.outcome import JobOutcomeConfig
from gqlspaces.listener import (
    ClearFilters,
    Download,
    DownloadFiles,
    FileLink,
    GoTo,
    NextStep,
    Outcome,
    Retry,
    ShowSheet,
    ShowSnapshot,
    Visit,
    Wait,
)
from gqlspaces.listener.spelling import camel_case

STEPS: list[tuple[NextStep, dict[str, Any]]] = [
    (
        GoTo("sh_1", "Review", path="/x", query="a=1"),
        {"type": "id", "id": "sh_1", "label": "Review", "path": "/x", "query": "a=1"},
    ),
    (
        Visit("https://example.com/", "Home"),
        {"type": "url", "url": "https://example.com/", "label": "Home"},
    ),
    (
        Download("https://example.com/a.csv", "Get it", file_name="a.csv"),
        {
            "type": "download",
            "url": "https://example.com/a.csv",
            "label": "Get it",
            "fileName": "a.csv",
        },
    ),
    (
        DownloadFiles([FileLink("fl_1", "A"), FileLink("fl_2")], "All"),
        {
            "type": "files",
            "files": [{"fileId": "fl_1", "label": "A"}, {"fileId": "fl_2"}],
            "label": "All",
        },
    ),
    (Wait(fade=True, confetti=False), {"type": "wait", "fade": True, "confetti": False}),
    (
        ShowSnapshot("ss_1", "sh_1"),
        {"type": "snapshot", "snapshotId": "ss_1", "sheetId": "sh_1"},
    ),
    (Retry("Again"), {"type": "retry", "label": "Again"}),
    (
        ShowSheet("sh_1", "Look", hidden_columns=["email"]),
        {"type": "view", "sheetId": "sh_1", "label": "Look", "hiddenColumns": ["email"]},
    ),
    (
        ClearFilters(["sh_1"], "Show all"),
        {"type": "clearFilters", "sheetIds": ["sh_1"], "label": "Show all"},
    ),
]


@pytest.mark.parametrize(("step", "document"), STEPS, ids=lambda value: type(value).__name__)
def test_a_next_step_is_kept_as_it_was_built(step: NextStep, document: dict[str, Any]) -> None:
    assert step.as_json() == document
    assert JobOutcomeConfig.model_validate({"next": document}).next == document


def test_every_kind_of_the_api_can_be_built_with_all_it_takes() -> None:
    known = {step.kind: type(step) for step, _document in STEPS}
    assert known.keys() == api._KINDS.keys()  # noqa: SLF001 - the kinds are data, not an interface
    for kind, model in api._KINDS.items():  # noqa: SLF001
        taken = {field.alias or name for name, field in model.model_fields.items()} - {"type"}
        built = {camel_case(field.name) for field in fields(known[kind])}  # type: ignore[arg-type]
        assert taken == built, kind


def test_an_outcome_says_what_it_was_told_and_nothing_else() -> None:
    assert Outcome("Done").as_json() == {"message": "Done"}
    assert Outcome(acknowledge=False).as_json() == {"acknowledge": False}


def test_a_whole_outcome_is_taken_by_the_api() -> None:
    outcome = Outcome(
        "All **well**",
        acknowledge=True,
        heading="Done",
        button_text="Close",
        hide_default_button=True,
        next=Wait(confetti=True),
        trigger="automatic",
        audience="all",
    )

    document = outcome.as_json()

    assert document == {
        "message": "All **well**",
        "acknowledge": True,
        "heading": "Done",
        "buttonText": "Close",
        "hideDefaultButton": True,
        "next": {"type": "wait", "confetti": True},
        "trigger": {"type": "automatic", "audience": "all"},
    }
    taken = JobOutcomeConfig.model_validate(document)
    assert taken.model_dump(mode="json", by_alias=True) == document
    assert document.keys() == {
        field.alias or name for name, field in JobOutcomeConfig.model_fields.items()
    }


def test_an_audience_alone_waits_for_a_click() -> None:
    outcome = Outcome(next=Retry(), audience="originator").as_json()
    assert outcome["trigger"] == {"type": "manual", "audience": "originator"}


@pytest.mark.parametrize(
    ("name", "words"), [("trigger", api.OutcomeTrigger), ("audience", api.Audience)]
)
def test_the_words_of_the_api_are_those_of_the_type(name: str, words: Any) -> None:
    [literal, _none] = get_args(get_type_hints(Outcome)[name])
    assert set(get_args(literal)) == set(words)
