"""The anatomy of a Space as a tree for the terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.color import Color, ColorParseError
from rich.style import Style
from rich.text import Text
from rich.tree import Tree

from gqlspaces.cli.terminal import plain

ANATOMY = """
query Anatomy($id: ID!) {
  space(id: $id) {
    id
    name
    entity
    namespace
    archivedAt
    metadata
    actions { ...Button }
    documents { id title actions { ...Button } }
    workbooks {
      id
      name
      namespace
      actions { ...Button }
      sheets {
        id
        name
        slug
        actions { ...Button }
        fields { id key label type constraints { type } actions { ...Button } }
      }
    }
  }
}
fragment Button on Action { id label operation primary }
"""

ICONS = {
    "string": "a",
    "number": "#",
    "boolean": "✓",
    "date": "◷",
    "enum": "◉",
    "enum-list": "☰",
    "string-list": "≡",
    "reference": "→",
    "reference-list": "⇉",
}


def anatomy_tree(space: Mapping[str, Any]) -> Tree:
    """The tree of what `ANATOMY` answers under `space`, in declared order."""
    tree = Tree(
        Text.assemble(
            (plain(space["name"]), "bold"),
            _aside(
                space.get("entity"),
                space["id"],
                space.get("namespace"),
                "archived" if space["archivedAt"] else None,
            ),
        ),
        guide_style="dim",
    )
    theme = (space.get("metadata") or {}).get("theme") or {}
    for part, colours in theme.items():
        tree.add(Text.assemble("theme ", (plain(part), "cyan"), *_swatches(colours)))
    _add_actions(tree, space)
    for document in space["documents"]:
        branch = tree.add(_line("▤", document["title"], "document"))
        _add_actions(branch, document)
    for workbook in space["workbooks"]:
        _add_workbook(tree, workbook)
    return tree


def _add_workbook(tree: Tree, workbook: Mapping[str, Any]) -> None:
    branch = tree.add(_line("▣", workbook["name"], workbook.get("namespace") or "workbook"))
    for sheet in workbook["sheets"]:
        leaves = branch.add(_line("▦", sheet["name"], sheet["slug"]))
        for field in sheet["fields"]:
            _add_actions(leaves.add(_field_line(field)), field)
        _add_actions(leaves, sheet)
    _add_actions(branch, workbook)


def _add_actions(branch: Tree, owner: Mapping[str, Any]) -> None:
    for action in owner["actions"]:
        style = "bold magenta" if action["primary"] else "magenta"
        branch.add(
            Text.assemble((f"▸ {plain(action['label'])}", style), _aside(action["operation"]))
        )


def _field_line(field: Mapping[str, Any]) -> Text:
    kind = _word(field["type"])
    marks = [_word(constraint["type"]) for constraint in field["constraints"]]
    return Text.assemble(
        (f"{ICONS.get(kind, '?')} ", "green"),
        plain(field.get("label") or field["key"]),
        _aside(field["key"], kind, *marks),
    )


def _word(name: str) -> str:
    """A value of an enum as the domain spells it."""
    return name.lower().replace("_", "-")


def _line(icon: str, name: str, *details: str) -> Text:
    return Text.assemble((f"{icon} ", "cyan"), plain(name), _aside(*details))


def _aside(*details: str | None) -> tuple[str, str]:
    words = " · ".join(plain(detail) for detail in details if detail)
    return (f"  {words}" if words else "", "dim")


def _swatches(values: Any) -> Iterator[str | tuple[str, str | Style]]:
    """Each colour of one part of a theme, as itself; what is no colour, as text."""
    if not isinstance(values, Mapping):
        return
    for name, value in values.items():
        yield "  "
        if (colour := _colour(value)) is not None:
            yield "██", Style(color=colour)
            yield " "
        yield plain(name)
        yield f" {plain(value)}", "dim"


def _colour(value: Any) -> Color | None:
    if not isinstance(value, str):
        return None
    hexadecimal = value.removeprefix("#")
    if value.startswith("#") and len(hexadecimal) in {3, 4}:
        hexadecimal = "".join(digit * 2 for digit in hexadecimal)
    name = f"#{hexadecimal[:6]}" if value.startswith("#") else value
    try:
        return Color.parse(name)
    except ColorParseError:
        return None
