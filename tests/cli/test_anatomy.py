"""The anatomy of a Space as a tree."""

from typing import Any

from graphql import parse
from rich.console import Console

from gqlspaces.cli.anatomy import ANATOMY, ICONS, anatomy_tree


def space(**parts: Any) -> dict[str, Any]:
    return {
        "id": "sp_1",
        "name": "Acme",
        "entity": "Project",
        "namespace": "red",
        "archivedAt": None,
        "metadata": None,
        "actions": [],
        "documents": [],
        "workbooks": [],
    } | parts


def action(label: str, operation: str, *, primary: bool = False) -> dict[str, Any]:
    return {"id": "ac_1", "label": label, "operation": operation, "primary": primary}


def field(key: str, kind: str = "STRING", **parts: Any) -> dict[str, Any]:
    return {"key": key, "label": key, "type": kind, "constraints": [], "actions": []} | parts


def drawn(value: dict[str, Any], *, colours: bool = False) -> str:
    console = Console(
        width=100, force_terminal=colours, color_system="truecolor" if colours else None
    )
    with console.capture() as capture:
        console.print(anatomy_tree(value))
    return capture.get()


def test_the_query_is_a_document() -> None:
    assert parse(ANATOMY).definitions


def test_everything_stands_in_declared_order() -> None:
    sheets = [
        {"name": name, "slug": name.lower(), "fields": [field("id")], "actions": []}
        for name in ("Users", "Departments", "Projects")
    ]
    sheets[0]["actions"] = [action("Deduplicate", "dedupe")]
    workbook = {
        "name": "Company Workbook",
        "namespace": None,
        "sheets": sheets,
        "actions": [action("Download", "download"), action("Submit", "submitAll", primary=True)],
    }
    document = {"title": "Customers", "actions": [action("Read", "customers:read")]}
    lines = drawn(space(documents=[document], workbooks=[workbook])).splitlines()
    assert [line.rstrip() for line in lines] == [
        "Acme  Project · sp_1 · red",
        "├── ▤ Customers  document",
        "│   └── ▸ Read  customers:read",
        "└── ▣ Company Workbook  workbook",
        "    ├── ▦ Users  users",
        "    │   ├── a id  id · string",
        "    │   └── ▸ Deduplicate  dedupe",
        "    ├── ▦ Departments  departments",
        "    │   └── a id  id · string",
        "    ├── ▦ Projects  projects",
        "    │   └── a id  id · string",
        "    ├── ▸ Download  download",
        "    └── ▸ Submit  submitAll",
    ]


def test_a_field_shows_its_label_type_and_constraints() -> None:
    fields = [
        field("email", label="Email", constraints=[{"type": "REQUIRED"}, {"type": "UNIQUE"}]),
        field("tags", "ENUM_LIST", actions=[action("Clean", "clean")]),
    ]
    sheet = {"name": "S", "slug": "s", "fields": fields, "actions": []}
    workbook = {"name": "W", "namespace": "staging", "sheets": [sheet], "actions": []}
    tree = drawn(space(workbooks=[workbook]))
    assert "a Email  email · string · required · unique" in tree
    assert "☰ tags  tags · enum-list" in tree
    assert "▸ Clean  clean" in tree


def test_all_nine_types_have_an_icon_of_their_own() -> None:
    assert len(ICONS) == len(set(ICONS.values())) == 9


def test_the_colours_of_the_theme_are_shown_as_themselves() -> None:
    theme = {"root": {"primaryColor": "#4F46E5", "actionColor": "#000", "fontFamily": "Inter"}}
    tree = drawn(space(metadata={"theme": theme}), colours=True)
    assert "\x1b[38;2;79;70;229m██" in tree
    assert "\x1b[38;2;0;0;0m██" in tree
    assert tree.count("██") == 2
    assert "fontFamily" in tree


def test_a_theme_of_any_shape_is_drawn() -> None:
    theme = {"root": None, "sidebar": {"logo": ["x"], "textColor": 7}, "email": "plain"}
    assert "textColor" in drawn(space(metadata={"theme": theme}))


def test_names_can_neither_steer_the_terminal_nor_mark_up() -> None:
    tree = drawn(space(name="[red]\x1b[2J\nx"))
    assert tree.startswith("[red]\\x1b[2J\\nx")


def test_an_archived_space_is_marked() -> None:
    assert "archived" in drawn(space(archivedAt="2026-01-01T00:00:00Z"))
