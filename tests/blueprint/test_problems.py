from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from gqlspaces.blueprint import (
    ActionConfig,
    AppConfig,
    Blueprint,
    Configuration,
    DocumentConfig,
    EnvironmentConfig,
    FieldConfig,
    SheetConfig,
    SpaceConfig,
    Theme,
    WorkbookConfig,
    problems,
)
from gqlspaces.blueprint.problems import ProblemCode

Tell = Callable[[type[Configuration], Any], list[tuple[str, str]]]

FIELD = {"key": "a"}
SHEET = {"name": "S", "fields": [FIELD]}
ACTION = {"operation": "go", "label": "Go"}
DOCUMENT = {"title": "T", "body": ""}
LONG = "x" * 300


@pytest.mark.parametrize(
    ("model", "document", "code", "path"),
    [
        (FieldConfig, {}, "REQUIRED", "key"),
        (FieldConfig, {"key": None}, "REQUIRED", "key"),
        (FieldConfig, {"key": ""}, "REQUIRED", "key"),
        (FieldConfig, {"key": " "}, "REQUIRED", "key"),
        (FieldConfig, {"key": 5}, "INVALID", "key"),
        (FieldConfig, {"key": LONG}, "TOO_LONG", "key"),
        (FieldConfig, {"key": "a\x00"}, "INVALID", "key"),
        (FieldConfig, {"key": "a\nb"}, "INVALID", "key"),
        (FieldConfig, {"key": "\ud800"}, "INVALID", "key"),
        (FieldConfig, {**FIELD, "type": "text"}, "INVALID", "type"),
        (FieldConfig, {**FIELD, "readonly": "yes"}, "INVALID", "readonly"),
        (FieldConfig, {**FIELD, "appearance": {"size": "xxl"}}, "INVALID", "appearance.size"),
        (FieldConfig, {**FIELD, "alternativeNames": ["a", "a"]}, "DUPLICATE", "alternativeNames.1"),
        (FieldConfig, {**FIELD, "actions": [ACTION] * 2}, "DUPLICATE", "actions.1.operation"),
        (FieldConfig, {**FIELD, "metadata": []}, "INVALID", "metadata"),
        (FieldConfig, [], "INVALID", ""),
        (SheetConfig, {"fields": [FIELD]}, "REQUIRED", "name"),
        (SheetConfig, {**SHEET, "name": LONG}, "TOO_LONG", "name"),
        (SheetConfig, {**SHEET, "slug": ""}, "REQUIRED", "slug"),
        (SheetConfig, {"name": "S"}, "REQUIRED", "fields"),
        (SheetConfig, {"name": "S", "fields": []}, "REQUIRED", "fields"),
        (SheetConfig, {"name": "S", "fields": {}}, "INVALID", "fields"),
        (SheetConfig, {"name": "S", "fields": [FIELD, FIELD]}, "DUPLICATE", "fields.1.key"),
        (SheetConfig, {**SHEET, "access": ["read"]}, "INVALID", "access.0"),
        (SheetConfig, {**SHEET, "access": ["add", "add"]}, "DUPLICATE", "access.1"),
        (SheetConfig, {**SHEET, "treatments": ["HIDDEN"]}, "INVALID", "treatments.0"),
        (
            SheetConfig,
            {**SHEET, "mappingConfidenceThreshold": 1.1},
            "INVALID",
            "mappingConfidenceThreshold",
        ),
        (WorkbookConfig, {}, "REQUIRED", "name"),
        (WorkbookConfig, {"name": True}, "INVALID", "name"),
        (WorkbookConfig, {"name": "W", "labels": [LONG]}, "TOO_LONG", "labels.0"),
        (WorkbookConfig, {"name": "W", "namespace": "space:red"}, "INVALID", "namespace"),
        (WorkbookConfig, {"name": "W", "namespace": "x" * 64}, "TOO_LONG", "namespace"),
        (WorkbookConfig, {"name": "W", "namespace": ""}, "REQUIRED", "namespace"),
        (WorkbookConfig, {"name": "W", "storageStrategy": "ORACLE"}, "INVALID", "storageStrategy"),
        (WorkbookConfig, {"name": "W", "sheets": [SHEET] * 2}, "DUPLICATE", "sheets.1.slug"),
        (
            WorkbookConfig,
            {"name": "W", "settings": {"trackChanges": 1}},
            "INVALID",
            "settings.trackChanges",
        ),
        (ActionConfig, {"label": "Go"}, "REQUIRED", "operation"),
        (ActionConfig, {"operation": "go", "label": ""}, "REQUIRED", "label"),
        (ActionConfig, {"operation": "go now", "label": "Go"}, "INVALID", "operation"),
        (ActionConfig, {**ACTION, "operation": LONG}, "TOO_LONG", "operation"),
        (ActionConfig, {**ACTION, "mode": "hidden"}, "INVALID", "mode"),
        (ActionConfig, {**ACTION, "schedule": "yearly"}, "INVALID", "schedule"),
        (ActionConfig, {**ACTION, "primary": 1}, "INVALID", "primary"),
        (DocumentConfig, {"body": ""}, "REQUIRED", "title"),
        (DocumentConfig, {"title": "T"}, "REQUIRED", "body"),
        (DocumentConfig, {"title": "T", "body": ["x"]}, "INVALID", "body"),
        (DocumentConfig, {"title": "T", "body": "x" * 70_000}, "TOO_LONG", "body"),
        (DocumentConfig, {**DOCUMENT, "actions": [ACTION] * 2}, "DUPLICATE", "actions.1.operation"),
        (SpaceConfig, {"name": ""}, "REQUIRED", "name"),
        (SpaceConfig, {"name": 1}, "INVALID", "name"),
        (SpaceConfig, {"guestAuthentication": ["password"]}, "INVALID", "guestAuthentication.0"),
        (SpaceConfig, {"labels": ["a", "a"]}, "DUPLICATE", "labels.1"),
        (SpaceConfig, {"access": ["upload", "*", "upload"]}, "DUPLICATE", "access.2"),
        (SpaceConfig, {"displayOrder": "1"}, "INVALID", "displayOrder"),
        (SpaceConfig, {"displayOrder": 1.5}, "INVALID", "displayOrder"),
        (SpaceConfig, {"archivedAt": "2026-01-31T00:00:00"}, "INVALID", "archivedAt"),
        (SpaceConfig, {"archivedAt": 5}, "INVALID", "archivedAt"),
        (SpaceConfig, {"archivedAt": "soon"}, "INVALID", "archivedAt"),
        (SpaceConfig, {"metadata": "x"}, "INVALID", "metadata"),
        (Theme, {"root": {"primaryColor": 5}}, "INVALID", "root.primaryColor"),
        (Theme, {"root": {"fontFamily": LONG}}, "TOO_LONG", "root.fontFamily"),
        (Theme, {"table": "x"}, "INVALID", "table"),
        (AppConfig, {"name": "A", "namespace": "a"}, "REQUIRED", "type"),
        (AppConfig, {"name": "A", "namespace": "a", "type": "GAME"}, "INVALID", "type"),
        (EnvironmentConfig, {"name": "E"}, "REQUIRED", "isProd"),
        (Blueprint, {"workbooks": {}}, "INVALID", "workbooks"),
        (Blueprint, {"workbooks": [{"name": "W"}] * 2}, "DUPLICATE", "workbooks.1.name"),
        (Blueprint, {"workbooks": [{"name": str(i)} for i in range(101)]}, "TOO_LONG", "workbooks"),
        (Blueprint, {"documents": [DOCUMENT] * 2}, "DUPLICATE", "documents.1.title"),
        (Blueprint, {"actions": [ACTION] * 2}, "DUPLICATE", "actions.1.operation"),
        (Blueprint, {"actions": [], "space": {"actions": []}}, "INVALID", "space.actions"),
        (Blueprint, {"pages": []}, "INVALID", "pages"),
        (Blueprint, None, "INVALID", ""),
    ],
)
def test_each_kind_of_bad_input_has_its_code_and_its_path(
    told: Tell, model: type[Configuration], document: Any, code: str, path: str
) -> None:
    assert [(code, path)] == told(model, document)


