"""The theme of a Space: a typed tree over `metadata.theme` (domain reference 2.14).

Every value is optional; Sidebar, table and documents inherit from root. Keys that are not listed
are kept, and their values checked by what their names say they are.
"""

import re
from collections.abc import Callable
from typing import Any, ClassVar, Final, Self

from pydantic import ConfigDict, Field, model_validator

from gqlspaces.blueprint.configuration import Configuration
from gqlspaces.blueprint.css import (
    Color,
    Css,
    Font,
    Logo,
    Size,
    check_color,
    check_css,
    check_font,
    check_logo,
    check_size,
)
from gqlspaces.blueprint.json_value import check_json
from gqlspaces.blueprint.problems import ProblemCode, echo, reject, within

_EXTRA_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_BY_NAME: Final[tuple[tuple[re.Pattern[str], Callable[[str], str]], ...]] = (
    (re.compile(r"(^c|C)olor$"), check_color),
    (re.compile(r"(^f|F)ontFamily$"), check_font),
    (re.compile(r"(^f|F)ontSize$|[Rr]adius$|[Ww]idth$"), check_size),
    (re.compile(r"(^l|L)ogo$|(^u|U)rl$"), check_logo),
)


def check_extra(key: str, value: Any) -> Any:
    """The value of an unlisted key, checked by the ending of the key, objects all the way down."""
    if not _EXTRA_KEY.fullmatch(key):
        reject(ProblemCode.INVALID, f"{echo(key)} is no name for a value of a theme.")
    if isinstance(value, dict):
        return {name: _within_extra(name, child) for name, child in value.items()}
    if isinstance(value, list):
        reject(ProblemCode.INVALID, "Must be text, a number, a boolean or an object.")
    if not isinstance(value, str):
        return value
    checks = (check for pattern, check in _BY_NAME if pattern.search(key))
    return next(checks, check_css)(value)


def _within_extra(key: str, value: Any) -> Any:
    with within(key):
        return check_extra(key, value)


class ThemePart(Configuration):
    """A branch of the theme; unlisted keys are kept, null leaves a value to the parent."""

    model_config = ConfigDict(extra="allow")
    null_is_absent: ClassVar[bool] = False

    @model_validator(mode="after")
    def _check_extras(self) -> Self:
        extras = self.__pydantic_extra__ or {}
        for key, value in extras.items():
            extras[key] = _within_extra(key, value)
        return self


class RootTheme(ThemePart):
    """Values that the rest of the theme inherits."""

    font_family: Font | None = Field(
        default=None, description="System fonts in order of preference."
    )
    primary_color: Color | None = Field(default=None, description="Colour of what matters most.")
    danger_color: Color | None = Field(default=None, description="Colour of errors.")
    warning_color: Color | None = Field(default=None, description="Colour of warnings.")
    border_color: Color | None = Field(default=None, description="Colour of borders.")
    success_color: Color | None = Field(default=None, description="Colour of successes.")
    action_color: Color | None = Field(
        default=None, description="Colour of actions; a lighter primary when absent."
    )
    button_border_radius: Size | None = Field(default=None, description="Radius of buttons.")
    badge_border_color: Color | None = Field(
        default=None, description="Colour of borders of badges."
    )
    badge_border_radius: Size | None = Field(default=None, description="Radius of badges.")
    checkbox_border_color: Color | None = Field(
        default=None, description="Colour of borders of checkboxes."
    )
    checkbox_border_radius: Size | None = Field(default=None, description="Radius of checkboxes.")
    interactive_border_color: Color | None = Field(
        default=None, description="Colour of borders of inputs."
    )
    interactive_border_radius: Size | None = Field(default=None, description="Radius of inputs.")
    tabstrip_active_color: Color | None = Field(
        default=None, description="Colour of the active tab."
    )
    tabstrip_inactive_color: Color | None = Field(default=None, description="Colour of other tabs.")
    tabstrip_hover_text_color: Color | None = Field(
        default=None, description="Colour of text of a hovered tab."
    )
    tabstrip_hover_border_color: Color | None = Field(
        default=None, description="Colour of the border of a hovered tab."
    )
    modal_border_radius: Size | None = Field(default=None, description="Radius of dialogs.")
    pill_border_radius: Size | None = Field(default=None, description="Radius of pills.")
    popover_background_color: Color | None = Field(
        default=None, description="Colour of backgrounds of popovers."
    )
    popover_border_radius: Size | None = Field(default=None, description="Radius of popovers.")
    tooltip_background_color: Color | None = Field(
        default=None, description="Colour of backgrounds of tooltips."
    )


