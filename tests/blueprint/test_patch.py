from collections.abc import Callable
from typing import Any, get_type_hints

import pytest
from pydantic import ValidationError

from gqlspaces.blueprint import (
    ActionConfig,
    ActionPatch,
    Configuration,
    DocumentConfig,
    DocumentPatch,
    FieldConfig,
    FieldPatch,
    Patch,
    SheetConfig,
    SheetPatch,
    SpaceConfig,
    SpacePatch,
    WorkbookConfig,
    WorkbookPatch,
    apply_patch,
    dump,
    problems,
)

Tell = Callable[[type[Configuration], Any], list[tuple[str, str]]]
PAIRS: list[tuple[type[Configuration], type[Patch]]] = [
    (ActionConfig, ActionPatch),
    (DocumentConfig, DocumentPatch),
    (FieldConfig, FieldPatch),
    (SheetConfig, SheetPatch),
    (SpaceConfig, SpacePatch),
    (WorkbookConfig, WorkbookPatch),
]


@pytest.mark.parametrize(("config", "patch"), PAIRS)
def test_a_patch_has_the_attributes_of_its_configuration(
    config: type[Configuration], patch: type[Patch]
) -> None:
    assert set(config.model_fields) - {"auto_configure"} == set(patch.model_fields)
    for name, info in patch.model_fields.items():
        assert config.model_fields[name].description == info.description
        assert not info.is_required()


@pytest.mark.parametrize(("config", "patch"), PAIRS)
def test_every_attribute_is_described_and_simple(
    config: type[Configuration], patch: type[Patch]
) -> None:
    for model in (config, patch):
        hints = get_type_hints(model)
        for name, info in model.model_fields.items():
            assert (info.description or "").endswith(".")
            assert "Annotated" not in str(hints[name])


def test_an_empty_patch_changes_nothing() -> None:
    field = FieldConfig.model_validate({"key": "a", "label": "A", "required": True})

    assert field == apply_patch(field, FieldPatch())


def test_absent_is_unchanged_and_null_is_cleared() -> None:
    field = FieldConfig.model_validate({"key": "a", "label": "A", "readonly": True})
    patched = apply_patch(field, FieldPatch.model_validate({"label": None, "key": "b"}))

    assert dump(patched) == {"key": "b", "type": "string", "readonly": True}


def test_what_was_sent_can_be_told_from_what_was_not() -> None:
    patch = FieldPatch.model_validate({"label": None, "alternative_names": ["x"]})

    assert {"label", "alternative_names"} == patch.model_fields_set
    assert dump(patch) == {"label": None, "alternativeNames": ["x"]}
    assert patch.get("alternative_names") == ["x"]


@pytest.mark.parametrize(
    ("patch", "document", "expected"),
    [
        (FieldPatch, {"key": None}, ("REQUIRED", "key")),
        (FieldPatch, {"key": ""}, ("REQUIRED", "key")),
        (FieldPatch, {"type": "text"}, ("INVALID", "type")),
        (FieldPatch, {"lable": "x"}, ("INVALID", "lable")),
        (SheetPatch, {"fields": None}, ("REQUIRED", "fields")),
        (SheetPatch, {"fields": []}, ("REQUIRED", "fields")),
        (SheetPatch, {"fields": [{"key": "a"}] * 2}, ("DUPLICATE", "fields.1.key")),
        (SheetPatch, {"access": ["read"]}, ("INVALID", "access.0")),
        (WorkbookPatch, {"name": "x" * 300}, ("TOO_LONG", "name")),
        (WorkbookPatch, {"settings": {"trackChanges": "x"}}, ("INVALID", "settings.trackChanges")),
        (ActionPatch, {"label": None}, ("REQUIRED", "label")),
        (DocumentPatch, {"body": 5}, ("INVALID", "body")),
        (SpacePatch, {"autoConfigure": True}, ("INVALID", "autoConfigure")),
        (
            SpacePatch,
            {"metadata": {"theme": {"root": {"primaryColor": "x;"}}}},
            ("INVALID", "metadata.theme.root.primaryColor"),
        ),
    ],
)
def test_a_patch_is_checked_like_its_configuration(
    told: Tell, patch: type[Patch], document: Any, expected: tuple[str, str]
) -> None:
    assert [expected] == told(patch, document)


def test_metadata_and_settings_are_merged() -> None:
    space = SpaceConfig.model_validate(
        {
            "metadata": {"keep": 1, "drop": 2, "theme": {"root": {"primaryColor": "red"}}},
            "settings": {"omitActions": ["a"], "filesMappedAfterJob": "j"},
        }
    )
    patch = SpacePatch.model_validate(
        {
            "metadata": {"drop": None, "theme": {"root": {"actionColor": "blue"}}},
            "settings": {"omitActions": None},
        }
    )

    assert dump(apply_patch(space, patch)) == {
        "metadata": {"keep": 1, "theme": {"root": {"primaryColor": "red", "actionColor": "blue"}}},
        "settings": {"filesMappedAfterJob": "j"},
    }


def test_lists_and_configs_are_replaced() -> None:
    field = FieldConfig.model_validate(
        {"key": "a", "type": "enum", "config": {"options": [{"value": 1}], "allowCustom": True}}
    )
    patch = FieldPatch.model_validate({"config": {"options": [{"value": 2}]}})

    assert apply_patch(field, patch).config == {"options": [{"value": 2}]}


def test_the_result_of_a_patch_must_be_right_as_a_whole() -> None:
    field = FieldConfig(key="a")
    with pytest.raises(ValidationError) as caught:
        apply_patch(field, FieldPatch.model_validate({"type": "enum"}))

    assert [p.path for p in problems(caught.value)] == [("config", "options")]


def test_a_new_name_leaves_the_slug_alone() -> None:
    sheet = SheetConfig.model_validate({"name": "A", "fields": [{"key": "k"}]})
    renamed = apply_patch(sheet, SheetPatch.model_validate({"name": "B"}))

    assert (renamed.name, renamed.slug) == ("B", "a")
