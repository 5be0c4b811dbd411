"""Random Sheets and records, with all that is awkward in them."""

import unicodedata
from random import Random
from typing import Any

from features.records.conditions.evaluation import Stored
from gqlspaces.blueprint.field_type import FieldType
from gqlspaces.features.records.layout import Cell, Layout

# Quotes, wildcards of every kind, brackets, letters whose case is peculiar, and whole planes away.
LETTERS = "\\\\\\%%__**[["
LETTERS += "aAbBzZ019.-+eE %_*?[]^\\\"'(){}:,$/\n\t\u00a0\u200d\ufeff\uffff\U0001f600\U00010400"
LETTERS += "\u0130\u0131\u00df\u1e9eK\u212a\u00c5\u212b\u03a3\u03c3\u03c2\u00e9\u0301\u01c5\ufb01"
WORDS = ["", "a", "A", "aa", "b", "true", "TRUE", "False", "1", "1.0", "01", "-0", "1e3", "1000"]
WORDS += ["and", "or", "is", "eq", "error", "filter:", "null", "[]", '["a"]', "{}", "%", "_", "*"]
WORDS += ["a\\b", "\\", "a%b", "a[b", "a*b", "a_b", "\u0663", "O'Brien", "2026-01-31"]
WORDS += ["ΑΣ", "ας", "ΑΣΑ", "İstanbul", "istanbul", "straße", "STRASSE"]
NUMBERS: list[int | float] = [0, 1, -1, 3, 10, 0.1, 0.5, -2.5, 1e3, 1e22, 1e300, -1.5e-300, 5e-324]
NUMBERS += [1.7976931348623157e308, 2**53, 2**53 + 1, 2**53 + 2, -(2**63), 2**63 - 1, -0.0]
HUGE = ["1e999", "-1e999", "9" * 400, "0." + "0" * 400 + "1", "1" * 30, "9007199254740993.0"]


def make_layout(random: Random) -> Layout:
    """Make a Sheet with awkward names, whose slots have gaps and are in no order."""
    names = ["name", "First Name", "and", "eq", "is", "error", "a'b", 'say "x"', "back\\slash"]
    names += ["İd", "filter:x", "n1", "n2", "list", "flag", "(x)", "ключ", "valid"]
    chosen = random.sample(names, random.randint(1, 9))
    slots = random.sample(range(14), len(chosen) + 2)
    cells = [
        Cell(
            slot, f"key{slot}" if random.random() < 0.4 else name, name, random.choice([*FieldType])
        )
        for slot, name in zip(slots, chosen, strict=False)
    ]
    removed = [Cell(slot, f"gone{slot}", "Gone", FieldType.STRING) for slot in slots[len(chosen) :]]
    return Layout(tuple(cells), tuple(removed))


def make_text(random: Random) -> str:
    kind = random.random()
    if kind < 0.5:
        return random.choice(WORDS)
    if kind < 0.95:
        return "".join(random.choices(LETTERS, k=random.randint(0, 8)))
    return "".join(make_letter(random) for _ in range(random.randint(1, 4)))


def make_letter(random: Random) -> str:
    """Make any character that every Python knows: databases and Pythons differ in newer ones."""
    while True:
        letter = chr(random.randrange(1, 0x110000))
        if unicodedata.ucd_3_2_0.category(letter) not in {"Cn", "Cs"}:
            return letter


def make_number(random: Random) -> int | float:
    kind = random.random()
    if kind < 0.6:
        return random.choice(NUMBERS)
    if kind < 0.8:
        return random.randint(-20, 20)
    return random.uniform(-1, 1) * 10.0 ** random.randint(-30, 30)


def make_scalar(random: Random) -> Any:
    kind = random.random()
    if kind < 0.55:
        return make_text(random)
    return make_number(random) if kind < 0.85 else random.random() < 0.5


def make_value(random: Random) -> Any:
    kind = random.random()
    if kind < 0.15:
        return None
    if kind < 0.35:
        return [make_scalar(random) for _ in range(random.randint(0, 3))]
    return make_scalar(random)


def make_stored(random: Random, layout: Layout) -> Stored:
    values = [make_value(random) for _ in range(random.randint(0, layout.width))]
    messages = []
    for _ in range(random.choice([0, 0, 1, 3])):
        message = {"type": random.choice(["error", "warn", "info"]), "message": "m"}
        if random.random() < 0.8:
            message["field"] = random.choice(layout.cells).key
        messages.append(message)
    return Stored(values, messages)