class SidebarTheme(ThemePart):
    """The sidebar."""

    logo: Logo | None = Field(default=None, description="Address of an image.")
    text_color: Color | None = Field(default=None, description="Colour of text.")
    title_color: Color | None = Field(default=None, description="Colour of the title.")
    focus_bg_color: Color | None = Field(
        default=None, description="Colour of the background of the chosen item."
    )
    focus_text_color: Color | None = Field(
        default=None, description="Colour of text of the chosen item."
    )
    background_color: Color | None = Field(default=None, description="Colour of the background.")
    footer_text_color: Color | None = Field(
        default=None, description="Colour of text of the footer."
    )
    border_color: Color | None = Field(default=None, description="Colour of borders.")
    text_ultralight_color: Color | None = Field(default=None, description="Colour of faint text.")


class DocumentTheme(ThemePart):
    """Documents."""

    border_color: Color | None = Field(default=None, description="Colour of borders.")


class ActiveCellTheme(ThemePart):
    """The cell with the cursor."""

    border_width: Size | None = Field(default=None, description="Width of its border.")
    border_shadow: Css | None = Field(default=None, description="Shadow of its border.")
    border_color: Color | None = Field(default=None, description="Colour of its border.")
    spinner_color: Color | None = Field(default=None, description="Colour of its spinner.")


class SelectedCellTheme(ThemePart):
    """Selected cells."""

    background_color: Color | None = Field(default=None, description="Colour of the background.")


class NumberCellTheme(ThemePart):
    """Cells with numbers."""

    font_family: Font | None = Field(default=None, description="Fonts of numbers.")


class CellTheme(ThemePart):
    """Cells of a table."""

    active: ActiveCellTheme | None = Field(default=None, description="The cell with the cursor.")
    selected: SelectedCellTheme | None = Field(default=None, description="Selected cells.")
    number: NumberCellTheme | None = Field(default=None, description="Cells with numbers.")


class DragHandleTheme(ThemePart):
    """The handle that moves a column."""

    idle: Color | None = Field(default=None, description="Colour of a handle at rest.")
    dragging: Color | None = Field(default=None, description="Colour of a handle in use.")


class ColumnHeaderTheme(ThemePart):
    """Headers of columns."""

    background_color: Color | None = Field(default=None, description="Colour of the background.")
    color: Color | None = Field(default=None, description="Colour of text.")
    font_size: Size | None = Field(default=None, description="Size of text.")
    drag_handle: DragHandleTheme | None = Field(
        default=None, description="The handle that moves a column."
    )


class ColumnTheme(ThemePart):
    """Columns of a table."""

    header: ColumnHeaderTheme | None = Field(default=None, description="Headers of columns.")


class SelectedIndexTheme(ThemePart):
    """Row numbers of selected rows."""

    color: Color | None = Field(default=None, description="Colour of text.")
    background_color: Color | None = Field(default=None, description="Colour of the background.")


class IndexColumnTheme(ThemePart):
    """Row numbers."""

    background_color: Color | None = Field(default=None, description="Colour of the background.")
    color: Color | None = Field(default=None, description="Colour of text.")
    selected: SelectedIndexTheme | None = Field(default=None, description="Those of selected rows.")


class CheckboxTheme(ThemePart):
    """Checkboxes in a table."""

    color: Color | None = Field(default=None, description="Colour of checkboxes.")
    border_color: Color | None = Field(default=None, description="Colour of their borders.")


class RadioTheme(ThemePart):
    """Radio buttons in a table."""

    color: Color | None = Field(default=None, description="Colour of radio buttons.")


