"""Random questions about records, each with the answer that plain Python gives."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from features.records.conditions.evaluation import (
    Stored,
    equals,
    finds,
    finds_exactly,
    has_message,
    holds,
)
from features.records.conditions.generation import HUGE, LETTERS, make_text
from gqlspaces.features.records.conditions.condition import (
    And,
    Comparison,
    Condition,
    Operator,
    Or,
    State,
    Status,
    all_of,
    any_of,
)
from gqlspaces.features.records.conditions.search import RecordFilter
from gqlspaces.features.records.layout import Cell, Layout

ASKED = [one for one in Operator if one not in {Operator.FIND, Operator.FIND_EXACTLY}]
SPACES = [" ", " ", "  ", "\t", "\n", "\u00a0", "\u2003"]
SOUP = ["eq", "and", "or", "is", "(", ")", '"', "'", "\\", "error", '""', "name", "contains", "é"]

NOISE: list[str] = [*SOUP, *LETTERS, "\0", "\ud800"]

Answer = Callable[[Stored], bool]


@dataclass(frozen=True)
class Question:
    """Arguments for a list of records and whom they mean; None: they may be nonsense."""

    arguments: dict[str, Any]
    answer: Answer | None


def make_question(random: Random, layout: Layout, stored: Sequence[Stored]) -> Question:
    kind = random.random()
    if kind < 0.2:
        return make_search(random, layout, stored)
    if kind < 0.3:
        return make_filter(random, layout)
    depth = random.choice([0, 0, 0, 0, 1, 1, 2, 3])
    condition = make_condition(random, layout, stored, depth)
    query = render(random, layout, condition)
    if kind < 0.5:
        return Question({"q": scramble(random, query)}, None)
    return Question({"q": query}, lambda one: holds(condition, one, layout))


def make_search(random: Random, layout: Layout, stored: Sequence[Stored]) -> Question:
    arguments: dict[str, Any] = {}
    cells = layout.cells
    if random.random() < 0.5:
        cells = (random.choice(layout.cells),)
        arguments["search_field"] = random.choice([cells[0].key, cells[0].label])
    text = make_literal(random, stored, cells)
    exact = random.random() < 0.4
    arguments["search"] = f'"{text}"' if exact else text

    def answer(stored: Stored) -> bool:
        return any(found(stored.at(cell), arguments["search"]) for cell in cells)

    return Question(arguments, answer)


def found(value: Any, searched: str) -> bool:
    if searched == "":
        return True
    if searched == '""':
        return equals(value, "")
    if len(searched) > 1 and searched.startswith('"') and searched.endswith('"'):
        return finds_exactly(value, searched[1:-1])
    return finds(value, searched)


def make_filter(random: Random, layout: Layout) -> Question:
    wanted = random.choice([*RecordFilter])
    key = random.choice([None, *(cell.key for cell in layout.cells)])

    def answer(stored: Stored) -> bool:
        wrong = has_message(stored, "error", key)
        return {"all": True, "none": False, "error": wrong, "valid": not wrong}[wanted]

    return Question({"filter": wanted, "filter_field": key}, answer)


def make_condition(
    random: Random, layout: Layout, stored: Sequence[Stored], depth: int
) -> Condition:
    if depth:
        join = random.choice([all_of, any_of])
        size = random.randint(2, 3)
        return join([make_condition(random, layout, stored, depth - 1) for _ in range(size)])
    cells = layout.cells if random.random() < 0.4 else (random.choice(layout.cells),)
    key = None if cells is layout.cells else cells[0].key
    if random.random() < 0.15:
        return Status(random.choice([*State]), key)
    compared = random.choice(ASKED)
    text = make_literal(random, stored, cells)
    if compared in {Operator.LIKE, Operator.ILIKE}:
        text = make_pattern(random, text)
    return Comparison(key, compared, text)


def make_literal(random: Random, stored: Sequence[Stored], cells: Sequence[Cell]) -> str:
    """Make a text that mostly stands in one of the cells, or nearly."""
    if random.random() < 0.25:
        return random.choice(HUGE) if random.random() < 0.05 else make_text(random)
    value = random.choice(stored).at(random.choice(cells))
    if isinstance(value, list):
        value = random.choice(value) if value else None
    if isinstance(value, str):
        if random.random() < 0.3:
            start = random.randint(0, len(value))
            value = value[start : random.randint(start, len(value))]
        return random.choice([value, value, value.swapcase()])
    return "" if value is None else str(value)


def make_pattern(random: Random, text: str) -> str:
    """Put wildcards over or between the characters of a text."""
    made = ""
    for letter in text:
        kind = random.random()
        made += "%" if kind < 0.15 else "_" if kind < 0.3 else letter
        made += "%" if random.random() < 0.1 else ""
    return made + random.choice(["", "", "%"])


def render(random: Random, layout: Layout, condition: Condition) -> str:
    """Write a condition as somebody may write it."""
    prefix = random.choice(["", "", "filter:", "FILTER: "])
    return prefix + _written(random, layout, condition)


def _written(random: Random, layout: Layout, condition: Condition, binds: int = 0) -> str:
    """Write a part of a condition, in parentheses if it is looser than what is around it."""
    bare = True
    if isinstance(condition, And | Or):
        mine, word = (2, "and") if isinstance(condition, And) else (1, "or")
        joint = f"{_space(random)}{_cased(random, word)}{_space(random)}"
        text = joint.join(_written(random, layout, part, mine) for part in condition.parts)
        bare = binds < mine
    else:
        if isinstance(condition, Status):
            words = [_cased(random, "is"), _cased(random, condition.state)]
        else:
            words = [_cased(random, condition.operator), _value(random, condition.literal)]
        text = _field(random, layout, condition.field) + _space(random).join(words)
    return text if bare and random.random() < 0.9 else f"({text})"


def _value(random: Random, literal: str) -> str:
    plain = literal and literal[0] not in "\"'" and not re.search(r"[\s()]", literal)
    return literal if plain and random.random() < 0.6 else _quoted(random, literal)


def _field(random: Random, layout: Layout, key: str | None) -> str:
    if key is None:
        return ""
    cell = layout.by_key[key]
    name = random.choice([key, cell.label])
    plain = name.isidentifier() and name not in {*Operator, "is"}
    return (name if plain else _quoted(random, name)) + _space(random)


def _quoted(random: Random, text: str) -> str:
    quote = random.choice("\"'")
    text = text.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    return f"{quote}{text}{quote}"


def _cased(random: Random, word: str) -> str:
    return random.choice([word, word, word.upper(), word.title()])


def _space(random: Random) -> str:
    return random.choice(SPACES)


def scramble(random: Random, query: str) -> str:
    """Spoil a query a little or a lot."""
    kind = random.random()
    at = random.randint(0, len(query))
    if kind < 0.4:
        return query[:at] + query[at + random.randint(1, 3) :]
    if kind < 0.7:
        return query[:at] + random.choice(NOISE) + query[at:]
    if kind < 0.8:
        return " ".join(random.choices(SOUP, k=random.randint(0, 12)))
    if kind < 0.9:
        return "".join(random.choices(LETTERS, k=random.randint(0, 30)))
    return make_monster(random)


def make_monster(random: Random) -> str:
    """Make a query that is deep, long or both, near the limits or far beyond them."""
    size = random.choice([1, 45, 50, 51, 99, 100, 101, 1000, 20_000])
    word = random.choice(["and", "or"])
    return random.choice(
        [
            "(" * size + "eq a" + ")" * size,
            "(" * size,
            f" {word} ".join(["eq a"] * min(size, 1000)),
            "eq a and (is error or (" * (size // 2) + "eq b" + "))" * (size // 2),
            '"' + "\\" * size,
            "like " + "%a" * (size // 3),
            "eq " + "9" * size,
            "name eq " * size,
        ]
    )
