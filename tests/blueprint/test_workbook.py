from collections.abc import Callable
from typing import Any

import pytest

from gqlspaces.blueprint import Configuration, SheetAccess, SheetConfig, WorkbookConfig, dump

Tell = Callable[[type[Configuration], Any], list[tuple[str, str]]]
SHEET = {"name": "S", "fields": [{"key": "a"}, {"key": "b"}]}
UNIQUE = {"type": "unique", "name": "n", "fields": ["a", "b"], "strategy": "hash"}


def test_a_sheet_without_a_slug_gets_one_from_its_name() -> None:
    sheet = SheetConfig.model_validate({**SHEET, "name": "Customer Data"})

    assert sheet.slug == "customer-data"
    assert dump(sheet)["slug"] == "customer-data"


def test_a_sheet_is_open_by_default_and_read_only_with_an_empty_list() -> None:
    assert SheetConfig.model_validate(SHEET).access == [SheetAccess.ALL]
    assert dump(SheetConfig.model_validate({**SHEET, "access": []}))["access"] == []


@pytest.mark.parametrize("count", [1, 1000])
def test_a_sheet_holds_up_to_a_thousand_fields(told: Tell, count: int) -> None:
    fields = [{"key": str(i)} for i in range(count)]

    assert told(SheetConfig, {"name": "S", "fields": fields}) == []


def test_a_sheet_refuses_field_one_thousand_and_one(told: Tell) -> None:
    fields = [{"key": str(i)} for i in range(1001)]

    assert told(SheetConfig, {"name": "S", "fields": fields}) == [("TOO_LONG", "fields")]


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        (UNIQUE, []),
        ({**UNIQUE, "requiredFields": ["a"], "config": {"message": "m", "level": "info"}}, []),
        ({"type": "external", "validator": "v", "config": {"x": 1}}, []),
        (
            {"type": "unique"},
            [("REQUIRED", "name"), ("REQUIRED", "fields"), ("REQUIRED", "strategy")],
        ),
        ({"type": "external"}, [("REQUIRED", "validator")]),
        ({**UNIQUE, "validator": "v"}, [("INVALID", "validator")]),
        ({**UNIQUE, "requiredFields": ["c"]}, [("INVALID", "requiredFields.0")]),
        ({**UNIQUE, "fields": ["a", "z"]}, [("INVALID", "fields.1")]),
        ({**UNIQUE, "fields": ["a", "a"]}, [("DUPLICATE", "fields.1")]),
        ({**UNIQUE, "config": {"level": "bad"}}, [("INVALID", "config.level")]),
        ({**UNIQUE, "strategy": "guess"}, [("INVALID", "strategy")]),
    ],
)
def test_a_sheet_constraint_has_the_keys_of_its_type(
    told: Tell, constraint: Any, expected: list[tuple[str, str]]
) -> None:
    document = {**SHEET, "constraints": [constraint]}

    assert [(code, f"constraints.0.{path}") for code, path in expected] == told(
        SheetConfig, document
    )


def test_a_sheet_constraint_may_name_fields_that_an_import_adds(told: Tell) -> None:
    rule = {**UNIQUE, "fields": ["a", "later"]}

    assert told(SheetConfig, {**SHEET, "allowAdditionalFields": True, "constraints": [rule]}) == []


def _referring(config: dict[str, Any]) -> dict[str, Any]:
    field = {"key": "r", "type": "reference", "config": config}
    return {"name": "W", "sheets": [SHEET, {"name": "Other", "fields": [field]}]}


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"ref": "s", "key": "a"}, []),
        ({"ref": "s"}, []),
        ({"ref": "other", "key": "r"}, []),
        ({"ref": "s", "key": "a", "filter": {"refField": "b", "recordField": "r"}}, []),
        ({"ref": "t", "key": "a"}, ["ref"]),
        ({"ref": "s", "key": "z"}, ["key"]),
        (
            {"ref": "s", "key": "a", "filter": {"refField": "y", "recordField": "z"}},
            ["filter.refField", "filter.recordField"],
        ),
    ],
)
def test_a_reference_leads_to_a_field_of_the_same_workbook(
    told: Tell, config: dict[str, Any], expected: list[str]
) -> None:
    assert [("INVALID", f"sheets.1.fields.0.config.{key}") for key in expected] == told(
        WorkbookConfig, _referring(config)
    )


def test_what_the_original_plug_in_sends_along_is_accepted() -> None:
    workbook = WorkbookConfig.model_validate(
        {"spaceId": "sp_1", "environmentId": "env_1", "name": "W"}
    )

    assert dump(workbook) == {"name": "W"}


def test_settings_have_their_defaults() -> None:
    settings = WorkbookConfig(name="W").settings

    assert (
        settings.track_changes,
        settings.no_mapping_redirect,
        settings.sheet_sidebar_order,
        settings.auto_run_analysis,
    ) == (False, False, [], True)