class InputsTheme(ThemePart):
    """Inputs in a table."""

    checkbox: CheckboxTheme | None = Field(default=None, description="Checkboxes.")
    radio: RadioTheme | None = Field(default=None, description="Radio buttons.")


class ActiveFilterTheme(ThemePart):
    """The filter in use."""

    background_color: Color | None = Field(default=None, description="Colour of the background.")


class ErrorFilterTheme(ThemePart):
    """The filter of errors."""

    active_background_color: Color | None = Field(
        default=None, description="Colour of the background while in use."
    )


class FiltersTheme(ThemePart):
    """Filters above a table."""

    color: Color | None = Field(default=None, description="Colour of text.")
    outer_border_radius: Size | None = Field(
        default=None, description="Radius of the outer border."
    )
    inner_border_radius: Size | None = Field(
        default=None, description="Radius of the inner border."
    )
    outer_border: Css | None = Field(
        default=None, description="The outer border; none when absent."
    )
    active: ActiveFilterTheme | None = Field(default=None, description="The filter in use.")
    error: ErrorFilterTheme | None = Field(default=None, description="The filter of errors.")


class PillTheme(ThemePart):
    """Pills in a table."""

    color: Color | None = Field(default=None, description="Colour of text.")
    background_color: Color | None = Field(default=None, description="Colour of the background.")


class ButtonsTheme(ThemePart):
    """Buttons above a table."""

    icon_color: Color | None = Field(default=None, description="Colour of icons.")
    pill: PillTheme | None = Field(default=None, description="Pills.")


class BooleanTheme(ThemePart):
    """Booleans in a table."""

    toggle_checked: Color | None = Field(default=None, description="Colour of a switch that is on.")


class LoadingTheme(ThemePart):
    """A table that is loading."""

    color: Color | None = Field(default=None, description="Colour of the indicator.")


class TableTheme(ThemePart):
    """Tables of records."""

    font_family: Font | None = Field(default=None, description="Fonts of the table.")
    cell: CellTheme | None = Field(default=None, description="Cells.")
    column: ColumnTheme | None = Field(default=None, description="Columns.")
    index_column: IndexColumnTheme | None = Field(default=None, description="Row numbers.")
    inputs: InputsTheme | None = Field(default=None, description="Inputs.")
    filters: FiltersTheme | None = Field(default=None, description="Filters.")
    buttons: ButtonsTheme | None = Field(default=None, description="Buttons.")
    boolean: BooleanTheme | None = Field(default=None, description="Booleans.")
    loading: LoadingTheme | None = Field(default=None, description="Loading.")


class EmailColors(ThemePart):
    """Mails to guests on one kind of screen."""

    logo: Logo | None = Field(default=None, description="Address of an image.")
    text_color: Color | None = Field(default=None, description="Colour of text.")
    title_color: Color | None = Field(default=None, description="Colour of titles.")
    button_bg_color: Color | None = Field(
        default=None, description="Colour of backgrounds of buttons."
    )
    button_text_color: Color | None = Field(default=None, description="Colour of text of buttons.")
    footer_text_color: Color | None = Field(
        default=None, description="Colour of text of the footer."
    )
    background_color: Color | None = Field(default=None, description="Colour of the background.")


class EmailTheme(EmailColors):
    """Mails to guests."""

    dark: EmailColors | None = Field(default=None, description="Mails on dark screens.")


class Theme(ThemePart):
    """What a Space looks like."""

    root: RootTheme | None = Field(default=None, description="Values that the rest inherits.")
    sidebar: SidebarTheme | None = Field(default=None, description="The sidebar.")
    document: DocumentTheme | None = Field(default=None, description="Documents.")
    table: TableTheme | None = Field(default=None, description="Tables of records.")
    email: EmailTheme | None = Field(default=None, description="Mails to guests.")


def normalize_theme(document: Any) -> dict[str, Any]:
    """The theme as it is stored, checked all through, the scheme of logos filled in."""
    return Theme.model_validate(check_json(document)).model_dump(by_alias=True, exclude_unset=True)
