"""Changes of a Blueprint as the terminal shows them."""

from collections.abc import Iterator, Mapping
from difflib import unified_diff
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from gqlspaces.cli.terminal import plain

if TYPE_CHECKING:
    from gqlspaces.cli.structures import Plan

_MARKS: Final = {"ADDED": ("+", "green"), "CHANGED": ("~", "yellow"), "REMOVED": ("-", "red")}
_LINES: Final = {"+": "green", "-": "red", "@": "cyan"}


def lines_of(plan: "Plan") -> Iterator[Text]:
    """Each change on a line of its colour, then what happens to data."""
    for change in plan.changes:
        mark, style = _MARKS[change["kind"]]
        yield Text(f"{mark} {plain(change['text'])}", style)
        yield from _text_lines(change)
    for effect in plan.effects:
        style = "bold red" if effect["text"] in plan.loses else "yellow"
        yield Text(f"! {plain(effect['text'])}", style)


def told(plan: "Plan") -> str:
    """How much a plan changes."""
    count = len(plan.changes)
    return f"{count} change{'' if count == 1 else 's'}." if count else "Nothing differs."


def _text_lines(change: Mapping[str, Any]) -> Iterator[Text]:
    """The lines that differ, where a text of several lines is another one."""
    before, after = change["before"], change["after"]
    if not isinstance(before, str) or not isinstance(after, str) or "\n" not in before + after:
        return
    compared = unified_diff(before.splitlines(), after.splitlines(), n=1, lineterm="")
    for line in list(compared)[2:]:
        yield Text(f"    {plain(line)}", _LINES.get(line[:1], "dim"))
