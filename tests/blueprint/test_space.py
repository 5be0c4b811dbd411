from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from gqlspaces.blueprint import AppConfig, Configuration, EnvironmentConfig, SpaceConfig, dump

Tell = Callable[[type[Configuration], Any], list[tuple[str, str]]]


@pytest.mark.parametrize("spelling", ["autoConfigure", "autoconfigure", "auto_configure"])
def test_both_spellings_of_auto_configure_are_accepted(spelling: str) -> None:
    assert dump(SpaceConfig.model_validate({spelling: True})) == {"autoConfigure": True}


def test_an_empty_primary_workbook_means_none() -> None:
    document = {"environmentId": "env_1", "primaryWorkbookId": ""}

    assert dump(SpaceConfig.model_validate(document)) == {}


@pytest.mark.parametrize("namespace", ["red", "a-b_c", "0", "x" * 63])
def test_a_namespace_is_a_plain_word(told: Tell, namespace: str) -> None:
    assert told(SpaceConfig, {"namespace": namespace}) == []


@pytest.mark.parametrize("namespace", ["Red", "-a", "a b", "a:b", "a*", "é", "a\n"])
def test_other_namespaces_are_refused(told: Tell, namespace: str) -> None:
    assert told(SpaceConfig, {"namespace": namespace}) == [("INVALID", "namespace")]


def test_metadata_keeps_unknown_keys_and_nulls() -> None:
    metadata = {
        "own": {"a": [None, 1]},
        "gone": None,
        "theme": {"root": {"primaryColor": "black"}},
        "sidebarConfig": {
            "showSidebar": False,
            "custom": {"x_y": 1},
            "defaultPage": {"workbook": {"workbookId": "wb_1", "sheetId": "sh_1"}},
        },
        "userInfo": {"userId": "1", "companyName": "C", "plan": "pro"},
    }

    assert {"metadata": metadata} == dump(SpaceConfig.model_validate({"metadata": metadata}))


@pytest.mark.parametrize(
    ("metadata", "path"),
    [
        ({"sidebarConfig": {"showSidebar": "no"}}, "sidebarConfig.showSidebar"),
        (
            {"sidebarConfig": {"defaultPage": {"checklist": 1}}},
            "sidebarConfig.defaultPage.checklist",
        ),
        ({"userInfo": []}, "userInfo"),
        ({"spaceInfo": {"name": 1}}, "spaceInfo.name"),
        ({"theme": {"root": {"primaryColor": "x;"}}}, "theme.root.primaryColor"),
        ({"theme": "dark"}, "theme"),
        ({"own": "\x00"}, "own"),
    ],
)
def test_keys_of_metadata_with_a_meaning_are_checked(told: Tell, metadata: Any, path: str) -> None:
    assert [("INVALID", f"metadata.{path}")] == told(SpaceConfig, {"metadata": metadata})


def test_settings_keep_everything_they_know() -> None:
    settings = {
        "sidebarConfig": {"workbookSidebarOrder": ["wb_2", "wb_1"]},
        "filesMappedAfterJob": "file:clean",
        "extractionOptions": {"algorithm": "explicitHeaders", "headers": ["a"], "skip": 1},
        "omitActions": ["file.import"],
    }

    assert {"settings": settings} == dump(SpaceConfig.model_validate({"settings": settings}))


def test_a_moment_has_a_time_zone() -> None:
    space = SpaceConfig.model_validate({"archivedAt": "2026-01-31T12:00:00Z"})

    assert datetime(2026, 1, 31, 12, tzinfo=UTC) == space.archived_at
    assert dump(space) == {"archivedAt": "2026-01-31T12:00:00Z"}


def test_an_app_may_rename_its_spaces() -> None:
    app = {
        "name": "Onboarding",
        "namespace": "onboarding",
        "type": "PROJECTS",
        "entity": "Project",
        "entityPlural": "Projects",
        "blueprint": {"workbooks": [{"name": "W"}]},
    }

    assert app == dump(AppConfig.model_validate(app))


def test_an_environment_lets_guests_in_both_ways() -> None:
    environment = EnvironmentConfig.model_validate({"name": "dev", "isProd": False})

    assert environment.guest_authentication == ["shared_link", "magic_link"]
