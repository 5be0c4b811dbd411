"""The keys of a Space's metadata that have a meaning (domain reference 2.15)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final

from pydantic import ConfigDict, Field, ValidationError

from gqlspaces.blueprint.configuration import Configuration, dump
from gqlspaces.blueprint.json_value import check_json
from gqlspaces.blueprint.problems import Problem, problems, refuse
from gqlspaces.blueprint.text import Flag, Name, Word
from gqlspaces.blueprint.theme import normalize_theme


class MetadataPart(Configuration):
    """A branch of metadata with a meaning; other keys are kept."""

    model_config = ConfigDict(extra="allow")
    null_is_absent: ClassVar[bool] = False


class DefaultWorkbook(MetadataPart):
    """The Workbook, and maybe the Sheet in it, that opens first."""

    workbook_id: Word | None = Field(default=None, description="The id of the Workbook.")
    sheet_id: Word | None = Field(default=None, description="The id of the Sheet.")


class DefaultPage(MetadataPart):
    """What a guest sees first: Sheet, Workbook, Document or checklist, in this priority."""

    document_id: Word | None = Field(default=None, description="The id of a Document.")
    workbook: DefaultWorkbook | None = Field(default=None, description="A Workbook or Sheet.")
    checklist: Flag | None = Field(default=None, description="Whether it is the checklist.")


class SidebarConfig(MetadataPart):
    """What guests see of the sidebar."""

    show_sidebar: Flag | None = Field(default=None, description="Whether there is a sidebar.")
    show_guest_invite: Flag | None = Field(
        default=None, description="Whether guests may invite others; false when absent."
    )
    show_data_checklist: Flag | None = Field(
        default=None, description="Whether the data checklist is listed; false when absent."
    )
    show_powered_by_flatfile: Flag | None = Field(
        default=None, description="Whether the vendor's name is shown; true when absent."
    )
    default_page: DefaultPage | None = Field(default=None, description="What opens first.")


class UserInfo(MetadataPart):
    """The person and company that the Space is for."""

    user_id: Name | None = Field(default=None, description="The person's id in your system.")
    name: Name | None = Field(default=None, description="The person's name.")
    company_id: Name | None = Field(default=None, description="The company's id in your system.")
    company_name: Name | None = Field(default=None, description="The company's name.")


def _normalized(part: type[MetadataPart]) -> Callable[[Any], dict[str, Any]]:
    return lambda document: dump(part.model_validate(document))


_MEANINGS: Final[Mapping[str, Callable[[Any], dict[str, Any]]]] = {
    "theme": normalize_theme,
    "sidebarConfig": _normalized(SidebarConfig),
    "userInfo": _normalized(UserInfo),
    "spaceInfo": _normalized(UserInfo),
}


def check_space_metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    """The metadata as it is stored; null stays, since a merge patch means removal by it."""
    checked = dict(check_json(metadata))
    found: list[Problem] = []
    for key, normalize in _MEANINGS.items():
        if checked.get(key) is not None:
            try:
                checked[key] = normalize(checked[key])
            except ValidationError as error:
                found += [replace(p, path=(key, *p.path)) for p in problems(error)]
    refuse(found)
    return checked