def test_a_path_leads_through_the_whole_document(told: Tell) -> None:
    sheets = [SHEET, {"name": "T", "fields": [FIELD, {"key": "b"}, {"key": ""}]}]

    assert told(Blueprint, {"workbooks": [{"name": "W", "sheets": sheets}]}) == [
        ("REQUIRED", "workbooks.0.sheets.1.fields.2.key")
    ]


def test_everything_wrong_is_told_at_once(told: Tell) -> None:
    document = {"lable": "A", "type": "x", "actions": [{"operation": "go"}]}

    assert {
        ("INVALID", "lable"),
        ("INVALID", "type"),
        ("REQUIRED", "actions.0.label"),
        ("REQUIRED", "key"),
    } == set(told(FieldConfig, document))


def _messages(model: type[Configuration], document: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(document)
    return [problem.message for problem in problems(caught.value)]


def test_a_typo_gets_a_suggestion() -> None:
    assert _messages(FieldConfig, {"key": "a", "lable": "A"}) == [
        "Unknown key 'lable'. Did you mean 'label'?"
    ]


def test_paths_are_camel_case_even_for_input_in_snake_case(told: Tell) -> None:
    assert told(FieldConfig, {"key": "a", "alternative_names": [1]}) == [
        ("INVALID", "alternativeNames.0")
    ]


def test_messages_and_paths_never_echo_long_or_unprintable_input() -> None:
    key = "k\x07\u202e" + "x" * 10_000
    with pytest.raises(ValidationError) as caught:
        FieldConfig.model_validate({"key": "a", key: 1})
    (problem,) = problems(caught.value)

    assert len(problem.message) < 100
    assert problem.message.isprintable()
    assert len(problem.path[0]) <= 100


def test_paths_can_always_be_encoded(told: Tell) -> None:
    for code, path in told(SpaceConfig, {"metadata": {"theme": {"\ud800": "x"}}, "\ud801": 1}):
        assert code == ProblemCode.INVALID
        path.encode()


def test_a_hopeless_document_is_answered_with_a_hundred_problems(told: Tell) -> None:
    sheet = {"name": "S", "fields": [{} for _ in range(500)]}

    assert len(told(SheetConfig, sheet)) == 100


def test_the_error_itself_does_not_show_the_input() -> None:
    with pytest.raises(ValidationError) as caught:
        FieldConfig.model_validate({"key": "a", "type": "hunter2"})

    assert "hunter2" not in str(caught.value)


def test_after_too_many_problems_the_rest_is_not_looked_at(told: Tell) -> None:
    sheets = [{"name": f"S{i}", "fields": [{"key": ""}] * 90} for i in range(3)]
    found = told(WorkbookConfig, {"name": "W", "sheets": sheets})

    assert 90 < len(found) <= 100
    assert found[-1][1].startswith("sheets.1.fields.")
    assert told(WorkbookConfig, {"name": ""}) == [("REQUIRED", "name")]
