from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blueprint.generated import blueprints, values
from blueprint.test_seeds import LISTING
from gqlspaces.blueprint import Blueprint, dump
from gqlspaces.blueprint.difference import (
    Difference,
    DifferenceKind,
    apply_differences,
    describe,
    differences,
)

ADDED, CHANGED, REMOVED = DifferenceKind.ADDED, DifferenceKind.CHANGED, DifferenceKind.REMOVED
WORKBOOK = ("workbooks", "Customer Data")
SHEET = (*WORKBOOK, "sheets", "contacts")
patient = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=150)
canonical = blueprints.map(Blueprint.model_validate).map(dump)
free = st.dictionaries(st.sampled_from("abc"), values | st.none(), max_size=3)


def changed(document: dict[str, Any] = LISTING) -> tuple[dict[str, Any], Any, Any]:
    """A copy to change, its Workbook and its Sheet."""
    copy = deepcopy(document)
    workbook = copy["workbooks"][0]
    return copy, workbook, workbook["sheets"][0]


def fields(sheet: Any) -> list[str]:
    return [field["key"] for field in sheet["fields"]]


def strictly(value: Any) -> Any:
    """The value in a form in which true is not 1."""
    if isinstance(value, dict):
        return {key: strictly(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [strictly(inner) for inner in value]
    return (isinstance(value, bool), value)


@patient
@given(canonical, canonical)
def test_differences_lead_from_one_blueprint_to_the_other(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    untouched = deepcopy(before)
    found = differences(before, after)

    assert strictly(after) == strictly(apply_differences(before, found))
    assert untouched == before
    assert all(describe(difference) for difference in found)
    assert (found == []) == (strictly(before) == strictly(after))


@patient
@given(free, free)
def test_free_json_is_followed_key_by_key(before: Any, after: Any) -> None:
    one, other = ({"space": {"metadata": metadata}} for metadata in (before, after))

    assert strictly(other) == strictly(apply_differences(one, differences(one, other)))


@given(st.lists(st.sampled_from("abcde"), unique=True), st.lists(st.sampled_from("abcde")))
def test_lists_in_which_a_key_comes_twice_are_replaced(one: list[str], other: list[str]) -> None:
    before, after = ({"documents": [{"title": t, "body": t} for t in ts]} for ts in (one, other))

    assert after == apply_differences(before, differences(before, after))


def test_a_difference_names_the_attribute_that_is_another() -> None:
    after, _, sheet = changed()
    sheet["fields"][2]["label"] = "E-mail"
    path = (*SHEET, "fields", "email", "label")

    assert [Difference(CHANGED, path, "Email Address", "E-mail")] == differences(LISTING, after)


def test_items_are_told_apart_by_their_keys_not_by_their_places() -> None:
    after, _, sheet = changed()
    first, *others = sheet["fields"]
    added = {"key": "city", "type": "string"}
    sheet["fields"] = [added, *others]

    assert [
        Difference(REMOVED, (*SHEET, "fields", "firstName"), first, None),
        Difference(ADDED, (*SHEET, "fields", "city"), None, added),
        Difference(
            CHANGED,
            (*SHEET, "fields"),
            ["firstName", "lastName", "email", "phone"],
            ["city", "lastName", "email", "phone"],
        ),
    ] == differences(LISTING, after)


def test_another_order_is_one_difference() -> None:
    after, _, sheet = changed()
    sheet["fields"].reverse()
    keys = fields(changed()[2])

    assert [Difference(CHANGED, (*SHEET, "fields"), keys, keys[::-1])] == differences(
        LISTING, after
    )


def test_true_is_another_value_than_one() -> None:
    one, true = ({"space": {"metadata": {"a": [value]}}} for value in (1, True))

    assert [("space", "metadata", "a")] == [d.path for d in differences(one, true)]


def test_what_a_document_has_of_its_own_stays() -> None:
    after, workbook, sheet = changed()
    sheet["fields"].insert(1, {"key": "city", "type": "string"})
    sheet["fields"][0]["label"] = "Given Name"
    workbook["metadata"] = {"owner": "app"}
    after["space"]["metadata"]["theme"]["root"]["primaryColor"] = "#000000"

    own, own_workbook, own_sheet = changed()
    own_sheet["fields"].append({"key": "own", "type": "date"})
    own_sheet["fields"][0]["description"] = "as in the passport"
    own_workbook["metadata"] = {"region": "north"}
    own["space"]["metadata"]["theme"]["root"]["dangerColor"] = "#ff0000"
    merged, merged_workbook, merged_sheet = changed(
        apply_differences(own, differences(LISTING, after))
    )

    assert ["firstName", "city", "lastName", "email", "own", "phone"] == fields(merged_sheet)
    first = merged_sheet["fields"][0]
    assert ("Given Name", "as in the passport") == (first["label"], first["description"])
    assert {"owner": "app", "region": "north"} == merged_workbook["metadata"]
    root = merged["space"]["metadata"]["theme"]["root"]
    assert ("#000000", "#ff0000") == (root["primaryColor"], root["dangerColor"])


def test_what_is_added_on_both_sides_keeps_what_each_has_in_it() -> None:
    def listing(sheets: Any) -> dict[str, Any]:
        return {"workbooks": [{"name": "Data", "sheets": sheets}]}

    orders = {"slug": "orders", "name": "Orders", "fields": [{"key": "no"}, {"key": "sum"}]}
    fields = [{"key": "mine", "type": "number"}, {"key": "no", "label": "No."}]
    mine = {"slug": "orders", "name": "Mine", "fields": fields, "actions": [{"operation": "go"}]}
    both = [fields[0], {"key": "no"}, {"key": "sum"}]
    found = differences(listing([]), listing([orders]))

    wanted = listing([orders | {"fields": both, "actions": [{"operation": "go"}]}])
    assert wanted == apply_differences(listing([mine]), found)


def test_what_is_gone_already_is_passed_over() -> None:
    after, workbook, sheet = changed()
    sheet["fields"][0]["label"] = "Given Name"
    sheet["fields"][1]["actions"] = [{"operation": "clean", "label": "Clean"}]
    del sheet["fields"][3]
    del workbook["actions"]
    own, own_workbook, own_sheet = changed()
    own_sheet["fields"] = own_sheet["fields"][2:3]
    del own_workbook["actions"]

    assert own == apply_differences(own, differences(LISTING, after))


def test_of_removed_metadata_only_what_was_given_goes() -> None:
    before: dict[str, Any] = {"space": {"metadata": {"a": {"b": 1}, "c": 2}}}
    own: dict[str, Any] = {"space": {"metadata": {"a": {"b": 1, "own": 3}, "c": 2}}}
    found = differences(before, {"space": {}})

    assert {"space": {"metadata": {"a": {"own": 3}}}} == apply_differences(own, found)
    assert {"space": {}} == apply_differences(before, found)


def test_metadata_that_is_not_there_yet_is_made() -> None:
    found = differences(
        {"space": {"metadata": {"x": 1}}}, {"space": {"metadata": {"x": 1, "a": 2}}}
    )

    assert {"space": {"metadata": {"a": 2}}} == apply_differences({"space": {}}, found)


@pytest.mark.parametrize(
    ("difference", "expected"),
    [
        (
            Difference(ADDED, (*SHEET, "fields", "email"), None, {}),
            "Adds the Field email to the Sheet contacts",
        ),
        (
            Difference(REMOVED, SHEET, {}, None),
            "Removes the Sheet contacts from the Workbook Customer Data",
        ),
        (
            Difference(REMOVED, ("documents", "Welcome"), {}, None),
            "Removes the Document Welcome from the Space",
        ),
        (
            Difference(ADDED, ("actions", "archive"), None, {}),
            "Adds the Action archive to the Space",
        ),
        (
            Difference(ADDED, (*SHEET, "fields", "email", "constraints", "required"), None, {}),
            "Adds the rule required to the Field email",
        ),
        (
            Difference(REMOVED, (*SHEET, "fields", "state", "config", "options", "new"), {}, None),
            "Removes the option new from the Field state",
        ),
        (
            Difference(CHANGED, (*SHEET, "fields", "email", "label"), "Mail", "E-mail"),
            "Changes the label of the Field email of the Sheet contacts from 'Mail' to 'E-mail'",
        ),
        (
            Difference(ADDED, (*SHEET, "readonly"), None, True),
            "Sets the readonly of the Sheet contacts of the Workbook Customer Data to true",
        ),
        (
            Difference(REMOVED, (*SHEET, "description"), "Them", None),
            "Removes the description of the Sheet contacts of the Workbook Customer Data",
        ),
        (
            Difference(CHANGED, ("documents", "Welcome", "body"), "a" * 99, "b"),
            "Changes the body of the Document Welcome",
        ),
        (
            Difference(CHANGED, ("space", "metadata", "theme", "root", "fontFamily"), "a", "b"),
            "Changes the metadata.theme.root.fontFamily of the Space from 'a' to 'b'",
        ),
        (
            Difference(CHANGED, (*SHEET, "fields"), [*"ab"], [*"ba"]),
            "Orders the Fields of the Sheet contacts anew: b, a",
        ),
        (
            Difference(CHANGED, ("workbooks",), [*"fedcba"], [*"abcdef"]),
            "Orders the Workbooks of the Space anew: a, b, c, d, e, …",
        ),
        (
            Difference(ADDED, ("documents",), None, []),
            "Sets the documents of the Space to []",
        ),
    ],
)
def test_a_difference_is_told_in_one_sentence(difference: Difference, expected: str) -> None:
    assert expected == describe(difference)
