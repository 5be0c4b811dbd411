from typing import Any

import pytest

from blueprint.test_seeds import CONTACTS, LISTING
from gqlspaces.blueprint.converting import Conversion, from_original
from gqlspaces.blueprint.notation import Unreadable

# As the original answers: ids and times beside what was sent, Fields below `config`.
ANSWER: dict[str, Any] = {
    "data": {
        "id": "us_wb_1",
        "name": "Customer Data",
        "labels": ["pinned"],
        "spaceId": "us_sp_1",
        "environmentId": "us_env_1",
        "namespace": None,
        "createdAt": "2024-01-01T00:00:00.000Z",
        "updatedAt": "2024-01-01T00:00:00.000Z",
        "sheets": [
            {
                "id": "us_sh_1",
                "workbookId": "us_wb_1",
                "name": "Contacts",
                "slug": "contacts",
                "config": {
                    "name": "Contacts",
                    "slug": "contacts",
                    "fields": [
                        {
                            "key": "email",
                            "type": "string",
                            "constraints": [
                                {"type": "unique", "config": {"caseSensitive": True}},
                                {"type": "required"},
                            ],
                        },
                        {
                            "key": "tags",
                            "type": "enum",
                            "config": {"multi": True, "options": [{"value": "a", "label": "A"}]},
                        },
                        {"key": "company", "type": "reference", "config": {"ref": "companies"}},
                        {"key": "person", "type": "reference", "config": {"ref": "contacts"}},
                        {"key": "age", "type": "number", "config": {"isArray": True}},
                    ],
                    "access": ["*"],
                },
                "recordCounts": {"total": 3},
            }
        ],
        "actions": [
            {
                "id": "us_act_1",
                "targetId": "us_wb_1",
                "operation": "submit",
                "label": "Submit",
                "requireAllValid": True,
                "surprise": 1,
            }
        ],
    }
}


def told_of(conversion: Conversion) -> list[tuple[str, str]]:
    return [("/".join(one.path), one.message) for one in conversion.omissions]


def test_an_answer_of_the_original_is_taken_as_it_is() -> None:
    conversion = from_original(ANSWER)

    assert {
        "workbooks": [
            {
                "name": "Customer Data",
                "labels": ["pinned"],
                "sheets": [
                    {
                        "name": "Contacts",
                        "slug": "contacts",
                        "fields": [
                            {
                                "key": "email",
                                "type": "string",
                                "constraints": [
                                    {"type": "unique", "caseSensitive": True},
                                    {"type": "required"},
                                ],
                            },
                            {
                                "key": "tags",
                                "type": "enum-list",
                                "config": {"options": [{"value": "a", "label": "A"}]},
                            },
                            {"key": "company", "type": "string"},
                            {"key": "person", "type": "reference", "config": {"ref": "contacts"}},
                            {"key": "age", "type": "number"},
                        ],
                    }
                ],
                "actions": [
                    {
                        "operation": "submit",
                        "label": "Submit",
                        "constraints": [{"type": "hasAllValid"}],
                    }
                ],
            }
        ]
    } == conversion.blueprint
    names = "createdAt, environmentId, id, recordCounts, spaceId, targetId, updatedAt, workbookId"
    sheet = "Customer Data/contacts"
    assert [
        (f"{sheet}/age/config", "Its values are no list: number has one value."),
        (f"{sheet}/company", "Text: there is no id in a Sheet companies of this Workbook."),
        ("", f"Left out: what the original keeps for itself ({names})."),
        (
            "workbooks/Customer Data/actions/submit/surprise",
            "Left out: Unknown key 'surprise'.",
        ),
    ] == told_of(conversion)


@pytest.mark.parametrize(
    "document",
    [
        LISTING,
        {"data": LISTING},
        [LISTING],
        [
            *LISTING["workbooks"],
            *LISTING["documents"],
            {"space": LISTING["space"]},
        ],
        {
            "workbooks": [{**LISTING["workbooks"][0], "documents": LISTING["documents"]}],
            "space": LISTING["space"],
        },
    ],
    ids=["setup", "answer", "list", "parts", "documents in a Workbook"],
)
def test_a_setup_is_taken_in_every_form(document: Any) -> None:
    assert Conversion(LISTING) == from_original(document)


def test_sheets_alone_get_a_workbook() -> None:
    conversion = from_original({"data": [CONTACTS]}, name="export")

    assert {"workbooks": [{"name": "export", "sheets": [CONTACTS]}]} == conversion.blueprint


