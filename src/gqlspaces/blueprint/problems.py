"""What is wrong with a document: problems with a code, a sentence and a place."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final, NoReturn

from pydantic import ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from gqlspaces.blueprint.limits import ECHO_LENGTH, PATH_ITEM_LENGTH, PROBLEMS_PER_ANSWER


class ProblemCode(StrEnum):
    """The kinds of problems a document can have; names and values are those of `userErrors`."""

    REQUIRED = "REQUIRED"
    INVALID = "INVALID"
    TOO_LONG = "TOO_LONG"
    DUPLICATE = "DUPLICATE"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a document, with the camelCase path that leads to it."""

    code: ProblemCode
    message: str
    path: tuple[str, ...] = ()


# What was not looked at any more after too many problems.
UNTOLD: Final = "untold"

# A default that is computed from a field which is itself refused is no problem of its own.
_NOISE: Final = frozenset({"default_factory_not_called", UNTOLD})

_WRONG_TYPES: Final[Mapping[str, str]] = {
    "bool_type": "Must be true or false.",
    "dict_type": "Must be an object.",
    "float_type": "Must be a number.",
    "int_type": "Must be a whole number.",
    "int_from_float": "Must be a whole number.",
    "list_type": "Must be a list.",
    "model_type": "Must be an object.",
    "string_type": "Must be a string.",
    "string_unicode": "Must be text that can be encoded as UTF-8.",
    "timezone_aware": "Must have a time zone, such as a final Z.",
}

_Told = tuple[ProblemCode, str]

_TOLD: Final[Mapping[str, Callable[[Mapping[str, Any]], _Told]]] = {
    "missing": lambda _: (ProblemCode.REQUIRED, "Is required."),
    "string_too_short": lambda _: (ProblemCode.REQUIRED, "Must not be empty."),
    "too_short": lambda ctx: (
        ProblemCode.REQUIRED,
        f"Must have at least {ctx['min_length']} item{'' if ctx['min_length'] == 1 else 's'}.",
    ),
    "string_too_long": lambda ctx: (
        ProblemCode.TOO_LONG,
        f"Must have at most {ctx['max_length']} characters.",
    ),
    "too_long": lambda ctx: (
        ProblemCode.TOO_LONG,
        f"Must have at most {ctx['max_length']} items.",
    ),
    "enum": lambda ctx: (ProblemCode.INVALID, f"Must be one of {ctx['expected']}."),
    "problem": lambda ctx: (ProblemCode(ctx["code"]), str(ctx["message"])),
}


def echo(value: str) -> str:
    """The value in quotes, short and printable whatever it was."""
    short = value if len(value) <= ECHO_LENGTH else value[: ECHO_LENGTH - 1] + "…"
    return "'" + "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in short) + "'"


def problems(error: ValidationError, known_keys: Collection[str] = ()) -> list[Problem]:
    """Everything the error tells, at most a hundred; `known_keys` feeds suggestions for typos."""
    details = error.errors(include_url=False, include_input=False)
    found = [_read(line, known_keys) for line in details if line["type"] not in _NOISE]
    return found[:PROBLEMS_PER_ANSWER]


def refuse(found: Iterable[Problem]) -> None:
    """Raises the problems as one ValidationError, or does nothing when there are none."""
    lines = [
        InitErrorDetails(
            type=PydanticCustomError(
                "problem", "{message}", {"code": str(p.code), "message": p.message}
            ),
            loc=p.path,
            input=None,
        )
        for p in found
    ]
    if lines:
        raise ValidationError.from_exception_data("Blueprint", lines, hide_input=True)


def reject(code: ProblemCode, message: str, *path: str) -> NoReturn:
    """Raises a single problem."""
    refuse([Problem(code, message, path)])
    raise AssertionError(message)


@contextmanager
def within(*path: str) -> Iterator[None]:
    """Problems raised inside are placed below this path."""
    try:
        yield
    except ValidationError as error:
        found = [replace(p, path=(*path, *p.path)) for p in problems(error)]
    else:
        return
    refuse(found)


def repeated(values: Iterable[str], what: str, *path: str) -> list[Problem]:
    """A DUPLICATE for each value that came before; `path` follows the index of the value."""
    seen: set[str] = set()
    found: list[Problem] = []
    for index, value in enumerate(values):
        if value in seen:
            message = f"{what} {echo(value)} is used more than once."
            found.append(Problem(ProblemCode.DUPLICATE, message, (str(index), *path)))
        seen.add(value)
    return found


def suggestion(word: str, known: Collection[str]) -> str:
    """A question after a typo such as " Did you mean 'label'?", or nothing."""
    close = get_close_matches(word[:PATH_ITEM_LENGTH], known, n=1)
    return f" Did you mean '{close[0]}'?" if close else ""


def _read(line: ErrorDetails, known_keys: Collection[str]) -> Problem:
    kind = line["type"]
    path = tuple(_printable(item) for item in line["loc"] if item != "[key]")
    if kind == "extra_forbidden":
        word = str(line["loc"][-1])
        message = f"Unknown key {echo(word)}.{suggestion(word, known_keys)}"
        return Problem(ProblemCode.INVALID, message, path)
    if kind in _TOLD:
        return Problem(*_TOLD[kind](line.get("ctx", {})), path)
    plain = line["msg"].removeprefix("Input should ").removeprefix("Value error, ")
    message = _WRONG_TYPES.get(kind, f"Must {plain}." if plain.startswith("be ") else "Is invalid.")
    return Problem(ProblemCode.INVALID, message, path)


def _printable(item: str | int) -> str:
    text = str(item)
    text = text if len(text) <= PATH_ITEM_LENGTH else text[: PATH_ITEM_LENGTH - 1] + "…"
    return text.encode("utf-8", "replace").decode("utf-8")
