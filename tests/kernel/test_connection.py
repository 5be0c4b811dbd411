"""Pages are cut by keyset: nothing twice, nothing missed, and no cursor can be made up."""

import base64
from itertools import product
from random import Random
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from gqlspaces.features.spaces.model import Space
from gqlspaces.kernel.entity import table
from gqlspaces.kernel.errors import DomainError
from gqlspaces.kernel.graphql.connection import Connection, Page, Sort, paginate
from gqlspaces.kernel.reader import AnyRow
from kernel.ledger import Ledger

SORTS = [
    Sort(column, descending)
    for column in ("name", "display_order", "created_at", "is_app_template")
    for descending in (False, True)
]


async def page_of(ledger: Ledger, sort: Sort, **page: Any) -> Connection[AnyRow]:
    reader = ledger.database.reader(ledger.principal)
    return await paginate(reader, select(table(Space)), Space, Page(**page), sort)


def ids(connection: Connection[AnyRow]) -> list[str]:
    return [edge.node.id for edge in connection.edges]


@pytest.fixture
async def ordered(ledger: Ledger) -> dict[Sort, list[str]]:
    """Spaces with many ties and gaps, in every order as Python sorts them."""
    random = Random(1)
    rows = [
        Space(name=random.choice("abc"), display_order=random.choice([None, None, 1, 2, 3]))
        for _ in range(11)
    ]
    async with ledger.database.transaction(ledger.principal) as tx:
        for row in rows:
            tx.add(row)
    return {sort: _sorted(rows, sort) for sort in SORTS}


def _sorted(rows: list[Space], sort: Sort) -> list[str]:
    def place(row: Space) -> tuple[bool, Any, str]:
        value = getattr(row, sort.column)
        return value is None, 0 if value is None else value, row.id

    return [row.id for row in sorted(rows, key=place, reverse=sort.descending)]


async def test_pages_forwards_and_backwards_are_the_whole_list(
    ledger: Ledger, ordered: dict[Sort, list[str]]
) -> None:
    for (sort, expected), size in product(ordered.items(), (1, 3, 11)):
        forwards: list[str] = []
        page = await page_of(ledger, sort, first=size)
        while True:
            forwards += ids(page)
            assert page.page_info.has_next_page == (len(forwards) < len(expected))
            if not page.page_info.has_next_page:
                break
            page = await page_of(ledger, sort, first=size, after=page.page_info.end_cursor)
        backwards: list[str] = []
        page = await page_of(ledger, sort, last=size)
        while True:
            backwards = ids(page) + backwards
            if not page.page_info.has_previous_page:
                break
            page = await page_of(ledger, sort, last=size, before=page.page_info.start_cursor)

        assert expected == forwards == backwards


async def test_a_page_can_be_cut_on_both_sides(
    ledger: Ledger, ordered: dict[Sort, list[str]]
) -> None:
    for sort, expected in ordered.items():
        cursors = [edge.cursor for edge in (await page_of(ledger, sort)).edges]
        page = await page_of(ledger, sort, first=100, after=cursors[2], before=cursors[8])

        assert expected[3:8] == ids(page)


async def test_a_page_stays_in_place_while_rows_come_and_go(
    ledger: Ledger, ordered: dict[Sort, list[str]]
) -> None:
    sort = Sort("name")
    first = await page_of(ledger, sort, first=4)
    async with ledger.database.transaction(ledger.principal) as tx:
        tx.add(Space(name="a", id="sp_" + "0" * 26))
        await tx.remove(await tx.find(Space, ids(first)[-1]))
    second = await page_of(ledger, sort, first=4, after=first.page_info.end_cursor)

    assert ordered[sort][4:8] == ids(second)


async def test_the_total_counts_what_the_caller_may_see(
    ledger: Ledger, ordered: dict[Sort, list[str]]
) -> None:
    page = await page_of(ledger, Sort("name"), first=0)

    assert ids(page) == []
    assert await page.count(ledger.database.reader(ledger.principal)) == 11


def forge(*values: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


ID = "sp_" + "0" * 26


NEVER_GIVEN_OUT = [
    ("name", ""),
    ("name", "x"),
    ("name", "ä"),
    ("name", "v1.abc.5"),
    ("name", forge()),
    ("name", forge("name", "a")),
    ("name", forge("name", "a", 5)),
    ("name", forge("name", "a", "\0")),
    ("name", forge("name", "a\0", ID)),
    ("name", forge("name", None, ID)),
    ("name", forge("name", 5, ID)),
    ("name", forge("name", ["a"], ID)),
    ("name", forge("created_at", "a", ID)),
    ("display_order", forge("display_order", "1", ID)),
    ("display_order", forge("display_order", True, ID)),
    ("display_order", forge("display_order", 1.5, ID)),
    ("display_order", forge("display_order", 2**40, ID)),
    ("created_at", forge("created_at", 5, ID)),
    ("created_at", forge("created_at", "yesterday", ID)),
    ("created_at", forge("created_at", "0001-01-01T00:00:00+14:00", ID)),
    ("created_at", forge("created_at", None, ID)),
]


async def test_a_cursor_that_was_never_given_out_is_refused(ledger: Ledger) -> None:
    for column, cursor in NEVER_GIVEN_OUT:
        for argument in ("after", "before"):
            with pytest.raises(DomainError) as refused:
                await page_of(ledger, Sort(column), **{argument: cursor})

            assert (refused.value.code, refused.value.path) == ("BAD_USER_INPUT", (argument,))


@pytest.mark.parametrize("value", ["2026-01-01T00:00:00", "9999-12-31T23:59:59Z"])
async def test_any_moment_is_a_place_in_a_list_by_time(ledger: Ledger, value: str) -> None:
    cursor = forge("created_at", value, ID)

    assert ids(await page_of(ledger, Sort("created_at"), after=cursor)) == []


@pytest.mark.parametrize(
    ("page", "argument"),
    [
        (Page(first=-1), "first"),
        (Page(first=101), "first"),
        (Page(last=101), "last"),
        (Page(first=1, last=1), "first"),
    ],
)
def test_a_page_of_an_impossible_size_is_refused(page: Page, argument: str) -> None:
    with pytest.raises(DomainError) as refused:
        _ = page.size

    assert (refused.value.code, refused.value.path) == ("BAD_USER_INPUT", (argument,))
