"""The configuration language of a Space: what may be sent to create or change its structure."""

from gqlspaces.blueprint.action import ActionConfig, ActionMode, ActionPatch
from gqlspaces.blueprint.app import AppConfig, AppPatch, AppType
from gqlspaces.blueprint.blueprint import Blueprint
from gqlspaces.blueprint.configuration import Configuration, dump
from gqlspaces.blueprint.constraint import FieldConstraint, SheetConstraint
from gqlspaces.blueprint.document import DocumentConfig, DocumentPatch, render
from gqlspaces.blueprint.environment import EnvironmentConfig, EnvironmentPatch
from gqlspaces.blueprint.field import FieldConfig, FieldPatch
from gqlspaces.blueprint.field_type import FieldType
from gqlspaces.blueprint.json_value import check_json
from gqlspaces.blueprint.merge import merge_patch
from gqlspaces.blueprint.patch import Patch, apply_patch, patches
from gqlspaces.blueprint.problems import Problem, ProblemCode, problems
from gqlspaces.blueprint.sheet import SheetAccess, SheetConfig, SheetPatch
from gqlspaces.blueprint.slug import slugify
from gqlspaces.blueprint.space import GuestAuthentication, SpaceConfig, SpacePatch
from gqlspaces.blueprint.theme import Theme, normalize_theme
from gqlspaces.blueprint.workbook import WorkbookConfig, WorkbookPatch, check_sheets

__all__ = [
    "ActionConfig",
    "ActionMode",
    "ActionPatch",
    "AppConfig",
    "AppPatch",
    "AppType",
    "Blueprint",
    "Configuration",
    "DocumentConfig",
    "DocumentPatch",
    "EnvironmentConfig",
    "EnvironmentPatch",
    "FieldConfig",
    "FieldConstraint",
    "FieldPatch",
    "FieldType",
    "GuestAuthentication",
    "Patch",
    "Problem",
    "ProblemCode",
    "SheetAccess",
    "SheetConfig",
    "SheetConstraint",
    "SheetPatch",
    "SpaceConfig",
    "SpacePatch",
    "Theme",
    "WorkbookConfig",
    "WorkbookPatch",
    "apply_patch",
    "check_json",
    "check_sheets",
    "dump",
    "merge_patch",
    "normalize_theme",
    "patches",
    "problems",
    "render",
    "slugify",
]
