"""References between Sheets, and rules over several Fields: judged anew on either side."""

from typing import Any

import pytest

from features.records.sheets import counts, insert, make_sheets, records, told, update
from harness import Api

COUNTRIES = {"name": "Countries", "fields": [{"key": "code"}, {"key": "name"}]}
CITIES = {"name": "Cities", "fields": [{"key": "name"}, {"key": "country"}]}
PEOPLE = {
    "name": "People",
    "fields": [
        {"key": "country", "type": "REFERENCE", "config": {"ref": "countries", "key": "code"}},
        {
            "key": "city",
            "type": "REFERENCE",
            "config": {
                "ref": "cities",
                "key": "name",
                "filter": {"refField": "country", "recordField": "country"},
            },
        },
        {
            "key": "visited",
            "type": "REFERENCE_LIST",
            "config": {"ref": "countries", "key": "code"},
        },
    ],
}


@pytest.fixture
async def sheets(api: Api) -> dict[str, str]:
    made = await make_sheets(api, COUNTRIES, CITIES, PEOPLE)
    await insert(api, made["countries"], {"code": "de"}, {"code": "fr"})
    await insert(
        api,
        made["cities"],
        {"name": "Berlin", "country": "de"},
        {"name": "Paris", "country": "fr"},
    )
    return made


async def messages(api: Api, sheet_id: str) -> list[Any]:
    return [told(record) for record in await records(api, sheet_id)]


async def test_a_value_must_be_in_the_other_sheet(api: Api, sheets: dict[str, str]) -> None:
    people = sheets["people"]
    await insert(api, people, {"country": "de"}, {"country": "xx"}, {"visited": ["de", "yy"]}, {})
    unlinked = [[], [("country", "UNLINKED")], [("visited", "UNLINKED")], []]
    assert unlinked == await messages(api, people)


async def test_another_field_narrows_the_choice(api: Api, sheets: dict[str, str]) -> None:
    people = sheets["people"]
    rows = [{"country": "de", "city": "Berlin"}, {"country": "de", "city": "Paris"}]
    made = await insert(api, people, *rows, {"city": "Paris"})
    assert [[], [("city", "UNLINKED")], []] == await messages(api, people)

    patch = {"id": made["recordIds"][1], "values": {"country": "fr"}}
    await update(api, people, patch)
    assert [[], [], []] == await messages(api, people)


async def test_what_comes_and_goes_in_the_other_sheet_counts(
    api: Api, sheets: dict[str, str]
) -> None:
    people, countries = sheets["people"], sheets["countries"]
    await insert(api, people, {"country": "it"}, {"country": "de"})
    assert (2, 1, 1) == await counts(api, people)
    made = await insert(api, countries, {"code": "it"})
    assert (2, 2, 0) == await counts(api, people)

    await api.do("deleteRecords", "commit { id }", sheetId=countries, selection={"q": "code eq de"})
    assert [[], [("country", "UNLINKED")]] == await messages(api, people)
    await update(api, countries, {"id": made["recordIds"][0], "values": {"code": "de"}})
    assert [[("country", "UNLINKED")], []] == await messages(api, people)


async def test_what_narrows_the_choice_counts_in_the_other_sheet_too(
    api: Api, sheets: dict[str, str]
) -> None:
    people, cities = sheets["people"], sheets["cities"]
    await insert(api, people, {"country": "de", "city": "Berlin"})
    [berlin, _] = await records(api, cities)
    await update(api, cities, {"id": berlin["id"], "values": {"country": "fr"}})
    assert [[("city", "UNLINKED")]] == await messages(api, people)
    await update(api, cities, {"id": berlin["id"], "values": {"country": "de"}})
    assert [[]] == await messages(api, people)


async def test_listeners_hear_of_counts_that_another_sheet_changed(
    api: Api, sheets: dict[str, str]
) -> None:
    await insert(api, sheets["people"], {"country": "it"})
    await insert(api, sheets["countries"], {"code": "it"})
    heard = await api.heard("payload", topics=["sheet:counts-updated"], sheetId=sheets["people"])
    assert [(1, 0), (1, 1)] == [
        (event["payload"]["counts"]["total"], event["payload"]["counts"]["valid"])
        for event in heard
    ]


async def test_a_record_can_be_referred_to_by_its_id(api: Api) -> None:
    parts = {
        "name": "Parts",
        "fields": [
            {"key": "name"},
            {"key": "of", "type": "REFERENCE", "config": {"ref": "parts"}},
        ],
    }
    sheet = (await make_sheets(api, parts))["parts"]
    [id] = (await insert(api, sheet, {"name": "car"}))["recordIds"]
    await insert(api, sheet, {"name": "wheel", "of": id}, {"name": "wing", "of": "rc_none"})
    assert [[], [], [("of", "UNLINKED")]] == await messages(api, sheet)

    await api.do("deleteRecords", "commit { id }", sheetId=sheet, selection={"ids": [id]})
    assert [[("of", "UNLINKED")]] * 2 == await messages(api, sheet)


@pytest.mark.parametrize(("strategy", "clash"), [("HASH", False), ("CONCAT", True)])
async def test_several_fields_together_are_unique(api: Api, strategy: str, clash: bool) -> None:
    rule = {
        "type": "UNIQUE",
        "name": "whole name",
        "fields": ["first", "last"],
        "requiredFields": ["last"],
        "strategy": strategy,
        "config": {"level": "warn"},
    }
    people = {
        "name": "People",
        "fields": [{"key": "first"}, {"key": "last"}],
        "constraints": [rule],
    }
    sheet = (await make_sheets(api, people))["people"]
    rows = [("John", "Smith"), ("JohnS", "mith"), ("Ann", None), ("Ann", None), ("John", "Smith")]
    await insert(api, sheet, *({"first": first, "last": last} for first, last in rows))

    flagged = [bool(of_one) for of_one in await messages(api, sheet)]
    assert [True, clash, False, False, True] == flagged
    assert (5, 5, 0) == await counts(api, sheet)  # a warning makes nothing invalid
    warned = await records(api, sheet, q="is warning")
    assert sum(flagged) == len(warned)
