"""How what was asked for is refused: always with the argument at fault, in words for people."""

import re
from difflib import get_close_matches
from typing import Final

from gqlspaces.features.records.layout import Layout
from gqlspaces.kernel.errors import DomainError

MAX_LENGTH: Final = 10_000
_ECHOED: Final = 40
# No database can compare these with what it stores.
_UNASKABLE: Final = re.compile("[\x00\ud800-\udfff]")


def refusal(argument: str, message: str) -> DomainError:
    """Make the error that says what is wrong with an argument."""
    return DomainError(message, path=(argument,), code="BAD_USER_INPUT")


def check_text(argument: str, text: str) -> None:
    """Refuse a text that is too long, or that no record can hold."""
    if len(text) > MAX_LENGTH:
        raise refusal(argument, f"Give at most {MAX_LENGTH} characters.")
    if found := _UNASKABLE.search(text):
        what = "NUL" if found[0] == "\0" else "half of a surrogate pair"
        raise refusal(argument, f"The character at column {found.start() + 1} is {what}.")


def key_of(layout: Layout, name: str, argument: str, *, place: str = "") -> str:
    """Give the key of the Field that a name means; refuse a name that the Sheet lacks."""
    check_text(argument, name)
    if cell := layout.named(name):
        return cell.key
    near = " or ".join(echo(known) for known in _near(layout, name))
    hint = f" Did you mean {near}?" if near else " Give the key or the label of a Field."
    raise refusal(argument, f"The Sheet has no Field {echo(name)}{place}.{hint}")


def echo(text: str) -> str:
    """Give a text back in quotes, cut short."""
    return f'"{text}"' if len(text) <= _ECHOED else f'"{text[:_ECHOED]}…"'


def _near(layout: Layout, name: str) -> list[str]:
    """Give the known names that resemble this one, the most similar first."""
    # The comparison takes quadratic time: long names get no suggestions.
    if len(name) > _ECHOED:
        return []
    names = [known for cell in layout.cells for known in (cell.key, cell.label)]
    known = {name.lower(): name for name in reversed(names) if len(name) <= _ECHOED}
    return [known[found] for found in get_close_matches(name.lower(), known)]
