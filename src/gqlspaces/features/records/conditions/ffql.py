"""FFQL, the language in which records are asked for (domain reference 2.11)."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, TypeAlias

from lark import Lark, Token, UnexpectedInput
from lark.exceptions import VisitError
from lark.lark import PostLex
from lark.visitors import Transformer_NonRecursive

from gqlspaces.features.records.conditions.complaint import complaint
from gqlspaces.features.records.conditions.condition import (
    Comparison,
    Condition,
    Operator,
    State,
    Status,
    all_of,
    any_of,
)
from gqlspaces.features.records.conditions.refusal import check_text, key_of, refusal
from gqlspaces.features.records.layout import Layout

MAX_COMPARISONS: Final = 100
MAX_NESTING: Final = 50

_ESCAPED: Final = re.compile(r"""\\(["'\\])""")

_Parts: TypeAlias = list[Condition]


def parse_query(query: str, layout: Layout) -> Condition:
    """Read a query about the Fields of a Sheet, in time linear in its length.

    A name is the key of a Field, or else its label. In quotes a backslash makes a quote or a
    backslash literal; before anything else it stands for itself. Raises BAD_USER_INPUT.
    """
    check_text("q", query)
    try:
        return _Meaning(layout).transform(_grammar().parse(query))
    except UnexpectedInput as error:
        raise refusal("q", complaint(query, error)) from None
    except VisitError as error:
        raise error.orig_exc from None


class _Limits(PostLex):
    """Stops reading where a query has too many parts or is nested too deep."""

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        depth = comparisons = 0
        for token in stream:
            depth += {"_OPEN": 1, "_CLOSE": -1}.get(token.type, 0)
            comparisons += token.type in {"OPERATOR", "_IS"}
            if depth > MAX_NESTING:
                message = f"Nest parentheses at most {MAX_NESTING} deep"
                raise refusal("q", f"{message}; see {_column(token)}.")
            if comparisons > MAX_COMPARISONS:
                message = f"Give at most {MAX_COMPARISONS} comparisons"
                raise refusal("q", f"{message}; see {_column(token)}.")
            yield token


@cache
def _grammar() -> Lark:
    return Lark.open(
        "ffql.lark", rel_to=__file__, parser="lalr", lexer="contextual", postlex=_Limits()
    )


class _Meaning(Transformer_NonRecursive[Token, Condition]):
    """Makes conditions of what was parsed; its methods have the names of the grammar's rules."""

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self._layout = layout

    def any(self, parts: _Parts) -> Condition:
        return any_of(parts)

    def all(self, parts: _Parts) -> Condition:
        return all_of(parts)

    def comparison(self, parts: tuple[str | None, Token, str]) -> Condition:
        field, operator, value = parts
        return Comparison(field, Operator(operator.lower()), value)

    def status(self, parts: tuple[str | None, Token]) -> Condition:
        field, state = parts
        return Status(State(state.lower()), field)

    def field(self, parts: list[Token]) -> str:
        return key_of(self._layout, _text(parts[0]), "q", place=f" (see {_column(parts[0])})")

    def value(self, parts: list[Token]) -> str:
        return _text(parts[0])


def _text(token: Token) -> str:
    return _ESCAPED.sub(r"\1", token[1:-1]) if token.type == "QUOTED" else str(token)


def _column(token: Token) -> str:
    return f"column {(token.start_pos or 0) + 1}"
