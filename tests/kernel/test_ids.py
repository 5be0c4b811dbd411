"""Ids name their noun and sort as they were made."""

import pytest

from gqlspaces.kernel.ids import new_id, prefix_of


def test_later_ids_sort_after_earlier_ones() -> None:
    made = [new_id("sp") for _ in range(5000)]

    assert sorted(set(made)) == made


def test_an_id_names_its_noun() -> None:
    assert [prefix_of(new_id(noun)) for noun in ("sp", "app", "key")] == ["sp", "app", "key"]


@pytest.mark.parametrize(
    "text",
    ["", "sp", "sp_", "sp_short", "SP_" + "0" * 26, "sp_" + "i" * 26, "sp_" + "0" * 26 + "\n", "é"],
)
def test_what_is_no_id_has_no_noun(text: str) -> None:
    assert prefix_of(text) is None
