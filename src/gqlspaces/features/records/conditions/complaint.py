"""What is wrong with a query, said so that the one who wrote it can mend it."""

from typing import Final, NamedTuple, cast

from lark import Token, UnexpectedInput
from lark.exceptions import UnexpectedToken

from gqlspaces.features.records.conditions.refusal import echo


class _Gap(NamedTuple):
    """What could have stood at a place, and how it is written."""

    wanted: str
    hint: str


# By a terminal of the grammar that can stand at such a place only.
_GAPS: Final = {
    "_OPEN": _Gap("a comparison", "For example: first_name eq Bender."),
    "OPERATOR": _Gap(
        "eq, ne, lt, gt, lte, gte, like, ilike, contains or is",
        'A name of several words stands in quotes: "First Name" eq Bender.',
    ),
    "STATE": _Gap("error, valid or warning", "For example: first_name is error."),
    "WORD": _Gap("a value", 'What is empty is found by "", what has parentheses stands in quotes.'),
    "_CLOSE": _Gap("and, or, or )", "Every ( needs its )."),
}
_END: Final = _Gap(
    "and, or, or the end", 'A value of several words stands in quotes: name eq "Planet Express".'
)


def complaint(query: str, error: UnexpectedInput) -> str:
    """Say what was expected at which column, counted from 1, and what to do."""
    if not isinstance(error, UnexpectedToken):
        return (
            f"The quote at column {cast('int', error.pos_in_stream) + 1} is not closed. "
            r"A quote inside a quoted text needs a backslash before it: \"."
        )
    token: Token = error.token
    ended = token.type == "$END"
    column = 1 + (len(query) if ended else token.start_pos or 0)
    expected = error.accepts or error.expected
    if token.type == "_CLOSE" and "$END" in expected:
        return f"The ) at column {column} closes nothing. Every ) needs its (."
    gap = next((gap for terminal, gap in _GAPS.items() if terminal in expected), _END)
    found = "the query ends there" if ended else f"found {echo(token)}"
    return f"Expected {gap.wanted} at column {column}, {found}. {gap.hint}"
