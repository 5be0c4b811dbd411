"""References to other Sheets."""

from typing import Any

from features.records.values.sheet import field, rules
from gqlspaces.features.records.values import Demand, SheetRules, demands_on, digest_of

COMPANIES = {"ref": "companies", "key": "name"}
CASCADE = COMPANIES | {"filter": {"refField": "country", "recordField": "land"}}


def contacts(config: dict[str, Any], type: str = "reference") -> SheetRules:
    return rules(field("company", type, config=config), field("land", "string-list"))


def companies(*demands: Demand) -> SheetRules:
    return rules(field("name"), field("country", "string-list"), demands=demands)


def unlinked(sheet: SheetRules, target: SheetRules, values: dict[str, Any], *others: Any) -> Any:
    """Look up a record's references as a store would; give what is told."""
    known = {
        entry
        for index, other in enumerate(others)
        for entry in target.entries(target.normalised(other), f"rc_{index}")
    }
    cells = sheet.normalised(values)
    return [
        reference.unlinked(lookup)["message"]
        for reference in sheet.references
        for lookup in reference.lookups(cells)
        if not any((lookup.rule, digest) in known for digest in lookup.digests)
    ]


def linked_to(sheet: SheetRules) -> SheetRules:
    return companies(*demands_on("companies", sheet.references))


def test_a_reference_leads_to_a_value_of_the_other_sheet() -> None:
    sheet = contacts(COMPANIES)
    target = linked_to(sheet)

    assert [] == unlinked(sheet, target, {"company": "Acme"}, {"name": "Acme"})
    assert [] == unlinked(sheet, target, {}, {"name": "Acme"})
    assert ["'Acme' is not in 'companies'"] == unlinked(sheet, target, {"company": "Acme"})


def test_every_item_of_a_list_is_looked_up() -> None:
    sheet = contacts(COMPANIES, "reference-list")

    found = unlinked(sheet, linked_to(sheet), {"company": ["A", "B", "C", "C"]}, {"name": "B"})
    assert ["'A' is not in 'companies'", "'C' is not in 'companies'"] == found


def test_a_reference_without_a_key_leads_to_the_record_itself() -> None:
    sheet = contacts({"ref": "companies"})

    assert [] == unlinked(sheet, linked_to(sheet), {"company": "rc_0"}, {"name": "Acme"})
    assert 1 == len(unlinked(sheet, linked_to(sheet), {"company": "Acme"}, {"name": "Acme"}))


def test_a_number_is_found_by_its_text() -> None:
    sheet = contacts(COMPANIES)
    target = rules(field("name", "number"), demands=demands_on("companies", sheet.references))

    assert [] == unlinked(sheet, target, {"company": "1"}, {"name": 1.0})


def test_a_filter_narrows_the_choice() -> None:
    sheet = contacts(CASCADE)
    target = linked_to(sheet)
    acme = {"name": "Acme", "country": "DE"}

    assert [] == unlinked(sheet, target, {"company": "Acme", "land": "DE"}, acme)
    assert ["'Acme' is not in 'companies' for this 'land'"] == unlinked(
        sheet, target, {"company": "Acme", "land": "FR"}, acme
    )
    assert 1 == len(unlinked(sheet, target, {"company": "Acme", "land": "DE"}, {"name": "Acme"}))


def test_a_filter_without_a_value_offers_every_choice() -> None:
    sheet = contacts(CASCADE)

    assert [] == unlinked(sheet, linked_to(sheet), {"company": "Acme"}, {"name": "Acme"})
    assert 1 == len(unlinked(sheet, linked_to(sheet), {"company": "Acme"}))


def test_a_filter_that_reads_a_field_to_come_offers_every_choice() -> None:
    config = CASCADE | {"filter": {"refField": "country", "recordField": "later"}}
    sheet = contacts(config)

    assert [] == unlinked(sheet, linked_to(sheet), {"company": "A", "land": "FR"}, {"name": "A"})


def test_any_of_several_values_of_a_filter_offers_the_choice() -> None:
    sheet = contacts(CASCADE)
    acme = {"name": "Acme", "country": ["DE", "AT"]}

    found = unlinked(sheet, linked_to(sheet), {"company": "Acme", "land": ["FR", "AT"]}, acme)
    assert [] == found


def test_a_filter_takes_value_and_group_from_the_same_record() -> None:
    sheet = contacts(CASCADE)
    others = [{"name": "A", "country": "DE"}, {"name": "B", "country": "FR"}]

    found = unlinked(sheet, linked_to(sheet), {"company": "A", "land": "FR"}, *others)
    assert 1 == len(found)


def test_references_say_what_their_target_has_to_index() -> None:
    plain, narrowed = contacts(COMPANIES), contacts(CASCADE)
    references = [*plain.references, *narrowed.references]

    assert {("name", None)} == demands_on("companies", plain.references)
    assert {("name", None), ("name", "country")} == demands_on("companies", references)
    assert frozenset() == demands_on("contacts", references)
    assert {"value:name", "pair:name:country"} == set(linked_to(narrowed).definitions)


def test_who_refers_to_a_value_is_found_back() -> None:
    sheet = contacts(COMPANIES, "reference-list")
    (reference,) = sheet.references

    assert [(reference.rule, digest_of("A")), (reference.rule, digest_of("B"))] == sheet.entries(
        [["A", "B"]], "rc_1"
    )


def test_a_sheet_may_refer_to_itself() -> None:
    config = {"ref": "people", "key": "name"}
    outline = rules(field("name"), field("boss", "reference", config=config))
    sheet = rules(
        field("name"),
        field("boss", "reference", config=config),
        demands=demands_on("people", outline.references),
    )

    assert [] == unlinked(sheet, sheet, {"boss": "Ann"}, {"name": "Ann", "boss": "Ann"})
