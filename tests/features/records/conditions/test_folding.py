"""Letters whose case does not matter to `ilike` and to searches."""

import sqlite3
import sys
import unicodedata

from sqlalchemy import Text, func, literal, select

from features.records.conditions.evaluation import Stored, fold
from features.records.conditions.store import Store
from gqlspaces.features.records.conditions.dialects import dialect_of
from gqlspaces.features.records.conditions.sqlite import register

LETTERS = [chr(n) for n in range(1, sys.maxunicode + 1) if not 0xD800 <= n < 0xE000]


def test_a_connection_of_sqlite_is_given_the_function() -> None:
    connection = sqlite3.connect(":memory:")
    register(connection)
    query = "SELECT fold('ÄΣς'), fold(NULL), fold(5), fold(x'41')"
    assert ("ä\u03c3\u03c3", None, 5, b"A") == connection.execute(query).fetchone()
    connection.close()


async def test_every_letter_is_folded_for_itself(store: Store) -> None:
    """Databases differ in letters alone that one of them does not know yet."""
    text = "".join(LETTERS)
    async with store.holding([Stored([])]) as connection:
        folded = await connection.scalar(
            select(dialect_of(store.dialect).folded(literal(text, Text)))
        )
        assert isinstance(folded, str)
        for letter, found in zip(LETTERS, folded, strict=True):
            if found != fold(letter) and unicodedata.category(letter) != "Cn":
                assert not await connection.scalar(select(func.unicode_assigned(letter))), letter
