import pytest
from hypothesis import given
from hypothesis import strategies as st

from gqlspaces.blueprint import slugify


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Customer Data", "customer-data"),
        ("  Sheet 2! ", "sheet-2"),
        ("Straße_und--Haus", "strasse-und-haus"),
        ("顧客データ", "顧客データ"),
    ],
)
def test_a_name_becomes_a_slug(name: str, slug: str) -> None:
    assert slug == slugify(name)


def test_names_without_letters_get_slugs_that_differ() -> None:
    assert slugify("!!!") != slugify("???")


@given(st.text())
def test_a_slug_is_never_empty_and_a_slug_of_itself(name: str) -> None:
    slug = slugify(name)

    assert 0 < len(slug) <= 255
    assert slug == slugify(slug)
