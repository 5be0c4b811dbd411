"""The list of features names for each of them a test or an example that is there."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
LIST = ROOT / "docs" / "features.md"
KNOWN = 48
LATER = re.compile(r"[Cc]omes? with (guests|tokens|files)\b")


class Row(NamedTuple):
    number: int
    here: str
    witnesses: list[str]


def rows() -> list[Row]:
    found = []
    for line in LIST.read_text().splitlines():
        if match := re.fullmatch(r"\| (\d+) \| [^|]+ \| ([^|]+) \| ([^|]*)\|", line):
            number, here, shown = match.groups()
            found.append(Row(int(number), here.strip(), re.findall(r"`([^`]+)`", shown)))
    return found


@cache
def names_in(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text()))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in nodes if isinstance(node, kinds)}


def is_there(witness: str) -> bool:
    file, _, test = witness.partition("::")
    if not test:
        return (ROOT / file if "/" in file else ROOT / "examples" / file).is_file()
    path = ROOT / file
    return test.startswith("test_") and path.is_file() and test in names_in(path)


def test_every_feature_has_one_row() -> None:
    assert [row.number for row in rows()] == list(range(1, KNOWN + 1))


@pytest.mark.parametrize("row", rows(), ids=lambda row: str(row.number))
def test_what_shows_a_feature_is_there(row: Row) -> None:
    assert [witness for witness in row.witnesses if not is_there(witness)] == []
    assert row.witnesses or LATER.search(row.here), "nothing shows it and nothing brings it"


def test_every_example_shows_a_feature() -> None:
    shown = {witness for row in rows() for witness in row.witnesses}
    assert {path.name for path in (ROOT / "examples").glob("*.py")} <= shown


@pytest.mark.parametrize(
    "witness",
    [
        "no_listener.py",
        "tests/no_test.py::test_a",
        "tests/test_matching.py::test_that_nobody_wrote",
        "tests/contract/test_feature_list.py::is_there",
    ],
)
def test_a_witness_that_is_not_there_is_missed(witness: str) -> None:
    assert not is_there(witness)