def test_a_workbook_without_sheets_is_one() -> None:
    conversion = from_original({"name": "Empty", "spaceId": "us_sp_1"})

    assert {"workbooks": [{"name": "Empty"}]} == conversion.blueprint


def test_of_a_space_stays_what_other_spaces_can_have() -> None:
    conversion = from_original(
        {
            "data": {
                "id": "us_sp_1",
                "name": "Acme",
                "guestAuthentication": ["shared_link"],
                "primaryWorkbookId": "us_wb_1",
                "metadata": {"theme": {"root": {"primaryColor": "red"}}},
                "settings": {
                    "sidebarConfig": {"workbookSidebarOrder": ["us_wb_1"]},
                    "omitActions": ["file.import"],
                },
                "access": ["upload"],
            }
        }
    )

    assert {
        "space": {
            "guestAuthentication": ["shared_link"],
            "metadata": {"theme": {"root": {"primaryColor": "red"}}},
            "settings": {"omitActions": ["file.import"]},
            "access": ["upload"],
        }
    } == conversion.blueprint
    (told,) = told_of(conversion)
    assert "(id, name, primaryWorkbookId, settings.sidebarConfig)" in told[1]


def test_what_a_blueprint_refuses_is_left_out_and_told() -> None:
    options = [{"value": str(number)} for number in range(101)]
    sheet = {
        "name": "S",
        "fields": [
            {"key": "a", "type": "strange"},
            {"key": "b", "constraints": [{"type": "odd"}, {"type": "unique"}]},
            {"key": "b", "type": "date"},
            {"key": "c", "type": "enum", "config": {"options": options}},
            {"key": "d", "metadata": {"x": 1}, "label": "l" * 300},
            "nonsense",
        ],
    }
    other = {"name": "O", "fields": [{"key": f"f{number}"} for number in range(1003)]}
    conversion = from_original({"name": "W", "sheets": [sheet, other, {"name": "none"}, 7]})
    (workbook,) = conversion.blueprint["workbooks"]
    one, two = workbook["sheets"]

    assert [
        {"key": "a", "type": "string"},
        {"key": "b", "type": "string", "constraints": [{"type": "unique"}]},
        {"key": "c", "type": "string"},
        {"key": "d", "type": "string", "metadata": {"x": 1}},
    ] == one["fields"]
    assert (1000, "f999") == (len(two["fields"]), two["fields"][-1]["key"])
    told = dict(told_of(conversion))
    fields = "workbooks/W/sheets/S/fields"
    assert "more than 100 options" in told["W/S/c/config"]
    assert "at most 255 characters" in told[f"{fields}/d/label"]
    assert "used more than once" in told[f"{fields}/b"]
    assert "must be one of" in told[f"{fields}/a/type"].lower()
    assert "must be one of" in told[f"{fields}/b/constraints/odd"].lower()
    assert "at most 1000 items" in told["workbooks/W/sheets/O/fields"]
    assert {"workbooks/W/sheets/2", "workbooks/W/sheets/none", f"{fields}/5"} <= {
        path.replace("sheets/3", "sheets/2") for path in told
    }


def test_ids_of_the_original_do_not_come_along() -> None:
    settings = {"trackChanges": True, "sheetSidebarOrder": ["us_sh_1"]}
    body = "<embed type='embedded-sheet' sheetId='us_sh_1'>"
    conversion = from_original(
        [{"name": "W", "sheets": [], "settings": settings}, {"title": "Guide", "body": body}]
    )

    assert {
        "workbooks": [{"name": "W", "settings": {"trackChanges": True}}],
        "documents": [{"title": "Guide", "body": body}],
    } == conversion.blueprint
    assert [
        ("documents/Guide", "What it embeds is named by ids of the original."),
        ("", "Left out: what the original keeps for itself (settings.sheetSidebarOrder)."),
    ] == told_of(conversion)


def test_parts_that_are_unknown_are_told() -> None:
    conversion = from_original({"workbooks": [], "agents": [{}], "space": {"labels": ["a"]}})

    assert {"space": {"labels": ["a"]}} == conversion.blueprint
    assert [("agents", "Left out: it is no part of a Blueprint.")] == told_of(conversion)


@pytest.mark.parametrize("document", [{}, [], None, 1, "text", {"a": 1}, {"data": []}])
def test_what_holds_no_structure_is_refused(document: Any) -> None:
    with pytest.raises(Unreadable, match="holds no Workbook"):
        from_original(document)
